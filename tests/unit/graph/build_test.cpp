#include "graph/build.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "spans.hpp"

using namespace nsew;
using namespace nsew::by_hand;

namespace {

constexpr SpanKind client = SpanKind::client, absent = SpanKind::absent, internal = SpanKind::internal,
                   producer = SpanKind::producer, consumer = SpanKind::consumer;

// "from -> to class observed", with the flags that some of its calls have.
std::vector<std::string> shown(const CallGraph& graph) {
  std::vector<std::string> lines;
  for (const auto& [key, edge] : graph.edges)
    for (const auto& [source, seen] : edge.seen) {
      std::string line = fmt::format("{} -> {} {} {}", key.from, key.to, name_of(key.cls), seen.calls.observed());
      for (const auto& [flag, count] : seen.flags) line += fmt::format(" {}:{}", name_of(flag), count);
      lines.push_back(line);
    }
  return lines;
}

const Edge::Seen& seen(const CallGraph& graph, const char* from, const char* to, CallClass cls) {
  return graph.edges.at({from, to, cls}).seen.at(Source::traces);
}

// browser -> frontend-proxy -> frontend -> cart -> redis
std::vector<SpanSpec> shop_request(std::uint64_t trace = 1) {
  return {
      {.trace = trace, .id = 1, .service = "frontend-proxy"},
      {.trace = trace, .id = 2, .parent = 1, .kind = client, .service = "frontend-proxy"},
      {.trace = trace,
       .id = 3,
       .parent = 2,
       .service = "frontend",
       .operation = {.method = "GET", .route = "/cart/{id}"}},
      {.trace = trace, .id = 4, .parent = 3, .kind = internal, .service = "frontend"},
      {.trace = trace,
       .id = 5,
       .parent = 4,
       .kind = client,
       .service = "frontend",
       .operation = {.host = "cart", .route = "POST"}},
      {.trace = trace, .id = 6, .parent = 5, .service = "cart", .operation = {.protocol = "grpc", .route = "Cart/Get"}},
      {.trace = trace,
       .id = 7,
       .parent = 6,
       .kind = client,
       .service = "cart",
       .peer = {.address = "redis", .port = 6379, .db_system = "redis"}}};
}

}  // namespace

