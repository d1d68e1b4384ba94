#include <doctest/doctest.h>

#include "graph/build.hpp"
#include "graph/serialise.hpp"
#include "input/sink.hpp"

using namespace nsew;

namespace {

struct Asked {
  std::uint64_t connection;
  Operation operation = {};
};

std::vector<RecordSink> flows(const std::vector<Asked>& all) {
  std::vector<RecordSink> sinks(1);
  for (const Asked& one : all) {
    Observation o{.unit = Unit::connections, .recorder = Recorder::network, .reply = Reply::no, .protocol = 6};
    o.source_port = 41000, o.destination_port = 8080, o.key = one.connection, o.time_ns = 60'000'000'000;
    o.source = sinks[0].party({.address = "10.0.0.1", .ns = "shop", .pod = "cart-x", .app = "cart"});
    o.destination = sinks[0].party({.address = "10.0.0.2", .ns = "shop", .pod = "prices-x", .app = "prices"});
    o.operation = sinks[0].operation(one.operation);
    sinks[0].observation(o);
  }
  return sinks;
}

}  // namespace

TEST_CASE("requests inside connections are kept on the connections' edge, apart from its calls") {
  const Operation get{.protocol = "http", .method = "GET", .route = "/a"};
  const Operation put{.protocol = "http", .method = "PUT", .route = "/b"};
  std::vector<RecordSink> sinks = flows({{1}, {1, get}, {1, get}, {1, put}, {2}});
  const CallGraph graph = build_graph(sinks, {}, {}, {});
  REQUIRE(graph.edges.size() == 1);
  const Edge::Seen& seen = graph.edges.begin()->second.seen.at(Source::flows);
  CHECK(seen.calls.observed() == 2);
  REQUIRE(seen.requests.size() == 2);
  CHECK(seen.requests.at({"http", "", "GET", "/a"}).calls.observed() == 2);
  CHECK(seen.requests.at({"http", "", "PUT", "/b"}).calls.observed() == 1);
  CHECK(asked(seen).size() == 3);  // and the connection that nothing was parsed in

  Diagnostics diagnostics;
  const auto again = graph_from_json(to_json(graph), "graph.json", diagnostics);
  REQUIRE(again);
  CHECK(again->edges.begin()->second.seen.at(Source::flows) == seen);
  CallGraph twice = graph;
  merge(twice, graph);
  CHECK(twice.edges.begin()->second.seen.at(Source::flows).requests.at({"http", "", "GET", "/a"}).calls.observed() ==
        4);
}
