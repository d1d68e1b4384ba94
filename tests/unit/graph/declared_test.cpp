#include "graph/declared.hpp"

#include <doctest/doctest.h>

namespace {

using namespace nsew;

PlatformKnowledge knowledge() {
  PlatformKnowledge k;
  k.namespaces = {"kube-system"};
  k.images = {"prom/prometheus", "redis_exporter"};
  k.gateway_images = {"ingress-nginx/controller"};
  k.gateway_names = {"frontend-proxy"};
  k.store_images = {"redis", "postgres"};
  k.broker_images = {"rabbitmq"};
  k.store_ports = {5432};
  k.synthetic_names = {"loadgenerator"};
  return k;
}

Workload workload(std::string ns, std::string name, std::string image, Labels labels = {}) {
  Workload w;
  w.object = {"apps/v1", "Deployment", std::move(ns), std::move(name), {}, {}, {}};
  w.pod_labels = labels.empty() ? Labels{{"app", w.object.name}} : std::move(labels);
  Container container;
  container.image = std::move(image);
  w.containers.push_back(container);
  return w;
}

Service service(std::string ns, std::string name, Labels selector) {
  Service s;
  s.object = {"v1", "Service", std::move(ns), std::move(name), {}, {}, {}};
  s.selector = std::move(selector);
  return s;
}

TEST_CASE("an image is of a family whatever its registry, tag and suffix") {
  struct Case {
    const char *image, *family;
    bool matches;
  };
  const Case cases[] = {{"redis", "redis", true},
                        {"docker.io/bitnami/redis:7.2", "redis", true},
                        {"registry.local:5000/redis-slave:v1", "redis", true},
                        {"redis@sha256:0011", "redis", true},
                        {"quay.io/org/redirect:1", "redis", false},
                        {"org/rediscover", "redis", false},
                        {"Prom/Prometheus:v2", "prom/prometheus", true},
                        {"org/prometheus", "prom/prometheus", false},
                        {"redis", "", false}};
  for (const Case& c : cases) {
    CAPTURE(c.image);
    CHECK(image_matches(c.image, c.family) == c.matches);
  }
}

TEST_CASE("a workload's kind follows from its gateway, namespace, image, ports and name, in this order") {
  struct Case {
    Workload workload;
    NodeKind kind;
  };
  std::vector<Case> cases = {{workload("shop", "cart", "org/cart:1"), NodeKind::service},
                             {workload("shop", "payment-gateway", "org/pay"), NodeKind::service},
                             {workload("kube-system", "dns", "org/dns"), NodeKind::platform},
                             {workload("kube-system", "edge", "ingress-nginx/controller:v1"), NodeKind::gateway},
                             {workload("shop", "cache", "redis:7"), NodeKind::datastore},
                             {workload("shop", "queue", "rabbitmq:3-management"), NodeKind::broker},
                             {workload("shop", "metrics", "prom/prometheus:v2"), NodeKind::platform},
                             {workload("shop", "frontend-proxy", "org/envoy-with-config"), NodeKind::gateway},
                             {workload("shop", "shop-loadgenerator", "org/locust"), NodeKind::outside},
                             {workload("shop", "ledger-db", "org/ledger"), NodeKind::datastore}};
  cases.back().workload.containers[0].ports = {{"db", "TCP", 5432}};
  for (const Case& c : cases) {
    CAPTURE(c.workload.object.name);
    Inventory inventory;
    inventory.workloads = {c.workload};
    const auto parts = declared_parts(inventory, knowledge());
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].kind == c.kind);
    CHECK(parts[0].why.empty() == (c.kind == NodeKind::service));
  }
}

TEST_CASE("a sidecar of the platform does not make a workload platform, and own code beside a store is a service") {
  Inventory inventory;
  Workload store = workload("shop", "cache", "redis_exporter:1"), app = workload("shop", "web", "redis:7");
  store.containers.push_back(store.containers[0]);
  store.containers[1].image = "redis:7";
  app.containers.push_back(app.containers[0]);
  app.containers[1].image = "org/web";
  inventory.workloads = {store, app};
  const auto parts = declared_parts(inventory, knowledge());
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].kind == NodeKind::datastore);
  CHECK(parts[1].kind == NodeKind::service);
}

TEST_CASE("variants behind one Service are one part; an application behind one Service is not") {
  Inventory inventory;
  for (const char* version : {"v1", "v2", "v3"})
    inventory.workloads.push_back(workload("shop", std::string("reviews-") + version, "org/reviews",
                                           {{"app", "reviews"}, {"version", version}, {"release", "shop"}}));
  inventory.workloads.push_back(workload("shop", "details", "org/details", {{"app", "details"}, {"release", "shop"}}));
  inventory.services = {service("shop", "everything", {{"release", "shop"}}),
                        service("shop", "reviews", {{"app", "reviews"}})};
  const auto parts = declared_parts(inventory, knowledge());
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].workloads.size() == 1);
  CHECK(parts[1].workloads.size() == 3);
  CHECK(parts[1].name == "reviews");
}

TEST_CASE("a part is called as its workload where several Services select it") {
  Inventory inventory;
  inventory.workloads = {workload("shop", "frontend", "org/web"), workload("shop", "web-v1", "org/web"),
                         workload("shop", "frontend", "org/web")};
  inventory.services = {service("shop", "fe", {{"app", "frontend"}}),
                        service("shop", "frontend", {{"app", "frontend"}}),
                        service("other", "web", {{"app", "web-v1"}})};
  const auto parts = declared_parts(inventory, knowledge());
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].name == "frontend");
  CHECK(parts[0].workloads.size() == 2);  // the same workload from two folders
  CHECK(parts[0].services.size() == 2);
  CHECK(parts[1].name == "web-v1");
}

}  // namespace