TEST_CASE("spans become edges of exactly one class") {
  struct Case {
    const char* name;
    std::vector<SpanSpec> spans;
    std::vector<std::string> edges;
  };
  const Case cases[] = {
      {"a gateway's request is counted behind it",
       shop_request(),
       {"cart -> redis datastore 1", "frontend -> cart east-west 1", "frontend-proxy -> frontend north-south 1"}},
      {"a request that the gateway answered itself is counted there",
       {{.service = "frontend-proxy"}},
       {"outside -> frontend-proxy north-south 1"}},
      {"a root is from outside", {{.service = "web"}}, {"outside -> web north-south 1"}},
      {"a root without kind too", {{.kind = absent, .service = "web"}}, {"outside -> web north-south 1"}},
      {"a job is no call", {{.kind = internal, .service = "job"}}, {}},
      {"an orphan has an unknown caller", {{.parent = 77, .service = "cart"}}, {"unknown -> cart unknown 1"}},
      {"an orphan at a gateway an outside one",
       {{.parent = 77, .service = "frontend-proxy"}},
       {"outside -> frontend-proxy north-south 1"}},
      {"kinds absent",
       {{.kind = absent, .service = "a"}, {.id = 2, .parent = 1, .kind = absent, .service = "b"}},
       {"a -> b east-west 1 inferred:1", "outside -> a north-south 1"}},
      {"a load generator is outside and says so",
       {{.kind = client, .service = "load-generator"}, {.id = 2, .parent = 1, .service = "web"}},
       {"load-generator -> web north-south 1 synthetic:1"}},
      {"behind a gateway as well",
       {{.kind = client, .service = "load-generator"},
        {.id = 2, .parent = 1, .service = "frontend-proxy"},
        {.id = 3, .parent = 2, .kind = client, .service = "frontend-proxy"},
        {.id = 4, .parent = 3, .service = "web"}},
       {"frontend-proxy -> web north-south 1 synthetic:1"}},
      {"a browser keeps its name",
       {{.kind = client, .service = "page", .language = "webjs"}, {.id = 2, .parent = 1, .service = "web"}},
       {"page -> web north-south 1"}},
      {"a callee that is traced elsewhere is unpaired",
       {{.service = "a"},
        {.id = 2, .parent = 1, .kind = client, .service = "a", .peer = {.service = "b"}},
        {.trace = 2, .service = "b"}},
       {"a -> b east-west 1 unpaired:1", "outside -> a north-south 1", "outside -> b north-south 1"}},
      {"a callee that was never traced is not",
       {{.service = "a"}, {.id = 2, .parent = 1, .kind = client, .service = "a", .peer = {.service = "b"}}},
       {"a -> b east-west 1", "outside -> a north-south 1"}},
      {"a public host is egress",
       {{.service = "a"},
        {.id = 2, .parent = 1, .kind = client, .service = "a", .peer = {.address = "api.stripe.com"}}},
       {"a -> outside egress 1", "outside -> a north-south 1"}},
      {"a message is asynchronous",
       {{.kind = producer, .service = "a"}, {.id = 2, .parent = 1, .kind = consumer, .service = "b"}},
       {"a -> b async 1"}},
      {"a lone producer's goes to its destination",
       {{.kind = producer, .service = "a", .peer = {.messaging_system = "kafka", .destination = "orders"}}},
       {"a -> orders async 1"}},
      {"a service that another service calls is no gateway, whatever its name",
       {{.service = "web"},
        {.id = 2, .parent = 1, .kind = client, .service = "web"},
        {.id = 3, .parent = 2, .service = "api-gateway"},
        {.id = 4, .parent = 3, .kind = client, .service = "api-gateway"},
        {.id = 5, .parent = 4, .service = "b"}},
       {"api-gateway -> b east-west 1", "outside -> web north-south 1", "web -> api-gateway east-west 1"}},
      {"a probe is platform",
       {{.service = "web", .operation = {.agent = "kube-probe"}}},
       {"outside -> web platform 1"}},
      {"a platform namespace",
       {{.service = "web", .ns = "shop"},
        {.id = 2,
         .parent = 1,
         .kind = client,
         .service = "web",
         .ns = "shop",
         .peer = {.address = "kube-dns.kube-system.svc"}}},
       {"outside -> shop/web north-south 1", "shop/web -> kube-system/kube-dns platform 1"}},
      {"inside one pod is no call",
       {{.service = "a"}, {.id = 2, .parent = 1, .kind = client, .service = "a", .peer = {.address = "localhost"}}},
       {"outside -> a north-south 1"}},
      {"a span without a service's name",
       {{.service = "a"}, {.id = 2, .parent = 1, .kind = client, .service = "a"}, {.id = 3, .parent = 2}},
       {"a -> unknown unknown 1", "outside -> a north-south 1"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shown(graph_of(c.spans)) == c.edges);
  }
}

TEST_CASE("an edge says what was asked, how often, by whom on which level, and why it is of its class") {
  const CallGraph graph = graph_of(shop_request());
  const auto& cart = seen(graph, "frontend", "cart", CallClass::east_west);
  REQUIRE(cart.operations.size() == 1);
  CHECK(cart.operations.begin()->first ==
        OperationKey{"grpc", "cart", "", "Cart/Get"});  // host by the caller, route by the callee
  CHECK(cart.operations.begin()->second.minutes == std::map<std::uint32_t, std::uint64_t>{{29166666, 1}});
  CHECK(cart.reasons.size() == 1);
  CHECK(cart.reasons.begin()->first == "both ends are services of the system");
  CHECK(cart.latency.count() == 1);
  CHECK(cart.levels.at(1).observed() == 1);  // frontend is the entry service
  CHECK(seen(graph, "frontend-proxy", "frontend", CallClass::north_south).levels.at(0).observed() == 1);
  CHECK(seen(graph, "cart", "redis", CallClass::datastore).levels.at(2).observed() == 1);
  CHECK(graph.edges.at({"cart", "redis", CallClass::datastore}).ports == std::set<std::string>{"6379"});
  CHECK(graph.nodes.at("frontend-proxy").kind == NodeKind::gateway);
  CHECK(graph.nodes.at("frontend-proxy").why == "well-known name frontend-proxy");
}

TEST_CASE("of the traces the graph keeps sums by entry, probability and depth") {
  std::vector<SpanSpec> spans = shop_request();
  for (SpanSpec spec : shop_request(2)) {
    spec.probability = 0.5;
    spans.push_back(spec);
  }
  spans.push_back({.trace = 3, .parent = 99, .service = "cart"});
  const CallGraph graph = graph_of(spans);
  REQUIRE(graph.traces.size() == 1);
  const TraceGroup& group = graph.traces.at("frontend");
  CHECK(group.sums.at(1) == TraceSums{1, 1, 2, 1, 2, 4});
  CHECK(group.sums.at(0.5) == TraceSums{1, 1, 2, 1, 2, 4});
  CHECK(group.depth.at(2).observed() == 2);
  CHECK(seen(graph, "frontend", "cart", CallClass::east_west).calls.estimate() == doctest::Approx(3));
  CHECK(graph.unmatched.server_without_parent == 1);
}

TEST_CASE("a consumer starts its own chain, and what hangs below a lost parent has no level") {
  const CallGraph graph = graph_of({{.service = "web"},
                                    {.id = 2, .parent = 1, .kind = producer, .service = "web"},
                                    {.id = 3, .parent = 2, .kind = consumer, .service = "worker"},
                                    {.id = 4, .parent = 3, .kind = client, .service = "worker"},
                                    {.id = 5, .parent = 4, .service = "mail"},
                                    {.trace = 2, .id = 1, .parent = 9, .service = "cart"},
                                    {.trace = 2, .id = 2, .parent = 1, .kind = client, .service = "cart"},
                                    {.trace = 2, .id = 3, .parent = 2, .service = "mail"}});
  CHECK(seen(graph, "worker", "mail", CallClass::east_west).levels.at(1).observed() == 1);
  CHECK(seen(graph, "cart", "mail", CallClass::east_west).levels.at(0).observed() == 1);
  CHECK(graph.traces.at("web").depth.at(2).observed() == 1);
  CHECK(graph.traces.at("").sums.at(1) == TraceSums{1, 1, 1, 1, 1, 1});
  CHECK(graph.traces.at("").depth.empty());
}

TEST_CASE("--environment picks one system, and the graph says which there were") {
  const std::vector<SpanSpec> spans = {{.service = "web", .environment = "prod"},
                                       {.trace = 2, .service = "web", .environment = "test"}};
  GraphOptions options;
  options.environment = "prod";
  const CallGraph graph = graph_of(spans, options);
  CHECK(shown(graph) == std::vector<std::string>{"outside -> web north-south 1"});
  CHECK(graph.environments == std::map<std::string, std::uint64_t>{{"prod", 1}, {"test", 1}});
}

TEST_CASE("--since and --until choose whole traces by where they begin") {
  constexpr std::uint64_t minute = 60'000'000'000, start = 1'750'000'020'000'000'000;
  const std::vector<SpanSpec> spans = {{.service = "a", .start_ns = start},
                                       {.id = 2, .parent = 1, .service = "b", .start_ns = start + 5 * minute},
                                       {.trace = 2, .service = "c", .start_ns = start + 5 * minute}};
  GraphOptions options;
  options.until_ns = start + minute;
  CHECK(shown(graph_of(spans, options)) ==
        std::vector<std::string>{"a -> b east-west 1 inferred:1", "outside -> a north-south 1"});
  options = {};
  options.since_ns = start + minute;
  CHECK(shown(graph_of(spans, options)) == std::vector<std::string>{"outside -> c north-south 1"});
}

TEST_CASE("the number of threads does not show") {
  std::vector<SpanSpec> spans;
  for (std::uint64_t trace = 1; trace <= 300; ++trace)
    for (const SpanSpec& spec : shop_request(trace)) spans.push_back(spec);
  GraphOptions four;
  four.threads = 4;
  CHECK(to_json(graph_of(spans)) == to_json(graph_of(spans, four)));
}
