#include <doctest/doctest.h>

#include "judge/rule.hpp"
#include "judge/verdict.hpp"

using namespace nsew;

namespace {

const std::string scale = R"(families:
  structure: {between: [-25, 30], absent: open}
need: {later_from: 10, yes_from: 30, says: "{points} points"}
order: [small-system]
grown: {fact: topology.largest_component, by: org.services_growth_12m}
confidence: {ladder: {of: data.traces, high: 385, low: 0}, at_most: [], when_insufficient: low}
lean: []
settles: []
)";

const std::string gate = R"(id: small-system
title: Small
kind: gate
when: {topology.largest_component: {at_most: 4}}
then: {need: no}
says: "{topology.largest_component} services"
why: because
source: [judgement]
remedy: none
examples:
  - {facts: {topology.largest_component: 3}, fires: true}
  - {facts: {topology.largest_component: 5}, fires: false}
)";

const std::string points = R"(id: size
title: Size
family: structure
points: {of: topology.largest_component, per_doubling: 10, zero_at: 10, between: [-20, 25]}
says: "{topology.largest_component} services"
why: because
source: [judgement]
remedy: none
examples:
  - {facts: {topology.largest_component: 20}, points: 10}
  - {facts: {topology.largest_component: 10}, points: 0}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& scale_text, const std::string& gate_text, const std::string& points_text) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"scale.yaml", scale_text}, {"small-system.yaml", gate_text}, {"size.yaml", points_text}};
  try {
    load_rules(files);
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.exit_code == exit_code::unreadable);
    return to_string(failure.where) + ": " + failure.what() + (failure.hint.empty() ? "" : "; " + failure.hint);
  }
}

struct Case {
  std::string from, to, says;
};

}  // namespace

TEST_CASE("a pack of well-written rules is taken") { CHECK(refusal(scale, gate, points).empty()); }

TEST_CASE("a gate that makes no sense is refused where it goes wrong") {
  const Case cases[] = {
      {"title: Small", "titel: Small", "small-system.yaml:2:1: a rule has no 'titel'; did you mean 'title'?"},
      {"kind: gate", "kind: gaet",
       "small-system.yaml:3:7: 'gaet' is none of points, gate, guard, fit, advice; did you mean 'gate'?"},
      {"when: {topology.largest_component", "when: {topology.largest_componnet",
       "small-system.yaml:4:8: no fact is called 'topology.largest_componnet'; "
       "did you mean 'topology.largest_component'?"},
      {"at_most: 4", "at_mots: 4", "small-system.yaml:4:37: no test is called 'at_mots'; did you mean 'at_most'?"},
      {"at_most: 4", "at_most: four", "small-system.yaml:4:46: 'four' is not a number"},
      {"at_most: 4", "one_of: [four]",
       "small-system.yaml:4:37: 'one_of' cannot be asked of 'topology.largest_component'"},
      {"{topology.largest_component: {at_most: 4}}", "{existing.mesh: istoi}",
       "small-system.yaml:4:23: 'istoi' is not a value of 'existing.mesh'; it must be one of none, istio-ambient, "
       "istio-sidecar, linkerd, cilium, consul, dapr, other"},
      {"then: {need: no}", "then: {ned: no}", "small-system.yaml:5:8: no effect is called 'ned'; did you mean 'need'?"},
      {"then: {need: no}", "then: {need: never}", "small-system.yaml:5:14: 'never' is none of no, later, yes"},
      {"then: {need: no}", "then: {drop_positive: structrue}",
       "small-system.yaml:5:23: 'structrue' is none of structure; did you mean 'structure'?"},
      {"then: {need: no}", "points: 5", "small-system.yaml:1:1: a rule has `points` if and only if it has a `family`"},
      {"\"{topology.largest_component} services\"", "\"{topology.size} services\"",
       "small-system.yaml:6:7: no fact is called 'topology.size'; did you mean 'topology.edges'?"},
      {"source: [judgement]\n", "", "small-system.yaml:1:1: the rule has no `source`"},
      {"id: small-system", "id: smal-system",
       "small-system.yaml:1:5: the id 'smal-system' is not the name of the file, 'small-system'"},
      {"why: because", "title: again", "small-system.yaml:7:1: 'title' is given twice"},
      {"fires: true", "fires: maybe", "small-system.yaml:11:53: 'maybe' is none of false, true"},
      {"fires: false}", "fires: false", "small-system.yaml:13:1: end of map flow not found"},
  };
  for (const Case& one : cases) CHECK(refusal(scale, replaced(gate, one.from, one.to), points) == one.says);
}

TEST_CASE("points that make no sense are refused where they go wrong") {
  const Case cases[] = {
      {"per_doubling", "per_dubling", "size.yaml:4:42: points have no 'per_dubling'; did you mean 'per_doubling'?"},
      {"zero_at: 10, ", "", "size.yaml:4:9: points per doubling need `zero_at`, above 0"},
      {", between: [-20, 25]", "", "size.yaml:4:9: points need `between: [low, high]`"},
      {"[-20, 25]", "[-20]", "size.yaml:4:82: this must be two numbers: [low, high]"},
      {"of: topology.largest_component", "of: existing.mesh", "size.yaml:4:14: 'existing.mesh' is not a number"},
      {"family: structure", "family: structur",
       "size.yaml:3:9: 'structur' is none of structure; did you mean 'structure'?"},
      {"topology.largest_component: 20", "topology.largest_component: -1",
       "size.yaml:10:42: -1 is not a value of 'topology.largest_component'; it must be at least 0"},
      {"  - {facts: {topology.largest_component: 10}, points: 0}\n", "",
       "size.yaml:1:1: a rule needs an example where it applies and one where it does not"},
  };
  for (const Case& one : cases) CHECK(refusal(scale, gate, replaced(points, one.from, one.to)) == one.says);
}

TEST_CASE("a scale that makes no sense is refused where it goes wrong") {
  const Case cases[] = {
      {"order: [small-system]", "order: [smal-system]",
       "scale.yaml:4:9: no gate, guard or fit is called 'smal-system'; did you mean 'small-system'?"},
      {"order: [small-system]", "order: []",
       "small-system.yaml:1:1: 'small-system' has no place in the `order` of scale.yaml"},
      {"later_from", "later_form", "scale.yaml:3:8: need has no 'later_form'; did you mean 'later_from'?"},
      {"lean: []", "leen: []", "scale.yaml:7:1: the scale has no 'leen'; did you mean 'lean'?"},
      {"lean: []", "lean: [{lean: gatway}]",
       "scale.yaml:7:15: 'gatway' is none of gateway, gateway-mesh-ready, mesh-ambient, mesh-sidecar, mesh+gateway, "
       "keep-current, insufficient-data; did you mean 'gateway'?"},
  };
  for (const Case& one : cases) CHECK(refusal(replaced(scale, one.from, one.to), gate, points) == one.says);
}
