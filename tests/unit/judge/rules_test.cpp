#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "judge/rule.hpp"
#include "judge/verdict.hpp"

using namespace nsew;

namespace {

FactSheet prepared(FactSheet sheet) {
  derive(sheet);
  assume(sheet);
  return sheet;
}

std::string found(const Rule& rule, const Example& example) {
  const FactSheet sheet = prepared(example.facts);
  if (rule.kind == RuleKind::points) return number(std::round(points_alone(rule, sheet) * 1e6) / 1e6);
  const bool fires = fires_alone(rule, sheet, example.need, example.grown);
  if (!example.effect) return fires ? "fires" : "is quiet";
  return fires ? to_string(rule.then) : "none";
}

std::string stated(const Example& example) {
  if (example.points) return number(*example.points);
  if (example.effect) return *example.effect;
  return *example.fires ? "fires" : "is quiet";
}

bool quiet(const Example& example) {
  return example.points == 0.0 || example.effect == "none" || example.fires == false;
}

}  // namespace

TEST_CASE("every rule does what its examples say") {
  for (const Rule& rule : embedded_rules().rules)
    for (const Example& example : rule.examples) {
      INFO(rule.id, " at ", to_string(example.where));
      CHECK(found(rule, example) == stated(example));
    }
}

TEST_CASE("every rule shows itself both acting and quiet") {
  for (const Rule& rule : embedded_rules().rules) {
    INFO(rule.id);
    CHECK(std::ranges::any_of(rule.examples, quiet));
    CHECK_FALSE(std::ranges::all_of(rule.examples, quiet));
  }
}
