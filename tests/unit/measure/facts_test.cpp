#include "measure/facts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace nsew;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

FactSheet declared(std::initializer_list<std::pair<std::string, FactValue>> facts) {
  FactSheet sheet;
  for (const auto& [name, value] : facts) sheet.facts[name] = {value, Origin::declared, {}, {}, "test"};
  derive(sheet);
  return sheet;
}

}  // namespace

TEST_CASE("the table lists each fact once, by section and then by name") {
  const std::vector<std::string> sections{"traffic", "topology", "l7",          "identity",
                                          "org",     "existing", "constraints", "data"};
  const auto key = [&](const FactInfo& row) {
    const std::string section(row.name.substr(0, row.name.find('.')));
    const auto at = std::ranges::find(sections, section);
    REQUIRE(at != sections.end());
    return std::pair(at - sections.begin(), row.name);
  };
  for (std::size_t i = 1; i < fact_table().size(); ++i) CHECK(key(fact_table()[i - 1]) < key(fact_table()[i]));
  for (const FactInfo& row : fact_table()) {
    INFO(row.name);
    CHECK_FALSE(row.summary.empty());
    CHECK(fact_called(row.name) == &row);
    if (row.type == FactType::number) CHECK((row.low < row.high && row.step > 0));
    if (!row.words.empty() && !row.assumed.empty()) CHECK(std::ranges::find(row.words, row.assumed) != row.words.end());
  }
  CHECK(fact_called("traffic.nothing") == nullptr);
}

TEST_CASE("derived facts follow from primary ones") {
  struct Case {
    const char* name;
    double value;
  };
  const FactSheet sheet = declared({{"traffic.north_south_calls", 1000.0},
                                    {"traffic.east_west_calls", 4000.0},
                                    {"traffic.nested_calls", 500.0},
                                    {"traffic.top_pair_share", 0.25},
                                    {"traffic.async_messages", 12000.0},
                                    {"traffic.unknown_calls", 1250.0},
                                    {"topology.components", std::vector<double>{3, 12, 5}},
                                    {"topology.workloads", 30.0},
                                    {"topology.datastores", 4.0},
                                    {"topology.depth_p95", 5.0},
                                    {"constraints.latency_budget_ms", 8.0}});
  const Case cases[] = {{"traffic.amplification", 4},
                        {"traffic.east_west_share", 0.8},
                        {"traffic.amplification_without_top_pair", 3},
                        {"traffic.nested_amplification", 0.5},
                        {"traffic.async_share", 0.75},
                        {"traffic.unknown_share", 0.2},
                        {"topology.largest_component", 12},
                        {"topology.component_count", 3},
                        {"topology.app_workloads", 26},
                        {"constraints.hops_per_budget_ms", 0.5}};
  for (const Case& one : cases) {
    INFO(one.name);
    REQUIRE(sheet.number(one.name));
    CHECK(*sheet.number(one.name) == doctest::Approx(one.value));
    CHECK(sheet.find(one.name)->origin == Origin::derived);
  }
}

TEST_CASE("without calls there is no ratio, and without north-south calls it is infinite") {
  CHECK_FALSE(declared({{"traffic.east_west_calls", 5.0}}).find("traffic.amplification"));
  CHECK_FALSE(
      declared({{"traffic.east_west_calls", 0.0}, {"traffic.north_south_calls", 0.0}}).find("traffic.amplification"));
  const FactSheet inside =
      declared({{"traffic.east_west_calls", 90.0}, {"traffic.north_south_calls", 0.0}, {"traffic.nested_calls", 9.0}});
  CHECK(inside.number("traffic.amplification") == infinite);
  CHECK(inside.number("traffic.nested_amplification") == infinite);
  CHECK(declared({{"traffic.east_west_calls", 0.0}}).number("topology.caller_diversity") == 0);
}

TEST_CASE("an unknown number of nested calls may be none or all") {
  const FactSheet sheet = declared({{"traffic.amplification", 3.0}});
  const Fact* nested = sheet.find("traffic.nested_amplification");
  REQUIRE(nested);
  CHECK(low_end(*nested) == 0);
  CHECK(high_end(*nested) == 3);
}

TEST_CASE("manifests alone bound the size of the largest component") {
  const FactSheet sheet = declared({{"topology.workloads", 9.0}, {"topology.datastores", 2.0}});
  const Fact* size = sheet.find("topology.largest_component");
  REQUIRE(size);
  CHECK(low_end(*size) == 1);
  CHECK(high_end(*size) == 7);
}

TEST_CASE("flows bound the share by connections and bytes") {
  const FactSheet sheet = declared({{"data.east_west_share_connections", 0.2}, {"data.east_west_share_bytes", 0.75}});
  const Fact* share = sheet.find("traffic.east_west_share");
  REQUIRE(share);
  CHECK(low_end(*share) == 0.2);
  CHECK(high_end(*share) == 0.75);
  CHECK(sheet.number("data.share_gap") == doctest::Approx(0.55));
  CHECK(high_end(*sheet.find("traffic.amplification")) == doctest::Approx(3));
}

TEST_CASE("what is set replaces what was measured from it") {
  FactSheet sheet;
  sheet.facts["traffic.east_west_share"] = {0.9, Origin::measured, 0.85, 0.95, "traces"};
  sheet.facts["traffic.north_south_calls"] = {100.0, Origin::measured, {}, {}, "traces"};
  sheet.facts["traffic.east_west_calls"] = {100.0, Origin::declared, {}, {}, "--set"};
  derive(sheet);
  CHECK(*sheet.number("traffic.east_west_share") == doctest::Approx(0.5));
  derive(sheet);
  CHECK(*sheet.number("traffic.amplification") == doctest::Approx(1));
}

TEST_CASE("the share's interval is Wilson's, widened by what is unknown") {
  // Checked against the textbook formula by hand: 40 of 50 has [0.670, 0.888].
  const auto plain = east_west_share(40, 50, 0, 50);
  REQUIRE(plain);
  CHECK(plain->value == doctest::Approx(0.8));
  CHECK(plain->low == doctest::Approx(0.66964).epsilon(1e-4));
  CHECK(plain->high == doctest::Approx(0.88758).epsilon(1e-4));
  const auto unknown = east_west_share(40, 50, 10, 50);
  REQUIRE(unknown);
  CHECK(unknown->value == doctest::Approx(0.8));
  CHECK(unknown->low < plain->low);
  CHECK(unknown->high > plain->low);
  const auto fewer = east_west_share(40, 50, 0, 5);
  CHECK(fewer->low < plain->low);
  CHECK_FALSE(east_west_share(0, 0, 0, 0));
}

TEST_CASE("assumed facts are marked so and never replace a known one") {
  FactSheet sheet;
  sheet.facts["existing.mesh"] = {std::string("linkerd"), Origin::measured, {}, {}, "manifests"};
  assume(sheet);
  CHECK(sheet.word("existing.mesh") == "linkerd");
  CHECK(sheet.word("existing.gateway") == "none");
  CHECK(sheet.find("existing.gateway")->origin == Origin::assumed);
  CHECK(sheet.truth("l7.east_west_canary") == false);
  CHECK(sheet.number("l7.retry_factor") == 1);
  CHECK_FALSE(sheet.find("org.platform_engineers"));
  CHECK_FALSE(sheet.find("traffic.east_west_calls"));
}
