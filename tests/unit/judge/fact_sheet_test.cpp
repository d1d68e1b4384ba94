#include <doctest/doctest.h>

#include "judge/verdict.hpp"

using namespace nsew;

namespace {

std::string refusal(const std::string& text) {
  try {
    facts_from_yaml(text, "sheet.yaml");
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.exit_code == exit_code::usage);
    return to_string(failure.where) + ": " + failure.what() + (failure.hint.empty() ? "" : "; " + failure.hint);
  }
}

std::string refusal_of_setting(const std::string& name, const std::string& value) {
  try {
    fact_from_text(name, value, "--set");
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.exit_code == exit_code::usage);
    return std::string(failure.what()) + (failure.hint.empty() ? "" : "; " + failure.hint);
  }
}

FactSheet measured() {
  FactSheet sheet = facts_from_yaml(R"(traffic:
  north_south_calls: 1000
  east_west_calls: 4100
  nested_calls: {value: 900, low: 900, high: 1100}
  top_pair_share: 0.2
  east_west_share: {value: 0.8039215686, low: 0.7611, high: 0.8423}
topology: {components: [12, 3], depth_p95: 4, caller_diversity: 5.5}
data: {sources: [traces, manifests], traces: 800, coverage: 0.97, orphan_rate: 0.01}
)",
                                    "measured");
  for (auto& [name, fact] : sheet.facts) fact.origin = Origin::measured, fact.source = "traces";
  sheet.facts["topology.largest_component"] = {12.0, Origin::derived, {}, {}, "graph"};
  return sheet;
}

void check_same(const Verdict& a, const Verdict& b) {
  CHECK(a.outcome == b.outcome);
  CHECK(a.mode == b.mode);
  CHECK(a.confidence == b.confidence);
  CHECK(a.score == b.score);
  CHECK(a.score_low == b.score_low);
  CHECK(a.score_high == b.score_high);
  REQUIRE(a.because.size() == b.because.size());
  for (std::size_t i = 0; i < a.because.size(); ++i) CHECK(a.because[i].says == b.because[i].says);
}

}  // namespace

TEST_CASE("what is printed as facts gives the same verdict when it is read back") {
  FactSheet sheet = measured();
  derive(sheet);
  assume(sheet);
  const std::string text = to_yaml(sheet);
  FactSheet again = facts_from_yaml(text, "again.yaml");
  check_same(judge(sheet, embedded_rules()), judge(again, embedded_rules()));
  derive(again);
  assume(again);
  for (const auto& [fact_name, fact] : sheet.facts) {
    const std::string& name = fact_name;  // INFO is a lambda, which takes no structured binding
    INFO(name);
    REQUIRE(again.find(name) != nullptr);
    CHECK(again.find(name)->value == fact.value);
    CHECK(low_end(*again.find(name)) == low_end(fact));
    CHECK(high_end(*again.find(name)) == high_end(fact));
  }
}

TEST_CASE("connections from nowhere outside leave it open whether anything enters") {
  struct Row {
    const char *sheet, *outcome, *lean;
  };
  const std::string flows =
      "topology: {components: [4], workloads: 4, datastores: 0}\ndata: {sources: [flows, manifests]}\n";
  for (const Row& row : {Row{"traffic: {east_west_share: 1}\n", "insufficient-data", "gateway"},
                         Row{"traffic: {east_west_share: 0.9}\n", "gateway", ""},
                         Row{"traffic: {north_south_calls: 0, east_west_calls: 900}\n", "keep-current", ""}}) {
    CAPTURE(row.sheet);
    const Verdict verdict = judge(facts_from_yaml(row.sheet + flows, "a"), embedded_rules());
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.lean == row.lean);
  }
}

