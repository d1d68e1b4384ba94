#include <doctest/doctest.h>

#include "made.hpp"

using namespace made;

namespace {

// outside -> web 100; web -> cart 100, cart -> stock 50, cart -> db 50 (store); traced.
CallGraph shop() {
  CallGraph graph;
  enters(graph, "shop/web", 100);
  inside(graph, "shop/web", "shop/cart", 100).levels[1].add(1, 100);
  Edge::Seen& deep = inside(graph, "shop/cart", "stock/stock", 50);
  deep.levels[2].add(1, 50);
  deep.errors.add(1, 2);
  node(graph, "shop/db", NodeKind::datastore);
  call(graph, "shop/cart", "shop/db", CallClass::datastore, 50);
  traces(graph, "shop/web", 50, 1, 2, 2);
  traces(graph, "shop/web", 50, 2, 3, 3);
  graph.windows[Source::traces] = {86400ull * 1000000000, 3 * 86400ull * 1000000000};
  graph.unmatched = {
      .server_without_parent = 3, .client_without_server = 1, .consumer_without_producer = 0, .all_halves = 400};
  return graph;
}

double number_of(const FactSheet& sheet, const char* name) {
  CAPTURE(name);
  REQUIRE(sheet.number(name));
  return *sheet.number(name);
}

}  // namespace

TEST_CASE("facts of traces follow from the calls") {
  const CallGraph graph = shop();
  const Inventory inventory;
  const FactSheet sheet = measure(picture(graph, inventory), nullptr);
  struct Case {
    const char* fact;
    double value;
  };
  const Case cases[] = {{"traffic.north_south_calls", 100},
                        {"traffic.east_west_calls", 150},
                        {"traffic.datastore_calls", 50},
                        {"traffic.egress_calls", 0},
                        {"traffic.unknown_calls", 0},
                        {"traffic.east_west_share", 0.6},
                        {"traffic.nested_calls", 50},
                        {"traffic.top_pair_share", 100.0 / 150},
                        {"traffic.top_caller_share", 100.0 / 150},
                        {"topology.caller_diversity", 1.8},
                        {"topology.depth_p95", 3},
                        {"topology.fan_out_p95", 1},
                        {"topology.fan_in_max", 1},
                        {"topology.entry_services", 1},
                        {"topology.edges", 2},
                        {"topology.namespaces", 2},
                        {"topology.cross_namespace_share", 50.0 / 150},
                        {"data.traces", 100},
                        {"data.orphan_rate", 0.01},
                        {"data.window_days", 2}};
  for (const Case& c : cases) {
    CHECK(number_of(sheet, c.fact) == doctest::Approx(c.value));
    CHECK(sheet.find(c.fact)->origin == Origin::measured);
  }
  CHECK(sheet.truth("l7.failing_deep_edges") == true);
  CHECK(sheet.find("traffic.east_west_share")->low < 0.6);
  CHECK(sheet.find("traffic.east_west_share")->high > 0.6);
}

TEST_CASE("what was not given is absent, never zero") {
  const CallGraph graph = shop();
  const Inventory inventory;
  const FactSheet sheet = measure(picture(graph, inventory), nullptr);
  for (const char* fact : {"topology.workloads", "data.coverage", "existing.mesh", "existing.gateway",
                           "identity.allowlist_coverage", "data.sampling", "data.weights_known", "l7.retry_factor",
                           "l7.east_west_canary", "org.languages", "data.east_west_share_bytes"}) {
    CAPTURE(fact);
    CHECK(sheet.find(fact) == nullptr);
  }
}

TEST_CASE("every measured fact is in the table and of its type") {
  const CallGraph graph = shop();
  Inventory inventory;
  app(inventory, "shop", "web");
  const auto components = components_of(graph);
  for (const auto& [fact_name, fact] : measure(picture(graph, inventory), &components.front()).facts) {
    const std::string& name = fact_name;  // CAPTURE is a lambda, which takes no structured binding
    CAPTURE(name);
    const FactInfo* row = fact_called(name);
    REQUIRE(row != nullptr);
    const FactType types[] = {FactType::number, FactType::boolean, FactType::word, FactType::numbers, FactType::words};
    CHECK(row->type == types[fact.value.index()]);
  }
}

TEST_CASE("a component has its own calls, and an east-west call is its caller's") {
  CallGraph graph;
  enters(graph, "a", 10);
  inside(graph, "a", "b", 20);
  inside(graph, "b", "log", 30);
  enters(graph, "p", 40);
  inside(graph, "p", "log", 5);
  const Inventory inventory;
  const auto components = components_of(graph);
  REQUIRE(components.size() == 2);
  const FactSheet first = measure(picture(graph, inventory), &components[0]);
  const FactSheet second = measure(picture(graph, inventory), &components[1]);
  CHECK(number_of(first, "traffic.north_south_calls") == 10);
  CHECK(number_of(first, "traffic.east_west_calls") == 50);
  CHECK(number_of(first, "topology.largest_component") == 3);
  CHECK(number_of(second, "traffic.north_south_calls") == 40);
  CHECK(number_of(second, "traffic.east_west_calls") == 5);
}

