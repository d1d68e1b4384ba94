#include <doctest/doctest.h>

#include "made.hpp"
#include "measure/declared_edges.hpp"

using namespace made;

namespace {

EnvVar variable(const char* name, const char* value) { return {name, value, {}}; }

FactSheet of(const Inventory& inventory) {
  const CallGraph graph;
  return measure(picture(graph, inventory), nullptr);
}

}  // namespace

TEST_CASE("an address in the environment is a declared call, a word is none") {
  struct Case {
    const char *name, *value;
    bool call;
  };
  const Case cases[] = {{"CART_ADDR", "cart:7070", true},
                        {"CART", "http://cart/v1", true},
                        {"CART_SERVICE_HOST", "cart", true},
                        {"X", "http://cart.shop.svc.cluster.local", true},
                        {"X", "cart.shop.svc", true},
                        {"PAGE", "cart", false},
                        {"CART_URL", "http://cart.other", false},
                        {"CART_URL", "http://carts", false},
                        {"X", "amqp://user:pass@cart/", true},
                        {"ADDR", "web:80", false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CAPTURE(c.value);
    Inventory inventory;
    app(inventory, "shop", "web");
    app(inventory, "shop", "cart");
    inventory.workloads[0].containers[0].env = {variable(c.name, c.value)};
    const auto edges = declared_edges(declared_parts(inventory, {}), inventory);
    CHECK(edges.size() == (c.call ? 1 : 0));
  }
}

TEST_CASE("backend edges are those behind the entry") {
  Inventory inventory;
  for (const char* name : {"web", "cart", "stock", "mail"}) app(inventory, "shop", name);
  inventory.services[0].type = "LoadBalancer";
  inventory.workloads[0].containers[0].env = {variable("CART_ADDR", "cart:80"), variable("STOCK_ADDR", "stock:80")};
  inventory.workloads[1].containers[0].args = {"--stock=http://stock:80"};
  inventory.workloads[2].config_maps = {"hosts"};
  ConfigMap map;
  map.object = {"v1", "ConfigMap", "shop", "hosts", {}, {}, {}};
  map.data = {{"MAIL_HOST", "mail"}, {"notes", "cart is a word here"}};
  inventory.config_maps = {map};
  const auto parts = declared_parts(inventory, {});
  CHECK(declared_edges(parts, inventory).size() == 4);
  CHECK(declared_backend_edges(parts, inventory) == 2);
}

TEST_CASE("a policy that names callers declares their calls") {
  Inventory inventory;
  for (const char* name : {"web", "cart"}) app(inventory, "shop", name);
  Policy policy;
  policy.object = {"networking.k8s.io/v1", "NetworkPolicy", "shop", "cart", {}, {}, {}};
  policy.selector = {{"app", "cart"}};
  policy.callers.push_back(
      {.pods = Labels{{"app", "web"}}, .namespaces = {}, .service_account = {}, .ip_block = {}, .where = {}});
  inventory.policies = {policy};
  CHECK(declared_edges(declared_parts(inventory, {}), inventory).size() == 1);
  inventory.policies[0].callers[0].pods = Labels{};
  CHECK(declared_edges(declared_parts(inventory, {}), inventory).empty());
}

TEST_CASE("of several meshes the one that workloads are enrolled in is in use, and definitions alone are none") {
  struct Case {
    const char* name;
    std::vector<std::pair<const char*, const char*>> markers;
    std::optional<std::string> mesh;
    std::optional<bool> definitions_only;
  };
  const Case cases[] = {
      {"nothing", {}, {}, {}},
      {"definitions", {{"linkerd", "crd"}}, {}, true},
      {"a control plane", {{"linkerd", "control-plane"}}, "linkerd", false},
      {"enrolment outweighs", {{"linkerd", "control-plane"}, {"istio-ambient", "enrolment"}}, "istio-ambient", false},
      {"policy", {{"istio-sidecar", "policy"}, {"linkerd", "crd"}}, "istio-sidecar", false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Inventory inventory;
    for (const auto& pair : c.markers) inventory.mesh_markers.push_back({pair.first, pair.second, {}, {}});
    const FactSheet sheet = of(inventory);
    CHECK(sheet.word("existing.mesh") == c.mesh);
    CHECK(sheet.truth("existing.mesh_crds_only") == c.definitions_only);
  }
}

TEST_CASE("the gateway that is there is told from classes, annotations and images") {
  struct Case {
    const char *ingress_class, *annotation, *gateway_class;
    const char* expected;
  };
  const Case cases[] = {{"nginx", "", "", "ingress-nginx"},
                        {"", "nginx.ingress.kubernetes.io/rewrite-target", "", "ingress-nginx"},
                        {"nginx", "nginx.org/server-snippets", "", "gateway-api-other"},
                        {"traefik", "", "", "gateway-api-other"},
                        {"", "", "", ""},
                        {"", "", "eg", "envoy-gateway"},
                        {"nginx", "", "eg", "envoy-gateway"},
                        {"", "", "istio", "gateway-api-other"},
                        {"", "", "istio-waypoint", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.ingress_class);
    CAPTURE(c.annotation);
    CAPTURE(c.gateway_class);
    Inventory inventory;
    Route route;
    route.object = {"networking.k8s.io/v1", "Ingress", "shop", "web", {}, {}, {}};
    if (*c.annotation != 0) route.object.annotations[c.annotation] = "x";
    route.ingress_class = c.ingress_class;
    inventory.routes = {route};
    GatewayObject gateway;
    gateway.object = {"gateway.networking.k8s.io/v1", "Gateway", "shop", "edge", {}, {}, {}};
    gateway.class_name = c.gateway_class;
    if (!gateway.class_name.empty()) inventory.gateways = {gateway};
    CHECK(of(inventory).word("existing.gateway").value_or("") == c.expected);
  }
}

TEST_CASE("a split by weight is east-west only where no gateway makes it") {
  struct Case {
    const char *kind, *parent;
    int weight;
    bool canary;
  };
  const Case cases[] = {{"HTTPRoute", "Service", 10, true}, {"HTTPRoute", "Gateway", 10, false},
                        {"HTTPRoute", "Service", 0, false}, {"VirtualService", "Mesh", 10, true},
                        {"VirtualService", "", 10, true},   {"Ingress", "", 10, false}};
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    CAPTURE(c.parent);
    Inventory inventory;
    inventory.objects = 1;
    Route route;
    route.object.kind = c.kind;
    if (*c.parent != 0) route.parents.push_back({.kind = c.parent, .ns = {}, .name = {}, .section = {}});
    route.rules.emplace_back();
    route.rules[0].backends.resize(2);
    route.rules[0].backends[0].weight = 90, route.rules[0].backends[1].weight = c.weight;
    inventory.routes = {route};
    CHECK(of(inventory).truth("l7.east_west_canary") == c.canary);
  }
}

TEST_CASE("policies that name calling services mean that callers shall be known, those for the ingress do not") {
  struct Case {
    const char *kind, *principal;
    bool desired;
  };
  const Case cases[] = {{"AuthorizationPolicy", "cluster.local/ns/shop/sa/web", true},
                        {"AuthorizationPolicy", "shop/web", true},
                        {"AuthorizationPolicy", "cluster.local/ns/istio-system/sa/istio-ingressgateway", false},
                        {"AuthorizationPolicy", "", false},
                        {"NetworkPolicy", "shop/web", false}};
  PlatformKnowledge known;
  known.namespaces = {"istio-system"};
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    CAPTURE(c.principal);
    Inventory inventory;
    Policy policy;
    policy.object.kind = c.kind;
    policy.callers.push_back(
        {.pods = {}, .namespaces = {}, .service_account = c.principal, .ip_block = {}, .where = {}});
    inventory.policies = {policy};
    const CallGraph graph;
    const Picture seen{.graph = graph,
                       .inventory = inventory,
                       .only_namespaces = {},
                       .except_namespaces = {},
                       .sampling_rate = {},
                       .knowledge = known};
    CHECK(measure(seen, nullptr).word("identity.caller_identity").has_value() == c.desired);
  }
}