TEST_CASE("a printed sheet says where each fact is from, and states neither what it assumes nor what follows") {
  FactSheet sheet = measured();
  derive(sheet);
  assume(sheet);
  const std::string text = to_yaml(sheet);
  for (const std::string line :
       {"  east_west_calls: 4100  # measured, traces\n",
        "  nested_calls: {value: 900, low: 900, high: 1100}  # measured, traces\n",
        "  # amplification_without_top_pair: {value: 3.2", "  # mesh: none  # assumed\n",
        "  largest_component: 12  # derived, graph\n", "  components: [12, 3]  # measured, traces\n",
        "  sources: [traces, manifests]  # measured, traces\n", "  platform_engineers: null\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}

TEST_CASE("a sheet may be nested or dotted, and null is unknown") {
  const FactSheet nested = facts_from_yaml("traffic: {east_west_calls: 3, nested_calls: null}\norg:\n", "a");
  const FactSheet dotted = facts_from_yaml("traffic.east_west_calls: 3\ntraffic.nested_calls: null\n", "a");
  CHECK(nested.facts.size() == 1);
  CHECK(dotted.facts.size() == 1);
  CHECK(nested.number("traffic.east_west_calls") == 3);
  CHECK(dotted.number("traffic.east_west_calls") == 3);
  CHECK(nested.find("traffic.east_west_calls")->origin == Origin::declared);
  CHECK(facts_from_yaml("", "a").facts.empty());
}

TEST_CASE("a sheet that makes no sense is refused where it goes wrong") {
  const std::pair<std::string, std::string> cases[] = {
      {"traffic:\n  eastwest_calls: 1\n",
       "sheet.yaml:2:3: no fact is called 'traffic.eastwest_calls'; did you mean 'traffic.east_west_calls'?"},
      {"trafic: {east_west_calls: 1}\n", "sheet.yaml:1:1: no fact is called 'trafic'; see `nsew list facts`"},
      {"traffic: {east_west_calls: many}\n", "sheet.yaml:1:28: 'many' is not a number"},
      {"traffic: {east_west_calls: -1}\n",
       "sheet.yaml:1:28: -1 is not a value of 'traffic.east_west_calls'; it must be at least 0"},
      {"traffic: {top_pair_share: 92}\n",
       "sheet.yaml:1:27: 92 is not a value of 'traffic.top_pair_share'; it must be between 0 and 1"},
      {"traffic: {east_west_calls: 1}\ntraffic.east_west_calls: 2\n",
       "sheet.yaml:2:1: 'traffic.east_west_calls' is given twice"},
      {"existing: {mesh: linkred}\n",
       "sheet.yaml:1:18: 'linkred' is not a value of 'existing.mesh'; did you mean 'linkerd'?"},
      {"l7: {east_west_canary: 3}\n", "sheet.yaml:1:24: '3' is none of false, true"},
      {"topology: {components: 3}\n", "sheet.yaml:1:24: this must be a list"},
      {"traffic: {amplification: {value: 3, low: 4, high: 2}}\n",
       "sheet.yaml:1:26: the interval of 'traffic.amplification' is upside down"},
      {"traffic: {amplification: {low: 4}}\n", "sheet.yaml:1:26: 'traffic.amplification' has an interval but no value"},
      {"[1, 2]\n", "sheet.yaml:1:1: this must be a mapping of names to values"},
      {"traffic: {a: [\n", "sheet.yaml:2:1: end of sequence flow not found"},
  };
  for (const auto& [text, says] : cases) CHECK(refusal(text) == says);
}

TEST_CASE("one fact is set with JSON for numbers and lists and bare words for strings") {
  CHECK(std::get<double>(fact_from_text("org.languages", "3", "--set").value) == 3);
  CHECK(std::get<bool>(fact_from_text("l7.east_west_canary", "true", "--set").value));
  CHECK(std::get<std::string>(fact_from_text("existing.mesh", "istio-sidecar", "--set").value) == "istio-sidecar");
  CHECK(std::get<std::vector<double>>(fact_from_text("topology.components", "[5, 4]", "--set").value) ==
        std::vector<double>{5, 4});
  CHECK(std::get<std::vector<std::string>>(fact_from_text("identity.compliance", R"(["hipaa"])", "--set").value) ==
        std::vector<std::string>{"hipaa"});
  CHECK(refusal_of_setting("org.languges", "3") == "no fact is called 'org.languges'; did you mean 'org.languages'?");
  CHECK(refusal_of_setting("org.languages", "three") == "'three' is not a number");
  CHECK(refusal_of_setting("org.languages", "") == "'org.languages' needs a value");
}
