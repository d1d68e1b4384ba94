#include <doctest/doctest.h>

#include "judge/readers.hpp"
#include "judge/verdict.hpp"
#include "judge/weigh.hpp"

using namespace nsew;

namespace {

Condition condition(const std::string& text) { return read_condition(parse_yaml(text, {"condition", 65})); }
Curve curve(const std::string& text) { return read_curve(parse_yaml(text, {"curve", 65})); }
FactSheet sheet(const std::string& text) { return facts_from_yaml(text, "sheet"); }

std::string answer(const std::string& asked, const std::string& facts, End end) {
  constexpr const char* words[] = {"no", "unknown", "yes"};
  return words[static_cast<int>(holds(condition(asked), View{sheet(facts), end}))];
}

}  // namespace

TEST_CASE("a comparison with an interval is yes, no or unknown") {
  const std::string interval = "{org.languages: {value: 5, low: 4, high: 6}}";
  struct Case {
    std::string asked, middle, whole;
  };
  const Case cases[] = {
      {"{org.languages: {at_least: 4}}", "yes", "yes"},
      {"{org.languages: {at_least: 5}}", "yes", "unknown"},
      {"{org.languages: {at_least: 6}}", "no", "unknown"},
      {"{org.languages: {at_least: 7}}", "no", "no"},
      {"{org.languages: {above: 3}}", "yes", "yes"},
      {"{org.languages: {above: 4}}", "yes", "unknown"},
      {"{org.languages: {above: 6}}", "no", "no"},
      {"{org.languages: {at_most: 6}}", "yes", "yes"},
      {"{org.languages: {at_most: 5}}", "yes", "unknown"},
      {"{org.languages: {at_most: 3}}", "no", "no"},
      {"{org.languages: {below: 7}}", "yes", "yes"},
      {"{org.languages: {below: 6}}", "yes", "unknown"},
      {"{org.languages: {below: 4}}", "no", "no"},
      {"{org.languages: 5}", "yes", "unknown"},
      {"{org.languages: 9}", "no", "no"},
      {"{org.languages: {at_most: 4, end: low}}", "yes", "unknown"},
      {"{org.languages: {at_least: 6, end: high}}", "yes", "unknown"},
      {"{org.languages: {above: 3, below: 5}}", "no", "unknown"},
  };
  for (const Case& one : cases) {
    INFO(one.asked);
    CHECK(answer(one.asked, interval, End::middle) == one.middle);
    CHECK(answer(one.asked, interval, End::low) == one.whole);
    CHECK(answer(one.asked, interval, End::high) == one.whole);
  }
}

TEST_CASE("an absent fact is unknown, unless the question is whether it is known") {
  for (const auto& [asked, expected] :
       std::vector<std::pair<std::string, std::string>>{{"{org.languages: 3}", "unknown"},
                                                        {"{org.languages: {known: true}}", "no"},
                                                        {"{org.languages: {known: false}}", "yes"},
                                                        {"{org.languages: {known: true, at_most: 0}}", "no"},
                                                        {"{not: {org.languages: 3}}", "unknown"},
                                                        {"{existing.mesh: none}", "unknown"}})
    CHECK(answer(asked, "{}", End::middle) == expected);
}

