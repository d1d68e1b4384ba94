#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "spans.hpp"

using namespace nsew;
using namespace nsew::by_hand;

namespace {

constexpr const char* services[] = {
    "web", "cart", "pay", "mail", "stock", "redis", "load-generator", "frontend-proxy", "api-gateway"};

// A tree of calls with every shape that the join knows: paired, one-sided, inferred, messages, orphans, repeats.
void add_trace(std::vector<SpanSpec>& spans, std::uint64_t trace, std::mt19937_64& random) {
  const auto pick = [&](std::uint64_t n) { return random() % n; };
  struct Above {
    std::uint64_t id;
    const char* service;
  };
  std::vector<Above> above = {{1, services[pick(9)]}};
  const double probability = pick(4) == 0 ? 0.1 : 1;
  const auto emit = [&](SpanSpec spec) {
    spec.trace = trace;
    spec.probability = probability;
    spec.error = pick(10) == 0;
    if (pick(3) == 0) spec.ns = "shop";
    spec.start_ns += pick(7200) * 1'000'000'000;
    spans.push_back(spec);
    if (pick(20) == 0) spans.push_back(spec);
  };
  emit({.id = 1,
        .parent = pick(5) == 0 ? 999ULL : 0,
        .kind = pick(3) == 0 ? SpanKind::absent : SpanKind::server,
        .service = above[0].service});
  for (std::uint64_t id = 2, end = 4 + pick(12); id < end; id += 2) {
    const Above parent = above[pick(above.size())];
    const char* callee = pick(150) == 0 ? "api-gateway" : services[pick(6)];  // rare: most parts take it for a gateway
    const bool message = pick(6) == 0, half = pick(4) == 0;
    SpanSpec call{.id = id,
                  .parent = parent.id,
                  .kind = message ? SpanKind::producer : SpanKind::client,
                  .service = parent.service};
    call.operation = {.protocol = "http", .host = callee, .method = "GET", .route = pick(2) == 0 ? "/a" : "/b"};
    if (half) call.peer.service = callee;
    if (half && pick(3) == 0) call.peer = {.address = "api.example.com"};
    emit(call);
    if (half) continue;
    emit({.id = id + 1, .parent = id, .kind = message ? SpanKind::consumer : SpanKind::server, .service = callee});
    above.push_back({id + 1, callee});
  }
}

std::vector<std::vector<SpanSpec>> traces_of(std::size_t count) {
  std::mt19937_64 random(4711);
  std::vector<std::vector<SpanSpec>> traces(count);
  for (std::size_t i = 0; i < count; ++i) add_trace(traces[i], i + 1, random);
  return traces;
}

CallGraph merged(std::vector<CallGraph> parts, std::mt19937_64& random) {
  std::shuffle(parts.begin(), parts.end(), random);
  CallGraph whole;
  for (const CallGraph& part : parts) merge(whole, part);
  return whole;
}

// The first line that is not the same, as it stands in both; empty when all are.
std::string difference(const std::string& a, const std::string& b) {
  const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  if (a == b) return {};
  const auto around = [&](const std::string& text) { return text.substr(at < 150 ? 0 : at - 150, 300); };
  return around(a) + "\n--- but in the whole ---\n" + around(b);
}

}  // namespace

TEST_CASE("the graphs of parts that cut no trace, merged in any order, are the graph of the whole to the byte") {
  const auto traces = traces_of(400);
  std::vector<SpanSpec> all;
  for (const auto& trace : traces) all.insert(all.end(), trace.begin(), trace.end());
  const std::string whole = to_json(graph_of(all));
  CHECK(whole.size() > 10000);
  std::mt19937_64 random(7);
  for (const std::size_t count : {2U, 7U, 100U}) {
    CAPTURE(count);
    std::vector<std::vector<SpanSpec>> spans(count);
    for (const auto& trace : traces) {
      auto& part = spans[random() % count];
      part.insert(part.end(), trace.begin(), trace.end());
    }
    std::vector<CallGraph> parts;
    for (const auto& part : spans) parts.push_back(graph_of(part));
    for (int order = 0; order < 3; ++order) CHECK(difference(to_json(merged(parts, random)), whole) == "");
    Diagnostics said;
    for (CallGraph& part : parts) part = graph_from_json(to_json(part), "part", said).value();
    CHECK(difference(to_json(merged(parts, random)), whole) == "");
    CHECK(said.list().empty());
  }
}

TEST_CASE("a name that stays bare in one part joins the namespace that another part shows") {
  CallGraph bare = graph_of({{.service = "web"}, {.id = 2, .parent = 1, .service = "cart"}});
  const CallGraph full = graph_of({{.trace = 2, .service = "cart", .ns = "shop"}});
  merge(bare, full);
  CHECK(bare.nodes.contains("shop/cart"));
  CHECK_FALSE(bare.nodes.contains("cart"));
  CHECK(bare.edges.contains({"web", "shop/cart", CallClass::east_west}));
  CHECK(bare.joined.at("cart") == "shop/cart");
}

TEST_CASE("a gateway by name is a service once a part shows that a service calls it, as if it had been known at once") {
  const std::vector<SpanSpec> door = {{.service = "api-gateway"},
                                      {.id = 2, .parent = 1, .kind = SpanKind::client, .service = "api-gateway"},
                                      {.id = 3, .parent = 2, .service = "cart"},
                                      {.trace = 3, .parent = 9, .service = "api-gateway"}};
  const std::vector<SpanSpec> inner = {{.trace = 2, .service = "web"},
                                       {.trace = 2, .id = 2, .parent = 1, .kind = SpanKind::client, .service = "web"},
                                       {.trace = 2, .id = 3, .parent = 2, .service = "api-gateway"}};
  std::vector<SpanSpec> all = door;
  all.insert(all.end(), inner.begin(), inner.end());
  CallGraph a = graph_of(door), b = graph_of(inner);
  CHECK(a.nodes.at("api-gateway").kind == NodeKind::gateway);
  CHECK(a.alternatives.size() == 1);
  CHECK(b.nodes.at("api-gateway").kind == NodeKind::service);
  CallGraph other = b;
  merge(other, a);
  merge(a, b);
  const std::string whole = to_json(graph_of(all));
  CHECK(difference(to_json(a), whole) == "");
  CHECK(difference(to_json(other), whole) == "");
  CHECK(a.edges.contains({"api-gateway", "cart", CallClass::east_west}));
  CHECK(a.edges.contains({"outside", "api-gateway", CallClass::north_south}));
  CHECK(a.edges.contains({"unknown", "api-gateway", CallClass::unknown}));
}

TEST_CASE("a graph that another program wrote keeps the kinds that it gives") {
  Diagnostics said;
  const auto graph = graph_from_json(R"({"document": "nsew-call-graph", "schema_version": "1.0", "nodes": [
    {"id": "outside", "kind": "outside", "name": "outside"}, {"id": "edge", "kind": "gateway", "name": "edge"},
    {"id": "web", "kind": "service", "name": "web"}], "edges": [
    {"from": "edge", "to": "web", "class": "north-south", "seen": {"traces": {"calls": [[1, 5]]}}}]})",
                                     "g", said);
  REQUIRE(graph);
  CHECK(said.list().empty());
  CallGraph whole;
  merge(whole, *graph);
  CHECK(whole.nodes.at("edge").kind == NodeKind::gateway);
  CHECK(whole.edges.at({"edge", "web", CallClass::north_south}).seen.at(Source::traces).calls.observed() == 5);
}
