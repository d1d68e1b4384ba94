#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "judge/fact_value.hpp"
#include "judge/readers.hpp"

namespace nsew {
namespace {

using Kind = Effect::Kind;

struct KindName {
  std::string_view word;
  Kind kind;
};
constexpr KindName kind_names[] = {{"need", Kind::need},
                                   {"need_at_most", Kind::need_at_most},
                                   {"need_at_least", Kind::need_at_least},
                                   {"drop_positive", Kind::drop_positive},
                                   {"cap", Kind::cap},
                                   {"set", Kind::set},
                                   {"widen", Kind::widen},
                                   {"both_ends", Kind::both_ends},
                                   {"keep", Kind::keep},
                                   {"dedicated_gateway", Kind::dedicated_gateway},
                                   {"outcome", Kind::outcome},
                                   {"mode", Kind::mode},
                                   {"confidence_at_most", Kind::confidence_at_most},
                                   {"confidence_if_a_gate_decides", Kind::confidence_if_a_gate_decides}};

struct Asked {
  const YamlEntry& entry;
  Kind kind;
  const std::vector<std::string>& families;
};

Effect one(Kind kind, std::string word = {}) {
  Effect effect;
  effect.kind = kind;
  effect.word = std::move(word);
  return effect;
}

std::vector<Effect> caps(const Asked& asked) {
  std::vector<Effect> effects;
  for (const YamlEntry& family : entries(asked.entry.value)) {
    if (std::ranges::find(asked.families, family.key) == asked.families.end())
      refuse_name(family.place, fmt::format("no family is called '{}'", family.key), family.key, asked.families);
    Effect effect = one(Kind::cap, family.key);
    std::tie(effect.low, effect.high) = pair_of(family.value);
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<Effect> settings(const Asked& asked) {
  std::vector<Effect> effects;
  for (const YamlEntry& fact : entries(asked.entry.value)) {
    Effect effect = one(Kind::set, fact.key);
    effect.value = fact_value(fact_named(fact.place, fact.key), fact.value);
    effects.push_back(std::move(effect));
  }
  return effects;
}

Effect::Widened widened(const Yaml& item) {
  Effect::Widened result;
  if (item.node.IsScalar()) {
    result.fact = fact_named(item, text_of(item)).name;
    return result;
  }
  for (const YamlEntry& entry : entries(item)) {
    if (entry.key != "fact" && entry.key != "up_to")
      refuse_name(entry.place, fmt::format("a widened fact has no '{}'", entry.key), entry.key, {"fact", "up_to"});
    (entry.key == "fact" ? result.fact : result.up_to) = fact_named(entry.value, text_of(entry.value)).name;
  }
  return result;
}

std::vector<Effect> widening(const Asked& asked) {
  Effect effect = one(Kind::widen);
  for (const Yaml& item : items(asked.entry.value)) effect.widened.push_back(widened(item));
  return {std::move(effect)};
}

std::vector<Effect> needing(const Asked& asked) {
  Effect effect = one(asked.kind);
  effect.need = read_need(asked.entry.value);
  return {std::move(effect)};
}

std::vector<Effect> switched_on(const Asked& asked) {
  if (!truth_of(asked.entry.value)) refuse(asked.entry.value, fmt::format("'{}' can only be true", asked.entry.key));
  return {one(asked.kind)};
}

std::vector<Effect> worded(const Asked& asked, const std::vector<std::string>& words) {
  return {one(asked.kind, word_of(asked.entry.value, words))};
}

std::vector<Effect> read_effect(const Asked& asked) {
  switch (asked.kind) {
    case Kind::need:
    case Kind::need_at_most:
    case Kind::need_at_least:
      return needing(asked);
    case Kind::drop_positive:
      return worded(asked, asked.families);
    case Kind::cap:
      return caps(asked);
    case Kind::set:
      return settings(asked);
    case Kind::widen:
      return widening(asked);
    case Kind::both_ends:
    case Kind::dedicated_gateway:
      return switched_on(asked);
    case Kind::keep:
      return worded(asked, {"mesh", "edge"});
    case Kind::outcome:
      return worded(asked, outcomes());
    case Kind::mode:
      return worded(asked, modes());
    case Kind::confidence_at_most:
    case Kind::confidence_if_a_gate_decides:
      return worded(asked, confidences());
  }
  return {};
}

std::string detail(const Effect& effect) {
  switch (effect.kind) {
    case Kind::need:
    case Kind::need_at_most:
    case Kind::need_at_least:
      return std::string(name_of(effect.need));
    case Kind::cap:
      return fmt::format("{} {} to {}", effect.word, number(effect.low), number(effect.high));
    case Kind::widen: {
      std::vector<std::string> names;
      for (const auto& fact : effect.widened) names.push_back(fact.fact);
      return join(names, ", ");
    }
    case Kind::set: {
      const auto* word = std::get_if<std::string>(&effect.value);
      return fmt::format("{} {}", effect.word, word ? *word : "");
    }
    default:
      return effect.word;
  }
}

}  // namespace

std::string_view name_of(Need need) {
  constexpr std::string_view names[] = {"no", "later", "yes"};
  return names[static_cast<std::size_t>(need)];
}

Need read_need(const Yaml& at) {
  const std::string word = word_of(at, {"no", "later", "yes"});
  return word == "no" ? Need::no : word == "later" ? Need::later : Need::yes;
}

const std::vector<std::string>& outcomes() {
  static const std::vector<std::string> words{"gateway",      "gateway-mesh-ready", "mesh-ambient",     "mesh-sidecar",
                                              "mesh+gateway", "keep-current",       "insufficient-data"};
  return words;
}
const std::vector<std::string>& modes() {
  static const std::vector<std::string> words{"ambient-l4", "ambient-l7", "sidecar"};
  return words;
}
const std::vector<std::string>& confidences() {
  static const std::vector<std::string> words{"low", "medium", "high"};
  return words;
}

std::vector<Effect> read_effects(const Yaml& map, const std::vector<std::string>& families) {
  std::vector<std::string> words;
  for (const KindName& name : kind_names) words.emplace_back(name.word);
  std::vector<Effect> effects;
  for (const YamlEntry& entry : entries(map)) {
    const auto* at = std::ranges::find(kind_names, entry.key, &KindName::word);
    if (at == std::end(kind_names))
      refuse_name(entry.place, fmt::format("no effect is called '{}'", entry.key), entry.key, words);
    std::ranges::move(read_effect({entry, at->kind, families}), std::back_inserter(effects));
  }
  return effects;
}

std::string to_string(const Effect& effect) {
  const auto* at = std::ranges::find(kind_names, effect.kind, &KindName::kind);
  std::string text(at->word);
  std::ranges::replace(text, '_', ' ');
  const std::string rest = detail(effect);
  return rest.empty() ? text : text + ": " + rest;
}

std::string to_string(const std::vector<Effect>& effects) {
  std::vector<std::string> parts;
  parts.reserve(effects.size());
  for (const Effect& effect : effects) parts.push_back(to_string(effect));
  return join(parts, "; ");
}

}  // namespace nsew
