#include "graph/edge_counts.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/build.hpp"
#include "graph/serialise.hpp"

using namespace nsew;

namespace {

struct Given {
  Party source, destination;
  EdgeCount edge;
};

const Party web{.ns = "shop", .workload = "web-v1"};
const Party cart{.ns = "shop", .workload = "cart-v1", .service = "cart"};
const Party cart_calling{.ns = "shop", .workload = "cart-v1"};
const Party items{.ns = "shop", .service = "items"};

EdgeCount counted_by(Recorder recorder, std::uint64_t calls) { return {.recorder = recorder, .calls = calls}; }

std::vector<RecordSink> sinks_of(const std::vector<Given>& all, std::size_t threads) {
  std::vector<RecordSink> sinks(threads);
  for (std::size_t i = 0; i < all.size(); ++i) {
    RecordSink& sink = sinks[i % threads];
    EdgeCount edge = all[i].edge;
    edge.source = sink.party(all[i].source), edge.destination = sink.party(all[i].destination);
    sink.edge(edge);
  }
  return sinks;
}

CallGraph graph_of(const std::vector<Given>& all, std::size_t threads = 1) {
  auto sinks = sinks_of(all, threads);
  return build_graph(sinks, {}, no_platform_knowledge, {});
}

// "from -> to class source calls"
std::vector<std::string> shown(const CallGraph& graph) {
  std::vector<std::string> lines;
  for (const auto& [key, edge] : graph.edges)
    for (const auto& [source, seen] : edge.seen)
      lines.push_back(
          fmt::format("{} -> {} {} {} {}", key.from, key.to, name_of(key.cls), name_of(source), seen.calls.observed()));
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what several proxies counted of one edge is taken once, from the caller's side first") {
  struct Case {
    std::string name;
    std::vector<Given> given;
    Lines edges;
  };
  const Case cases[] = {
      {"all three sides",
       {{web, cart, counted_by(Recorder::server_side, 9)},
        {web, cart, counted_by(Recorder::client_side, 10)},
        {web, cart, counted_by(Recorder::waypoint, 8)}},
       {"shop/web-v1 -> shop/cart east-west graph 10"}},
      {"a waypoint before the callee",
       {{web, cart, counted_by(Recorder::server_side, 9)}, {web, cart, counted_by(Recorder::waypoint, 8)}},
       {"shop/web-v1 -> shop/cart east-west graph 8"}},
      {"series of one side add up",
       {{web, cart, counted_by(Recorder::client_side, 2)}, {web, cart, counted_by(Recorder::client_side, 3)}},
       {"shop/web-v1 -> shop/cart east-west graph 5"}},
      {"nobody's side adds up as well",
       {{web, cart, counted_by(Recorder::unknown, 2)}, {web, cart, counted_by(Recorder::client_side, 3)}},
       {"shop/web-v1 -> shop/cart east-west graph 5"}},
      {"a caller of the mesh that the callee cannot name",
       {{web, cart, counted_by(Recorder::client_side, 3)},
        {{}, cart, {.recorder = Recorder::server_side, .mesh = true, .calls = 3}}},
       {"shop/web-v1 -> shop/cart east-west graph 3"}},
      {"a caller outside the mesh",
       {{web, cart, counted_by(Recorder::client_side, 3)}, {{}, cart, counted_by(Recorder::server_side, 4)}},
       {"shop/web-v1 -> shop/cart east-west graph 3", "unknown -> shop/cart unknown graph 4"}},
      {"units are kept apart",
       {{web, cart, {.recorder = Recorder::client_side, .calls = 3}},
        {web, cart, {.unit = Unit::connections, .recorder = Recorder::server_side, .calls = 4}}},
       {"shop/web-v1 -> shop/cart east-west graph 3", "shop/web-v1 -> shop/cart east-west flows 4"}},
      {"a workload is its only Service, as caller too",
       {{web, cart, {.calls = 1}}, {cart_calling, items, {.calls = 2}}},
       {"shop/cart -> shop/items east-west graph 2", "shop/web-v1 -> shop/cart east-west graph 1"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Lines edges = c.edges;
    std::ranges::sort(edges);
    for (const std::size_t threads : {1U, 2U, 3U}) {
      Lines found = shown(graph_of(c.given, threads));
      std::ranges::sort(found);
      CHECK(found == edges);
    }
  }
}

TEST_CASE("an edge keeps its gateway, its message and its database, and one without calls is an edge all the same") {
  const Party edge_proxy{.ns = "shop", .workload = "edge", .reserved = "gateway"};
  const CallGraph graph = graph_of({{edge_proxy, cart, {.calls = 4}},
                                    {cart, {.ns = "shop", .service = "pg"}, {.database = true, .calls = 2}},
                                    {cart, {.ns = "shop", .service = "orders"}, {.message = true, .calls = 1}},
                                    {cart, items, {}},
                                    {cart, items, {.denied = true, .calls = 5}},
                                    {cart, items, {.unrouted = true, .calls = 6}}});
  CHECK(shown(graph) == Lines{"shop/cart -> shop/items east-west graph 0", "shop/cart -> shop/orders async graph 1",
                              "shop/cart -> shop/pg datastore graph 2", "shop/edge -> shop/cart north-south graph 4"});
  CHECK(graph.nodes.at("shop/edge").kind == NodeKind::gateway);
  CHECK(graph.denied == 5);
  CHECK(graph.unrouted == 6);
  CHECK(graph.records.at(Source::graph) == 6);
}

TEST_CASE("an input that cannot show a side says so, alone and beside others") {
  const Given link{web, cart, {.no_north_south = true, .calls = 4}};
  CHECK(graph_of({link}).not_observable ==
        std::map<std::string, std::uint64_t>{{"graph/north-south", 1}, {"north-south", 1}});
  const Given flow{web, cart, {.unit = Unit::connections, .calls = 4}};
  CHECK(graph_of({link, flow}).not_observable == std::map<std::string, std::uint64_t>{{"graph/north-south", 1}});
  CHECK(graph_of({link, {web, cart, {.calls = 1}}}).not_observable.empty());
}

TEST_CASE("graphs of parts merge to the graph of the whole, whatever the order") {
  std::vector<Given> all = {{web, cart, {.calls = 4, .errors = 1, .from_ns = 5, .to_ns = 9}},
                            {web, items, {.no_north_south = true, .calls = 2, .bytes = 7, .from_ns = 2, .to_ns = 4}},
                            {cart, items, {.unit = Unit::connections, .calls = 3}}};
  const std::string whole = to_json(graph_of(all));
  CallGraph merged = graph_of({all[2]});
  merge(merged, graph_of({all[0], all[1]}));
  CHECK(to_json(merged) == whole);
  std::ranges::reverse(all);
  CHECK(to_json(graph_of(all, 2)) == whole);
  CHECK(graph_of(all).windows.at(Source::graph) == CallGraph::Window{2, 9});
}
