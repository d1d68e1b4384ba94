#include "graph/direction.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace nsew;

namespace {

Node node(const char* id, NodeKind kind, Claim claim = Claim::inside, const char* why = "why") {
  Node n;
  n.id = id;
  n.name = id;
  n.kind = kind;
  n.why = why;
  n.claims = {{claim, why}};
  return n;
}

PlatformKnowledge knowledge() {
  PlatformKnowledge known;
  known.store_ports = {5432};
  known.broker_ports = {9092};
  known.probe_agents = {"kube-probe", "prometheus"};
  known.synthetic_agents = {"k6"};
  known.telemetry_routes = {"/healthz", "opentelemetry.proto.collector.trace.v1.TraceService"};
  return known;
}

const Node a = node("a", NodeKind::service), b = node("b", NodeKind::service),
           outside = node("outside", NodeKind::outside), gateway = node("gw", NodeKind::gateway),
           nobody_known = node("unknown", NodeKind::unknown),
           dns = node("kube-system/kube-dns", NodeKind::platform, Claim::platform, "namespace kube-system"),
           postgres = node("postgres", NodeKind::datastore, Claim::known_store, "datastore by name: postgres"),
           kafka = node("kafka", NodeKind::broker, Claim::known_broker, "broker by name: kafka"),
           cluster_node = node("reserved:host", NodeKind::platform, Claim::platform, "reserved identity host"),
           generator =
               node("load-generator", NodeKind::outside, Claim::client, "load generator by name: load-generator");

struct Case {
  const char* name;
  const Node *from, *to;
  std::function<void(CallFacts&)> also;
  CallClass cls;
  const char* reason;
};

}  // namespace

TEST_CASE("the first row of the direction table that applies decides, and says why") {
  const auto as_is = [](CallFacts&) {};
  const Case cases[] = {
      {"both inside", &a, &b, as_is, CallClass::east_west, "both ends are services of the system"},
      {"root", &outside, &a, [](auto& c) { c.root = true; }, CallClass::north_south, "a trace begins with it"},
      {"gateway to backend", &gateway, &a, as_is, CallClass::north_south, "caller is a gateway"},
      {"gateway to a host outside is still from a gateway", &gateway, &outside, as_is, CallClass::north_south,
       "caller is a gateway"},
      {"orphan at a gateway", &outside, &gateway, [](auto& c) { c.orphan = true; }, CallClass::north_south,
       "the caller of a gateway is outside"},
      {"orphan elsewhere", &nobody_known, &a, [](auto& c) { c.orphan = true; }, CallClass::unknown,
       "the caller's span is in no data"},
      {"service calls a declared gateway", &a, &gateway, as_is, CallClass::east_west,
       "both ends are services of the system"},
      {"egress", &a, &outside, [](auto& c) { c.unresolved_to = "public host that no manifest declares"; },
       CallClass::egress, "public host that no manifest declares"},
      {"platform end", &a, &dns, as_is, CallClass::platform, "namespace kube-system"},
      {"platform before outside", &dns, &outside, as_is, CallClass::platform, "namespace kube-system"},
      {"DNS by port", &a, &b, [](auto& c) { c.port = 53; }, CallClass::platform, "DNS"},
      {"probe", &outside, &a, [](auto& c) { c.root = true, c.agent = "kube-probe"; }, CallClass::platform,
       "probe or scrape by kube-probe"},
      {"scrape", &a, &b, [](auto& c) { c.agent = "Prometheus"; }, CallClass::platform, "probe or scrape by Prometheus"},
      {"health path", &outside, &a, [](auto& c) { c.root = true, c.route = "/healthz"; }, CallClass::platform,
       "telemetry, health or reflection: /healthz"},
      {"a longer word is another path", &a, &b, [](auto& c) { c.route = "/healthzone"; }, CallClass::east_west,
       "both ends are services of the system"},
      {"telemetry export", &a, &b,
       [](auto& c) { c.route = "opentelemetry.proto.collector.trace.v1.TraceService/Export"; }, CallClass::platform,
       "telemetry, health or reflection: opentelemetry.proto.collector.trace.v1.TraceService"},
      {"message", &a, &b, [](auto& c) { c.message = true; }, CallClass::async, "message through a broker"},
      {"broker by name", &a, &kafka, as_is, CallClass::async, "broker by name: kafka"},
      {"broker by port", &a, &b, [](auto& c) { c.port = 9092; }, CallClass::async, "broker port 9092"},
      {"db.system", &a, &b, [](auto& c) { c.db_system = "mysql"; }, CallClass::datastore, "db.system mysql"},
      {"store by name", &a, &postgres, as_is, CallClass::datastore, "datastore by name: postgres"},
      {"store by port", &a, &nobody_known, [](auto& c) { c.port = 5432; }, CallClass::datastore, "datastore port 5432"},
      {"HTTP at a store's port is no store", &a, &b, [](auto& c) { c.port = 5432, c.protocol = "http"; },
       CallClass::east_west, "both ends are services of the system"},
      {"managed database outside", &a, &outside, [](auto& c) { c.db_system = "mysql"; }, CallClass::datastore,
       "db.system mysql"},
      {"own public host from inside", &a, &b, [](auto& c) { c.own_host = true; }, CallClass::east_west,
       "over a public host of its own system"},
      {"own public host from outside", &outside, &a, [](auto& c) { c.own_host = true, c.root = true; },
       CallClass::north_south, "a trace begins with it"},
      {"named client", &generator, &a, as_is, CallClass::north_south, "load generator by name: load-generator"},
      {"SNAT", &cluster_node, &a, [](auto& c) { c.exposed = true; }, CallClass::north_south,
       "from a node to a port of a NodePort or LoadBalancer Service that no probe uses"},
      {"other node traffic", &cluster_node, &a, as_is, CallClass::platform, "reserved identity host"},
      {"mesh names an unknown caller", &nobody_known, &a, [](auto& c) { c.mesh = true; }, CallClass::east_west,
       "the connection's SNI or certificate names the mesh"},
      {"an outside caller is not of the mesh", &outside, &a, [](auto& c) { c.mesh = true; }, CallClass::north_south,
       "caller is outside"},
      {"unresolved callee", &a, &nobody_known, [](auto& c) { c.unresolved_to = "10.1.0.0/16 is claimed by nobody"; },
       CallClass::unknown, "10.1.0.0/16 is claimed by nobody"},
  };
  const PlatformKnowledge known = knowledge();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CallFacts facts{.from = c.from, .to = c.to, .known = &known};
    c.also(facts);
    const Decision decision = decide(facts);
    CHECK(decision.call);
    CHECK(name_of(decision.cls) == name_of(c.cls));
    CHECK(decision.reason == c.reason);
  }
}

