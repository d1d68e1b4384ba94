#include "graph/identity.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "graph/address.hpp"
#include "graph/gateways.hpp"

using namespace nsew;

namespace {

Workload workload(const char* ns, const char* name, const char* app, const char* image = "example.com/app") {
  Workload w;
  w.object = {.api_version = "apps/v1",
              .kind = "Deployment",
              .ns = ns,
              .name = name,
              .labels = {},
              .annotations = {},
              .where = {}};
  w.pod_labels = {{"app", app}, {"version", name}};
  Container container;
  container.image = image;
  container.ports = {{"http", "TCP", 8080}};
  container.probes = {{"readiness", "/ready", "9000"}};
  w.containers = {container};
  return w;
}

Service service(const char* ns, const char* name, const char* app, const char* type = "ClusterIP") {
  Service s;
  s.object = {
      .api_version = "v1", .kind = "Service", .ns = ns, .name = name, .labels = {}, .annotations = {}, .where = {}};
  s.selector = {{"app", app}};
  s.type = type;
  ServicePort port;
  port.port = 80;
  port.target = "http";
  s.ports = {port};
  return s;
}

RouteRule rule(std::size_t number, std::vector<const char*> backends) {
  RouteRule made;
  made.number = number;
  for (const char* name : backends) {
    Backend backend;
    backend.ns = made.number == 2 ? "bookinfo" : "shop";
    backend.name = name;
    made.backends.push_back(backend);
  }
  return made;
}

// The last rule has two matches.
Route gateway_route() {
  Route route;
  route.object = {.api_version = "gateway.networking.k8s.io/v1",
                  .kind = "HTTPRoute",
                  .ns = "shop",
                  .name = "cart-route",
                  .labels = {},
                  .annotations = {},
                  .where = {}};
  route.rules = {rule(0, {"cart-svc"}), rule(1, {"cart-svc", "orders-db"}), rule(2, {"reviews"}), rule(2, {"reviews"})};
  return route;
}

// bookinfo with two versions of reviews, a shop without Service of cart's own name, and a public host.
Inventory cluster() {
  Inventory all;
  all.objects = 1;
  all.workloads = {workload("bookinfo", "reviews-v1", "reviews"), workload("bookinfo", "reviews-v2", "reviews"),
                   workload("shop", "cart", "cart"), workload("shop", "orders-db", "orders-db", "postgres:16")};
  all.workloads[2].pods = {{"cart-7f99cc4496-x2kls", "10.1.2.3", "node-1"}};
  all.services = {service("bookinfo", "reviews", "reviews"), service("shop", "cart-svc", "cart", "NodePort")};
  all.services[1].cluster_ips = {"10.96.0.7"};
  Route route;
  route.object = {.api_version = "networking.k8s.io/v1",
                  .kind = "Ingress",
                  .ns = "shop",
                  .name = "shop",
                  .labels = {},
                  .annotations = {},
                  .where = {}};
  route.hosts = {"shop.example.com"};
  RouteRule rule;
  rule.path = "/cart";
  Backend backend;
  backend.ns = "shop";
  backend.name = "cart-svc";
  rule.backends = {backend};
  route.rules = {rule};
  all.routes = {route, gateway_route()};
  return all;
}

PlatformKnowledge knowledge() {
  PlatformKnowledge known;
  known.namespaces = {"kube-system"};
  known.store_names = {"redis"};
  known.store_images = {"postgres"};
  known.gateway_names = {"frontend-proxy"};
  known.synthetic_names = {"load-generator"};
  known.client_sdk = {"webjs"};
  return known;
}

Names names_of(const std::vector<Resource>& resources) {
  Names names;
  for (const Resource& resource : resources) names.resources.push_back(packed(resource));
  return names;
}

// An end of a line of an Envoy Gateway's log.
Party routed(const char* name, int number, const char* address = "") {
  static std::set<std::string> hosts;
  const std::string& host = *hosts.insert(fmt::format("httproute/shop/{}/rule/{}", name, number)).first;
  return {.address = address, .ns = "shop", .workload = name, .host = host};
}

std::string id_of(const Resource& resource, const Inventory& inventory) {
  const PlatformKnowledge known = knowledge();
  const GraphOptions options;
  Identity identity(inventory, known, options);
  const auto numbers = identity.emitters(names_of({resource}));
  return identity.nodes[numbers[0]].id;
}

}  // namespace