TEST_CASE("-n keeps a call from another namespace east-west") {
  CallGraph graph;
  enters(graph, "b/edge", 10);
  inside(graph, "b/edge", "a/one", 20);
  inside(graph, "a/one", "a/two", 30);
  const Inventory inventory;
  Picture seen = picture(graph, inventory);
  seen.only_namespaces = {"a"};
  const auto components = components_of(seen);
  REQUIRE(components.size() == 1);
  const FactSheet sheet = measure(seen, &components.front());
  CHECK(number_of(sheet, "traffic.east_west_calls") == 50);
  CHECK(number_of(sheet, "traffic.north_south_calls") == 0);
  CHECK(number_of(sheet, "topology.largest_component") == 2);
}

TEST_CASE("the best source decides") {
  struct Case {
    const char* name;
    std::uint64_t traces;
    bool logs, blind_logs;
    const char* source;
  };
  const Case cases[] = {{"enough traces", 40, true, false, "traces"},
                        {"few traces beside logs", 20, true, false, "request-logs"},
                        {"few traces alone", 20, false, false, "traces"},
                        {"few traces beside logs of an edge", 20, true, true, "request-logs"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CallGraph graph;
    enters(graph, "a", c.traces);
    inside(graph, "a", "b", c.traces);
    traces(graph, "a", c.traces, 1, 2, 2);
    if (c.logs) enters(graph, "a", 500, Source::request_logs);
    if (c.logs && !c.blind_logs) inside(graph, "a", "b", 900, Source::request_logs);
    const Inventory inventory;
    const FactSheet sheet = measure(picture(graph, inventory), nullptr);
    REQUIRE(sheet.find("traffic.north_south_calls"));
    CHECK(sheet.find("traffic.north_south_calls")->source == c.source);
  }
}

TEST_CASE("the log of an edge leaves east-west calls unknown, not zero") {
  CallGraph graph;
  enters(graph, "a", 500, Source::request_logs);
  graph.not_observable["east-west"] = 1;
  const Inventory inventory;
  const FactSheet sheet = measure(picture(graph, inventory), nullptr);
  CHECK(number_of(sheet, "traffic.north_south_calls") == 500);
  CHECK(sheet.find("traffic.east_west_calls") == nullptr);
  CHECK(sheet.find("traffic.east_west_share") == nullptr);
  const auto units = traffic_by_unit(picture(graph, inventory));
  REQUIRE(units.size() == 1);
  CHECK_FALSE(units[0].share);
  CHECK(units[0].why_not == "east-west is not observable in this input");
}

TEST_CASE("flows give connections and bytes, and no calls") {
  CallGraph graph;
  enters(graph, "a", 99, Source::flows).bytes = 18;
  inside(graph, "a", "b", 1, Source::flows).bytes = 82;
  const Inventory inventory;
  const FactSheet sheet = measure(picture(graph, inventory), nullptr);
  CHECK(sheet.find("traffic.north_south_calls") == nullptr);
  CHECK(sheet.find("data.traces") == nullptr);
  CHECK(number_of(sheet, "data.east_west_share_connections") == doctest::Approx(0.01));
  CHECK(number_of(sheet, "data.east_west_share_bytes") == doctest::Approx(0.82));
  CHECK(number_of(sheet, "traffic.east_west_share") == doctest::Approx(0.01));
  CHECK(sheet.find("traffic.east_west_share")->high == doctest::Approx(0.82));
  const auto units = traffic_by_unit(picture(graph, inventory));
  REQUIRE(units.size() == 2);
  CHECK(units[0].unit == "connections");
  CHECK(units[1].unit == "bytes");
}

TEST_CASE("how traces were sampled is said only with a reason") {
  struct Case {
    const char* name;
    bool known;
    double probability;
    std::optional<double> rate;
    std::optional<std::string> sampling;
  };
  const Case cases[] = {{"silence", false, 1, {}, {}},
                        {"every record says so", true, 0.1, {}, "head"},
                        {"some records say so", false, 0.1, {}, "unknown"},
                        {"the user says so", false, 0.1, 0.1, "head"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CallGraph graph;
    enters(graph, "a", 10);
    graph.traces["a"].sums[c.probability].add(0, 1);
    graph.probabilities_known[Source::traces] = c.known;
    const Inventory inventory;
    Picture seen = picture(graph, inventory);
    seen.sampling_rate = c.rate;
    CHECK(measure(seen, nullptr).word("data.sampling") == c.sampling);
  }
}

TEST_CASE("coverage counts declared app services that traffic shows, variants once, jobs and stores not") {
  CallGraph graph;
  enters(graph, "shop/web", 10);
  inside(graph, "shop/web", "shop/reviews", 10);
  Inventory inventory;
  app(inventory, "shop", "web");
  app(inventory, "shop", "dark");
  for (const char* version : {"reviews-v1", "reviews-v2"}) {
    inventory.workloads.push_back(workload("shop", version));
    inventory.workloads.back().pod_labels = {{"app", "reviews"}};
  }
  inventory.services.push_back(service("shop", "reviews"));
  inventory.workloads.push_back(workload("shop", "backup"));
  inventory.workloads.back().job = true;
  inventory.workloads.push_back(workload("shop", "cache", "redis:7"));
  PlatformKnowledge known;
  known.store_images = {"redis"};
  const Picture seen{.graph = graph,
                     .inventory = inventory,
                     .only_namespaces = {},
                     .except_namespaces = {},
                     .sampling_rate = {},
                     .knowledge = known};
  const FactSheet sheet = measure(seen, nullptr);
  CHECK(number_of(sheet, "data.coverage") == doctest::Approx(2.0 / 3));
  CHECK(number_of(sheet, "topology.workloads") == 4);
  CHECK(number_of(sheet, "topology.datastores") == 1);
}
