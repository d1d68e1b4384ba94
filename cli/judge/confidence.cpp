#include "judge/confidence.hpp"

#include <algorithm>

#include "judge/readers.hpp"

namespace nsew {
namespace {

using Kind = Effect::Kind;

std::size_t rank(const std::string& word) {
  return static_cast<std::size_t>(std::ranges::find(confidences(), word) - confidences().begin());
}

// What one rule allows; a rule may allow more when a gate, not the points, decided.
std::size_t limit_of(const Rule& rule, bool gate_decided) {
  std::size_t limit = confidences().size() - 1;
  for (const Effect& effect : rule.then) {
    if (effect.kind == Kind::confidence_at_most) limit = std::min(limit, rank(effect.word));
    if (effect.kind == Kind::confidence_if_a_gate_decides && gate_decided) return rank(effect.word);
  }
  return limit;
}

std::size_t limit_of(const Pass& pass) {
  std::size_t limit = confidences().size() - 1;
  for (const Rule* rule : pass.acted) limit = std::min(limit, limit_of(*rule, pass.gate_decided));
  return limit;
}

std::size_t on_the_ladder(const Scale& scale, const FactSheet& sheet) {
  const auto value = sheet.number(scale.ladder_fact);
  if (value)
    for (const auto& [from, word] : scale.ladder)
      if (*value >= from) return rank(word);
  return confidences().size() - 1;
}

}  // namespace

std::string confidence_of(const RulePack& pack, const FactSheet& sheet, const Decided& decided) {
  if (decided.outcome == "insufficient-data") return pack.scale.confidence_when_insufficient;
  std::size_t confidence = confidences().size() - 1;
  if (!decided.both_ends) confidence = on_the_ladder(pack.scale, sheet);
  // An unknown fact earns no confidence.
  for (const Scale::Limit& limit : pack.scale.confidence_at_most)
    if (holds(limit.when, View{sheet}) != Tri::no) confidence = std::min(confidence, rank(limit.word));
  confidence = std::min(confidence, decided.both_ends ? std::min(limit_of(decided.low), limit_of(decided.high))
                                                      : limit_of(decided.middle));
  return confidences()[confidence];
}

}  // namespace nsew