TEST_CASE("a span's emitter is named by its workload in the manifests, else by namespace and service name") {
  struct Case {
    const char* name;
    Resource resource;
    const char *with, *without;  // manifests
  };
  const Case cases[] = {
      {"k8s namespace first",
       {.service = "cart", .kubernetes_ns = "shop", .service_namespace = "team"},
       "shop/cart-svc",
       "shop/cart"},
      {"service.namespace else", {.service = "mail", .service_namespace = "team"}, "team/mail", "team/mail"},
      {"no namespace joins the only one of the manifests", {.service = "cart"}, "shop/cart-svc", "cart"},
      {"workload wins over the service's name",
       {.service = "web", .kubernetes_ns = "shop", .workload = "cart"},
       "shop/cart-svc",
       "shop/web"},
      {"pod says its workload",
       {.service = "web", .kubernetes_ns = "shop", .pod = "cart-7f99cc4496-zzzzz"},
       "shop/cart-svc",
       "shop/web"},
      {"versions behind one Service",
       {.service = "r", .kubernetes_ns = "bookinfo", .workload = "reviews-v2"},
       "bookinfo/reviews",
       "bookinfo/r"},
      {"name of the mesh's tracing",
       {.service = "reviews.bookinfo", .kubernetes_ns = "bookinfo"},
       "bookinfo/reviews",
       "bookinfo/reviews"},
      {"no service name", {.kubernetes_ns = "shop"}, "unknown", "unknown"},
  };
  const Inventory inventory = cluster(), none;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(id_of(c.resource, inventory) == c.with);
    CHECK(id_of(c.resource, none) == c.without);
  }
}

TEST_CASE("a traced name without namespace joins the only service of that name, else stays bare") {
  const PlatformKnowledge known = knowledge();
  const GraphOptions options;
  const Inventory none;
  const std::vector<Resource> two = {{.service = "cart", .kubernetes_ns = "shop"}, {.service = "cart"}};
  Identity joined(none, known, options);
  CHECK(joined.emitters(names_of(two)) == std::vector<std::uint32_t>{2, 2});
  CHECK(joined.joined.at("cart") == "shop/cart");
  std::vector<Resource> three = two;
  three.push_back({.service = "cart", .kubernetes_ns = "bank"});
  Identity apart(none, known, options);
  CHECK(apart.emitters(names_of(three)) == std::vector<std::uint32_t>{2, 3, 4});
}

TEST_CASE("an end of a log line or flow is a pod's service, a reserved identity, or what its address says") {
  struct Case {
    const char* name;
    Party party;
    const char *with, *without;
  };
  const Case cases[] = {
      {"pod",
       {.ns = "bookinfo", .pod = "reviews-v1-7f99cc4496-x2kls", .app = "reviews"},
       "bookinfo/reviews",
       "bookinfo/reviews"},
      {"pod without label",
       {.ns = "bookinfo", .pod = "reviews-v1-7f99cc4496-x2kls"},
       "bookinfo/reviews",
       "bookinfo/reviews-v1"},
      {"stateful pod", {.ns = "data", .pod = "queue-0"}, "data/queue", "data/queue"},
      {"label before workload", {.ns = "a", .workload = "w-v1", .app = "w"}, "a/w", "a/w"},
      {"cluster name", {.host = "reviews.bookinfo.svc.cluster.local"}, "bookinfo/reviews", "bookinfo/reviews"},
      {"pod address", {.address = "10.1.2.3"}, "shop/cart-svc", "unknown"},
      {"cluster IP", {.address = "10.96.0.7"}, "shop/cart-svc", "unknown"},
      {"rule of a route", routed("cart-route", 0), "shop/cart-svc", "shop/cart-route"},
      {"rule with two backends", routed("cart-route", 1), "shop/cart-route", "shop/cart-route"},
      {"rule with two backends, pod address", routed("cart-route", 1, "10.1.2.3"), "shop/cart-svc", "shop/cart-route"},
      {"rule with another match before it", routed("cart-route", 2), "bookinfo/reviews", "shop/cart-route"},
      {"route that is not declared", routed("other", 0, "10.1.2.3"), "shop/cart-svc", "shop/other"},
      {"public name at a public address", {.address = "8.8.8.8", .host = "api.example.org"}, "outside", "outside"},
      {"public name at a private address", {.address = "10.9.9.9", .host = "api.example.org"}, "unknown", "unknown"},
      {"own public name at a private address",
       {.address = "10.9.9.9", .host = "shop.example.com"},
       "unknown",
       "unknown"},
      {"public address", {.address = "8.8.8.8"}, "outside", "outside"},
      {"private address", {.address = "10.9.9.9"}, "unknown", "unknown"},
      {"world", {.address = "8.8.8.8", .reserved = "world"}, "outside", "outside"},
      {"world with a private address", {.address = "10.128.0.9", .reserved = "world"}, "unknown", "unknown"},
      {"node", {.reserved = "host"}, "reserved:host", "reserved:host"},
      {"nothing", {}, "unknown", "unknown"},
  };
  const PlatformKnowledge known = knowledge();
  const GraphOptions options;
  const Inventory inventory = cluster(), none;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Identity with(inventory, known, options), without(none, known, options);
    CHECK(with.nodes[with.end(c.party).node].id == c.with);
    CHECK(without.nodes[without.end(c.party).node].id == c.without);
  }
}

