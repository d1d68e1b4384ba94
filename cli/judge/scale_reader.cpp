#include <algorithm>

#include <fmt/format.h>

#include "judge/fact_value.hpp"
#include "judge/readers.hpp"

namespace nsew {
namespace {

using Keys = std::vector<std::string>;

[[noreturn]] void unknown_key(const YamlEntry& entry, std::string_view what, const Keys& keys) {
  refuse_name(entry.place, fmt::format("{} has no '{}'", what, entry.key), entry.key, keys);
}

FamilyScale read_family(const YamlEntry& family) {
  FamilyScale scale;
  scale.id = family.key;
  for (const YamlEntry& entry : entries(family.value)) {
    if (entry.key == "between")
      std::tie(scale.low, scale.high) = pair_of(entry.value);
    else if (entry.key == "absent")
      scale.absent_is_open = word_of(entry.value, {"open", "no-points"}) == "open";
    else
      unknown_key(entry, "a family", {"between", "absent"});
  }
  return scale;
}

void read_lines(Scale& scale, const Yaml& map) {
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "later_from") {
      scale.later_from = number_of(entry.value);
    } else if (entry.key == "yes_from") {
      scale.yes_from = number_of(entry.value);
    } else if (entry.key == "says") {
      check_template(entry.value, {"points", "later", "yes"});
      scale.need_says = text_of(entry.value);
    } else {
      unknown_key(entry, "need", {"later_from", "yes_from", "says"});
    }
  }
}

void read_grown(Scale& scale, const Yaml& map) {
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "fact")
      scale.grown_fact = fact_named(entry.value, text_of(entry.value)).name;
    else if (entry.key == "by")
      scale.grown_by = fact_named(entry.value, text_of(entry.value)).name;
    else
      unknown_key(entry, "grown", {"fact", "by"});
  }
}

// {KEY: word, when|any|not: condition}; without a condition it always holds.
Scale::Limit read_limit(const Yaml& map, const std::string& key, const Keys& words) {
  Scale::Limit limit;
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == key)
      limit.word = words.empty() ? text_of(entry.value) : word_of(entry.value, words);
    else if (entry.key == "when")
      join_conditions(limit.when, read_condition(entry.value));
    else if (entry.key == "any")
      join_conditions(limit.when, read_any(entry.value));
    else if (entry.key == "not")
      join_conditions(limit.when, read_not(entry.value));
    else
      unknown_key(entry, "this", {key, "when", "any", "not"});
  }
  return limit;
}

std::vector<Scale::Limit> read_limits(const Yaml& list, const std::string& key, const Keys& words) {
  std::vector<Scale::Limit> limits;
  for (const Yaml& item : items(list)) limits.push_back(read_limit(item, key, words));
  return limits;
}

void read_ladder(Scale& scale, const Yaml& map) {
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "of")
      scale.ladder_fact = fact_named(entry.value, text_of(entry.value)).name;
    else if (std::ranges::find(confidences(), entry.key) != confidences().end())
      scale.ladder.emplace_back(number_of(entry.value), entry.key);
    else
      unknown_key(entry, "the ladder", {"of", "high", "medium", "low"});
  }
  std::ranges::sort(scale.ladder, std::ranges::greater{});
}

void read_confidence(Scale& scale, const Yaml& map) {
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "ladder")
      read_ladder(scale, entry.value);
    else if (entry.key == "at_most")
      scale.confidence_at_most = read_limits(entry.value, "confidence", confidences());
    else if (entry.key == "when_insufficient")
      scale.confidence_when_insufficient = word_of(entry.value, confidences());
    else
      unknown_key(entry, "confidence", {"ladder", "at_most", "when_insufficient"});
  }
}

}  // namespace

Scale read_scale(const Yaml& map) {
  Scale scale;
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "families")
      for (const YamlEntry& family : entries(entry.value)) scale.families.push_back(read_family(family));
    else if (entry.key == "need")
      read_lines(scale, entry.value);
    else if (entry.key == "order")
      scale.order = texts_of(entry.value);
    else if (entry.key == "grown")
      read_grown(scale, entry.value);
    else if (entry.key == "confidence")
      read_confidence(scale, entry.value);
    else if (entry.key == "lean")
      scale.lean = read_limits(entry.value, "lean", outcomes());
    else if (entry.key == "settles")
      scale.settles = read_limits(entry.value, "ask", {});
    else
      unknown_key(entry, "the scale", {"families", "need", "order", "grown", "confidence", "lean", "settles"});
  }
  return scale;
}

}  // namespace nsew