TEST_CASE("flags say what is special about a call") {
  const PlatformKnowledge known = knowledge();
  const auto flags = [&](const Node& from, const Node& to, auto also) {
    CallFacts facts{.from = &from, .to = &to, .known = &known};
    also(facts);
    return decide(facts).flags;
  };
  CHECK(flags(a, b, [](auto& c) { c.own_host = true; }) == std::set{EdgeFlag::hairpin});
  CHECK(flags(cluster_node, a, [](auto& c) { c.exposed = true; }) == std::set{EdgeFlag::snat});
  CHECK(flags(generator, a, [](auto&) {}) == std::set{EdgeFlag::synthetic});
  CHECK(flags(gateway, a, [](auto& c) { c.agent = "k6"; }) == std::set{EdgeFlag::synthetic});
  CHECK(flags(outside, a, [](auto&) {}).empty());
}

TEST_CASE("a call between two ends outside is none of the system") {
  const PlatformKnowledge known = knowledge();
  CHECK_FALSE(decide({.from = &outside, .to = &generator, .known = &known}).call);
}

TEST_CASE("what comes to a gateway from outside or from a gateway is counted behind it") {
  const PlatformKnowledge known = knowledge();
  CHECK(enters_gateway({.from = &outside, .to = &gateway, .known = &known}));
  CHECK(enters_gateway({.from = &gateway, .to = &gateway, .known = &known}));
  CHECK_FALSE(enters_gateway({.from = &a, .to = &gateway, .known = &known}));
  CHECK_FALSE(enters_gateway({.from = &outside, .to = &a, .known = &known}));
  CHECK_FALSE(enters_gateway({.from = &outside, .to = &gateway, .known = &known, .route = "/healthz"}));
}