TEST_CASE("a callee that was not traced is whom its caller's attributes name") {
  struct Case {
    const char* name;
    Peer peer;
    const char* route;
    const char* id;
  };
  const Case cases[] = {
      {"short host is in the caller's namespace", {.address = "pay"}, "", "shop/pay"},
      {"short host of the manifests", {.address = "cart-svc"}, "", "shop/cart-svc"},
      {"service and namespace", {.address = "reviews.bookinfo"}, "", "bookinfo/reviews"},
      {"two labels of no known namespace", {.address = "example.org"}, "", "outside"},
      {"cluster of a proxy", {.address = "outbound|9080||reviews.bookinfo.svc.cluster.local"}, "", "bookinfo/reviews"},
      {"own public host", {.address = "shop.example.com"}, "/cart/1", "shop/cart-svc"},
      {"own public host, no backend", {.address = "shop.example.com"}, "/other", "unknown"},
      {"public host", {.address = "api.stripe.com"}, "", "outside"},
      {"internal host", {.address = "ip-10-0-0-1.ec2.internal"}, "", "unknown"},
      {"name without address", {.service = "billing"}, "", "billing"},
      {"name of a traced service", {.service = "frontend", .address = "10.1.1.1"}, "", "shop/frontend"},
      {"database without name", {.address = "10.7.7.7", .db_system = "mysql"}, "", "mysql"},
      {"nobody", {}, "", "unknown"},
  };
  const PlatformKnowledge known = knowledge();
  const GraphOptions options;
  const Inventory inventory = cluster();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Identity identity(inventory, known, options);
    const auto caller = identity.emitters(names_of({{.service = "frontend", .kubernetes_ns = "shop"}}))[0];
    CHECK(identity.nodes[identity.callee(c.peer, c.route, caller, false).node].id == c.id);
  }
  Identity identity(inventory, known, options);
  const auto caller = identity.emitters(names_of({{.service = "frontend", .kubernetes_ns = "shop"}}))[0];
  CHECK(identity.callee({.address = "localhost"}, "", caller, false).itself);
  CHECK(identity.callee({.address = "127.0.0.1"}, "", caller, false).itself);
}

TEST_CASE("--inside and --outside settle what nothing else names") {
  const PlatformKnowledge known = knowledge();
  GraphOptions options;
  options.inside = {"10.9.0.0/16"};
  options.outside = {"10.8.0.0/16", "billing"};
  const Inventory none;
  Identity identity(none, known, options);
  CHECK(identity.nodes[identity.end({.address = "10.9.1.1"}).node].id == "10.9.1.1");
  CHECK(identity.nodes[identity.end({.address = "10.8.1.1"}).node].id == "outside");
  const auto billing = identity.callee({.service = "billing"}, "", 0, false).node;
  settle_kinds(identity.nodes, {});
  CHECK(identity.nodes[billing].kind == NodeKind::outside);
}

