// Online Boutique as a hand-made recording: services, ports and service accounts are public facts of that demo; calls
// and durations are ours. Seven days in minutes would be long, so one busy minute stands for the peak.
#pragma once

#include <string>
#include <vector>

#include "judge/assessment.hpp"

namespace boutique {

using namespace nsew;

inline const std::string ns = "boutique";
inline std::string id(const std::string& name) { return ns + "/" + name; }

struct ServiceFacts {
  const char* name;
  int port, pod_port;
  const char* port_name;
};
inline constexpr ServiceFacts services[] = {
    {"adservice", 9555, 9555, "grpc"},
    {"cartservice", 7070, 7070, "grpc"},
    {"checkoutservice", 5050, 5050, "grpc"},
    {"currencyservice", 7000, 7000, "grpc"},
    {"emailservice", 5000, 8080, "grpc"},
    {"frontend", 80, 8080, "http"},
    {"paymentservice", 50051, 50051, "grpc"},
    {"productcatalogservice", 3550, 3550, "grpc"},
    {"recommendationservice", 8080, 8080, "grpc"},
    {"redis-cart", 6379, 6379, "tcp-redis"},
    {"shippingservice", 50051, 50051, "grpc"},
};

inline Object object(const std::string& kind, const std::string& name, std::uint32_t line) {
  Object out;
  out.api_version = kind == "Deployment" ? "apps/v1" : "v1", out.kind = kind, out.ns = ns, out.name = name;
  out.where = {"boutique.yaml", line, 1};
  return out;
}

inline Workload workload(const std::string& name, int pod_port, std::uint32_t line) {
  Workload out;
  out.object = object("Deployment", name, line);
  out.selector = out.pod_labels = {{"app", name}};
  if (name != "redis-cart") out.service_account = name;
  Container container;
  container.name = "server";
  if (pod_port != 0) container.ports.push_back({"", "TCP", pod_port});
  if (name == "frontend") container.probes.push_back({"readiness", "/_healthz", "8080"});
  out.containers.push_back(container);
  return out;
}

inline Service service(const std::string& name, const std::string& app, const ServicePort& port, std::uint32_t line) {
  Service out;
  out.object = object("Service", name, line);
  out.selector = {{"app", app}};
  out.ports = {port};
  return out;
}

inline Inventory inventory() {
  Inventory all;
  std::uint32_t line = 1;
  for (const ServiceFacts& s : services) {
    all.workloads.push_back(workload(s.name, s.pod_port, line++));
    const std::string target = std::to_string(s.pod_port);
    all.services.push_back(service(s.name, s.name, {s.port_name, "TCP", "", target, s.port, 0, {}}, line++));
  }
  all.workloads.push_back(workload("loadgenerator", 0, line++));
  Service door = service("frontend-external", "frontend", {"http", "TCP", "", "8080", 80, 0, {}}, line++);
  door.type = "LoadBalancer";
  all.services.push_back(door);
  all.objects = line;
  return all;
}

// n calls: 98.9 % took `usual`, to 99.85 % `p99`, the rest `p999` milliseconds; `peak` of them in one minute.
struct Load {
  std::uint64_t calls;
  double usual, p99, p999;
  std::uint64_t peak;
};

inline std::uint32_t bucket(double ms) { return LatencySketch::bucket_of(static_cast<std::uint64_t>(ms * 1e6)); }

inline OperationStats stats(const Load& load) {
  OperationStats out;
  out.calls.add(1, load.calls);
  const std::uint64_t slow = load.calls * 11 / 1000, slowest = load.calls * 15 / 10000;
  out.latency.add(bucket(load.usual), load.calls - slow);
  out.latency.add(bucket(load.p99), slow - slowest);
  out.latency.add(bucket(load.p999), slowest);
  out.minutes = {{29'000'000, load.peak}, {29'000'001, load.calls - load.peak}};
  std::uint64_t rest = load.calls - load.peak;
  out.minutes.erase(29'000'001);
  for (std::uint32_t minute = 29'000'001; rest > 0 && load.peak > 0; ++minute) {
    const std::uint64_t part = std::min(rest, load.peak);
    out.minutes[minute] = part, rest -= part;
  }
  return out;
}

inline void call(CallGraph& graph, const std::string& from, const std::string& to, CallClass cls,
                 const OperationKey& operation, const Load& load) {
  Edge& edge = graph.edges[{from, to, cls}];
  Edge::Seen& seen = edge.seen[Source::traces];
  const OperationStats added = stats(load);
  seen.calls.merge(added.calls);
  seen.latency.merge(added.latency);
  seen.operations[operation] = added;
}

inline void rpc(CallGraph& graph, const std::string& from, const std::string& to, const std::string& method,
                const Load& load) {
  call(graph, id(from), id(to), CallClass::east_west, {"grpc", to, "", "hipstershop." + method}, load);
}

inline void public_calls(CallGraph& graph) {
  const std::string host = "shop.example.com", front = id("frontend");
  const auto page = [&](const std::string& method, const std::string& route, const Load& load) {
    call(graph, std::string(outside_id), front, CallClass::north_south, {"http", host, method, route}, load);
  };
  page("GET", "/", {60'000, 38, 400, 850, 1800});
  page("GET", "/product/{id}", {180'000, 36, 400, 850, 1200});
  page("GET", "/cart", {24'000, 40, 400, 850, 400});
  page("POST", "/cart", {12'000, 42, 400, 850, 200});
  page("POST", "/setCurrency", {6'000, 12, 300, 600, 60});
  page("POST", "/cart/checkout", {4'000, 720, 3100, 4600, 40});
  call(graph, id("loadgenerator"), front, CallClass::north_south, {"http", "frontend", "GET", "/"},
       {9'000, 38, 400, 850, 60});
}

inline void inner_calls(CallGraph& graph) {
  rpc(graph, "frontend", "adservice", "AdService/GetAds", {90'000, 2, 8, 20, 900});
  rpc(graph, "frontend", "cartservice", "CartService/GetCart", {200'000, 3, 9, 30, 2000});
  rpc(graph, "frontend", "cartservice", "CartService/AddItem", {12'000, 3, 9, 30, 200});
  rpc(graph, "frontend", "cartservice", "CartService/EmptyCart", {1'000, 3, 9, 30, 20});
  rpc(graph, "frontend", "checkoutservice", "CheckoutService/PlaceOrder", {4'000, 700, 2900, 4400, 40});
  rpc(graph, "frontend", "currencyservice", "CurrencyService/GetSupportedCurrencies", {250'000, 1, 6, 20, 3000});
  rpc(graph, "frontend", "currencyservice", "CurrencyService/Convert", {600'000, 1, 6, 20, 7000});
  rpc(graph, "frontend", "productcatalogservice", "ProductCatalogService/ListProducts", {60'000, 2, 7, 25, 1800});
  rpc(graph, "frontend", "productcatalogservice", "ProductCatalogService/GetProduct", {400'000, 2, 7, 25, 4000});
  rpc(graph, "frontend", "recommendationservice", "RecommendationService/ListRecommendations",
      {190'000, 8, 21, 70, 1800});
  rpc(graph, "frontend", "shippingservice", "ShippingService/GetQuote", {24'000, 1, 5, 18, 400});
  rpc(graph, "checkoutservice", "cartservice", "CartService/GetCart", {4'000, 3, 9, 30, 40});
  rpc(graph, "checkoutservice", "cartservice", "CartService/EmptyCart", {4'000, 3, 9, 30, 40});
  rpc(graph, "checkoutservice", "currencyservice", "CurrencyService/Convert", {9'000, 1, 6, 20, 100});
  rpc(graph, "checkoutservice", "emailservice", "EmailService/SendOrderConfirmation", {4'000, 60, 310, 800, 40});
  rpc(graph, "checkoutservice", "paymentservice", "PaymentService/Charge", {4'000, 90, 640, 1400, 40});
  rpc(graph, "checkoutservice", "productcatalogservice", "ProductCatalogService/GetProduct", {9'000, 2, 7, 25, 100});
  rpc(graph, "checkoutservice", "shippingservice", "ShippingService/GetQuote", {4'000, 1, 5, 18, 40});
  rpc(graph, "checkoutservice", "shippingservice", "ShippingService/ShipOrder", {4'000, 1, 5, 18, 40});
  rpc(graph, "recommendationservice", "productcatalogservice", "ProductCatalogService/ListProducts",
      {190'000, 2, 7, 25, 1800});
  call(graph, id("cartservice"), id("redis-cart"), CallClass::datastore, {"", "redis-cart", "", "HGET"},
       {221'000, 1, 2, 5, 2300});
}

inline CallGraph graph() {
  CallGraph out;
  for (const ServiceFacts& s : services) {
    Node node;
    node.id = id(s.name), node.ns = ns, node.name = s.name, node.workload = std::string("Deployment/") + s.name;
    node.kind = node.name == "redis-cart" ? NodeKind::datastore : NodeKind::service;
    out.nodes[node.id] = node;
  }
  Node load;
  load.id = id("loadgenerator"), load.ns = ns, load.name = "loadgenerator", load.kind = NodeKind::outside;
  load.workload = "Deployment/loadgenerator";
  out.nodes[load.id] = load;
  Node outside;
  outside.id = outside_id, outside.name = outside_id, outside.kind = NodeKind::outside;
  out.nodes[outside.id] = outside;
  public_calls(out);
  inner_calls(out);
  out.probabilities_known[Source::traces] = true;
  out.windows[Source::traces] = {1'740'000'000'000'000'000, 1'740'604'800'000'000'000};
  return out;
}

struct Case {
  CallGraph seen = graph();
  Inventory declared = inventory();
  Assessment assessment() const { return Assessment{Picture{seen, declared, {}, {}, {}}, {}, {}, {}, {}, {}, {}, {}}; }
};

}  // namespace boutique