TEST_CASE("all, any and not combine three-valued answers") {
  const std::string y = "{org.languages: 1}", n = "{org.languages: 2}", u = "{topology.edges: 1}";
  const std::string facts = "{org.languages: 1}";
  const auto any = [](const std::string& a, const std::string& b) { return "{any: [" + a + ", " + b + "]}"; };
  const auto all = [](const std::string& a, const std::string& b) {
    return "{any: [" + a + "], not: {not: " + b + "}}";
  };
  struct Case {
    std::string a, b, both, either;
  };
  const Case cases[] = {{y, y, "yes", "yes"},     {y, n, "no", "yes"},     {n, n, "no", "no"},
                        {y, u, "unknown", "yes"}, {n, u, "no", "unknown"}, {u, u, "unknown", "unknown"}};
  for (const Case& one : cases) {
    CHECK(answer(all(one.a, one.b), facts, End::middle) == one.both);
    CHECK(answer(all(one.b, one.a), facts, End::middle) == one.both);
    CHECK(answer(any(one.a, one.b), facts, End::middle) == one.either);
    CHECK(answer(any(one.b, one.a), facts, End::middle) == one.either);
  }
  CHECK(answer("{not: " + y + "}", facts, End::middle) == "no");
  CHECK(answer("{not: " + n + "}", facts, End::middle) == "yes");
  CHECK(answer("{not: " + u + "}", facts, End::middle) == "unknown");
}

TEST_CASE("words, lists and switches are compared with what they hold") {
  const std::string facts =
      "{existing.mesh: linkerd, data.sources: [traces, manifests], identity.compliance: [], l7.east_west_canary: true}";
  for (const auto& [asked, expected] :
       std::vector<std::pair<std::string, std::string>>{{"{existing.mesh: linkerd}", "yes"},
                                                        {"{existing.mesh: {one_of: [cilium, linkerd]}}", "yes"},
                                                        {"{existing.mesh: {one_of: [cilium, dapr]}}", "no"},
                                                        {"{data.sources: {has: traces}}", "yes"},
                                                        {"{data.sources: {has: flows}}", "no"},
                                                        {"{data.sources: {only: [manifests]}}", "no"},
                                                        {"{data.sources: {only: [manifests, traces, flows]}}", "yes"},
                                                        {"{identity.compliance: {empty: true}}", "yes"},
                                                        {"{data.sources: {empty: false}}", "yes"},
                                                        {"{l7.east_west_canary: true}", "yes"},
                                                        {"{l7.east_west_canary: false}", "no"}})
    CHECK(answer(asked, facts, End::middle) == expected);
}

TEST_CASE("a curve gives its points at the value and at both ends") {
  const std::string doubling = "{of: org.languages, per_doubling: 4, zero_at: 4, between: [-10, 10]}";
  const std::string careful =
      "{of: org.languages, per_doubling: 4, zero_at: 4, between: [-10, 10], take: nearest_zero}";
  const std::string ramp = "{of: org.languages, ramp: [[1, 0], [3, -10]]}";
  const std::string unit = "{of: org.languages, per_unit: 2, zero_at: 2, between: [0, 6]}";
  struct Case {
    std::string curve, fact;
    double low, middle, high;
  };
  const Case cases[] = {
      {doubling, "8", 4, 4, 4},
      {doubling, "0", -10, -10, -10},
      {doubling, ".inf", 10, 10, 10},
      {doubling, "{value: 8, low: 4, high: 16}", 0, 4, 8},
      {careful, "{value: 16, low: 8, high: 32}", 4, 4, 10},
      {careful, "{value: 8, low: 2, high: 16}", -4, 0, 8},
      {careful, "{value: 1, low: 1, high: 2}", -8, -4, -4},
      {ramp, "0", 0, 0, 0},
      {ramp, "{value: 2, low: 1, high: 5}", -10, -5, 0},
      {unit, "4", 4, 4, 4},
      {unit, "1", 0, 0, 0},
      {unit, "9", 6, 6, 6},
  };
  for (const Case& one : cases) {
    INFO(one.curve, one.fact);
    const FactSheet facts = sheet("{org.languages: " + one.fact + "}");
    CHECK(points_of(curve(one.curve), View{facts, End::low}) == doctest::Approx(one.low));
    CHECK(points_of(curve(one.curve), View{facts, End::middle}) == doctest::Approx(one.middle));
    CHECK(points_of(curve(one.curve), View{facts, End::high}) == doctest::Approx(one.high));
  }
  CHECK_FALSE(points_of(curve(doubling), View{FactSheet{}, End::middle}));
}