TEST_CASE("kinds follow from manifests and exact names; a gateway's name counts while no service calls it") {
  struct Case {
    const char* name;
    Resource resource;
    NodeKind kind;
  };
  const Case cases[] = {
      {"service", {.service = "pay", .kubernetes_ns = "shop"}, NodeKind::service},
      {"image of a database", {.service = "orders-db", .kubernetes_ns = "shop"}, NodeKind::datastore},
      {"name of a cache", {.service = "redis"}, NodeKind::datastore},
      {"platform namespace", {.service = "dns", .kubernetes_ns = "kube-system"}, NodeKind::platform},
      {"gateway by name", {.service = "frontend-proxy", .kubernetes_ns = "kube-system"}, NodeKind::gateway},
      {"load generator", {.service = "load-generator"}, NodeKind::outside},
      {"browser", {.service = "web", .language = "webjs"}, NodeKind::outside},
  };
  const PlatformKnowledge known = knowledge();
  const GraphOptions options;
  const Inventory inventory = cluster();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Identity identity(inventory, known, options);
    const auto number = identity.emitters(names_of({c.resource}))[0];
    settle_kinds(identity.nodes, {});
    CHECK(identity.nodes[number].kind == c.kind);
    CHECK_FALSE(identity.nodes[number].why.empty());
  }
  Identity identity(inventory, known, options);
  const auto numbers = identity.emitters(names_of({{.service = "pay"}, {.service = "frontend-proxy"}}));
  const Caller call{numbers[0], numbers[1], true};
  settle_kinds(identity.nodes, std::span(&call, 1));
  CHECK(identity.nodes[numbers[1]].kind == NodeKind::service);
}

TEST_CASE("a named end whose own log line shows a gateway is one, but neither a waypoint nor what was told outside") {
  struct Case {
    const char* name;
    Party party;
    NodeKind kind;
  };
  const Case cases[] = {
      {"pod of any name", {.pod = "edge-istio-7c9d8f6b5c-4kxzq"}, NodeKind::gateway},
      {"waypoint", {.ns = "shop", .pod = "waypoint-7c9d8f6b5c-4kxzq"}, NodeKind::platform},
      {"told outside", {.ns = "shop", .pod = "probe-7c9d8f6b5c-4kxzq"}, NodeKind::outside},
  };
  const PlatformKnowledge known = knowledge();
  GraphOptions options;
  options.outside = {"shop/probe"};
  const Inventory none;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Identity identity(none, known, options);
    Node& node = identity.nodes[identity.end(c.party).node];
    claim_own_log(node);
    settle_kind(node, false);
    CHECK(node.kind == c.kind);
  }
}

TEST_CASE("a pod's name loses what controllers append and nothing else") {
  CHECK(without_hashes("reviews-v1-7f99cc4496-x2kls") == "reviews-v1");
  CHECK(without_hashes("node-agent-x2kls") == "node-agent");
  CHECK(without_hashes("mysql-0") == "mysql");
  CHECK(without_hashes("istio-proxy") == "istio-proxy");
  CHECK(without_hashes("web") == "web");
  CHECK(without_hashes("cart-5dc8d4f9fd-46997") == "cart");
  CHECK(without_hashes("shard-12345") == "shard");
}

TEST_CASE("addresses are told apart by the special-purpose registries") {
  for (const char* text : {"8.8.8.8", "81.2.69.142", "203.0.113.7", "2a02:cf40::4e36", "[2a02:cf40::1]"}) {
    CAPTURE(text);
    CHECK(globally_routable(parse_address(text).value()));
  }
  for (const char* text : {"10.1.1.1", "172.17.0.7", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "::1",
                           "fd00::1", "fe80::1", "::ffff:10.0.0.1"}) {
    CAPTURE(text);
    CHECK_FALSE(globally_routable(parse_address(text).value()));
  }
  for (const char* text : {"", "shop", "1.2.3", "1.2.3.4:80", "1.2.3.4/8", "host:80"}) CHECK_FALSE(parse_address(text));
  CHECK(parse_cidr("10.0.0.0/8").value().contains(parse_address("10.255.1.1").value()));
  CHECK_FALSE(parse_cidr("10.0.0.0/8").value().contains(parse_address("11.0.0.1").value()));
  CHECK(parse_cidr("fd00::/8").value().contains(parse_address("fdab::1").value()));
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "fd00::/129"}) CHECK_FALSE(parse_cidr(text));
  CHECK(network_of(parse_address("10.124.3.4").value()) == "10.124.0.0/16");
}
