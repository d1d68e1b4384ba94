// L7 only where the recording asks for it: callees whose callers differ in what they change.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"
#include "starter/policies.hpp"

namespace nsew::starter {
namespace {

constexpr int floor_inside = 64;

std::set<OperationKey> writes_of(const Caller& caller) {
  std::set<OperationKey> writes;
  for (const OperationKey& key : caller.operations) {
    if (!is_safe(key)) writes.insert(key);
  }
  return writes;
}

bool is_precise(const OperationKey& key) {
  const Request request = request_of(key);
  return !request.method.empty() && !request.path.empty();
}

// Istio's own template: {*} is one segment.
std::string istio_path(const std::string& path) {
  std::string out;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty()) continue;
    out += "/" + (has_variable(segment) ? std::string("{*}") : std::string(segment));
  }
  return out.empty() ? "/" : out;
}

Json operations_of(const Caller& caller) {
  std::map<std::string, std::set<std::string>> paths;  // by method
  for (const OperationKey& key : caller.operations) {
    const Request request = request_of(key);
    paths[request.method].insert(istio_path(request.path));
  }
  Json out = Json::array();
  for (const auto& [method, set] : paths) {
    out.push_back(
        {{"operation",
          {{"methods", Json::array({method})}, {"paths", std::vector<std::string>(set.begin(), set.end())}}}});
  }
  return out;
}

Json metadata_of(const Callee& callee, const std::string& name) {
  return {{"name", name}, {"namespace", callee.member->ns}};
}

const Stats* best_of(const Callee& callee, Source& source) {
  const Stats* best = nullptr;
  for (const auto& [from, stats] : callee.seen) {
    if (best == nullptr || (best->observed < enough_calls && stats.observed > best->observed))
      best = &stats, source = from;
  }
  return best;
}

Json traffic_route(const Callee& callee, const Port& port, const std::pair<std::string, int>& timeout) {
  return {{note("HTTPRoute, not GRPCRoute: only it has timeouts, and gRPC is HTTP/2 POST"), nullptr},
          {"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata", metadata_of(callee, callee.member->name + "-inside")},
          {"spec",
           {{"parentRefs",
             Json::array({{{"group", ""}, {"kind", "Service"}, {"name", callee.member->name}, {"port", port.number}}})},
            {"rules",
             Json::array({{{"backendRefs", Json::array({{{"name", callee.member->name}, {"port", port.number}}})},
                           {"timeouts",
                            {{note(timeout.first), nullptr}, {"request", fmt::format("{}s", timeout.second)}}}}})}}}};
}

Json destination_rule(const Callee& callee, const Stats& stats, double flying, const std::string& id) {
  const int limit = circuit_limit(flying, 2, floor_inside);
  return {
      {"apiVersion", "networking.istio.io/v1"},
      {"kind", "DestinationRule"},
      {"metadata", metadata_of(callee, callee.member->name)},
      {"spec",
       {{"host", callee.member->name + "." + callee.member->ns + ".svc.cluster.local"},
        {"trafficPolicy",
         {{"connectionPool",
           {{note(fmt::format(
                 "{}: {:.1f} calls a second in the busiest minute x p99 = {:.1f} in flight; x 8 / 2 proxies, floor {}",
                 id, stats.peak_rate(), flying, floor_inside)),
             nullptr},
            {"http", {{"http2MaxRequests", limit}, {"http1MaxPendingRequests", limit / 4}}}}}}}}}};
}

}  // namespace

bool needs_waypoint(const Callee& callee) {
  if (!callee.refused.empty() || callee.member->service == nullptr || callee.member->kind != NodeKind::service)
    return false;
  std::set<std::set<OperationKey>> kinds;
  std::size_t callers = 0;
  for (const Caller& caller : callee.callers) {
    if (caller.platform) continue;
    const bool precise = std::all_of(caller.operations.begin(), caller.operations.end(), is_precise);
    if (!caller.operations_known || !precise) return false;
    kinds.insert(writes_of(caller));
    ++callers;
  }
  return callers > 1 && kinds.size() > 1;
}

Json l7_policy(Bundle& bundle, const Callee& callee) {
  Json rules = Json::array();
  for (const Caller& caller : callee.callers) {
    if (caller.platform) continue;
    rules.push_back({{note(evidence_of(bundle, callee, caller)), nullptr},
                     {"from", Json::array({{{"source", {{"serviceAccounts", caller.member->accounts}}}}})},
                     {"to", operations_of(caller)}});
  }
  return {{note("Attached with targetRefs, so the waypoint decides, which sees the caller's identity; a selector would "
                "put it on\n"
                "ztunnel, which refuses L7 rules."),
           nullptr},
          {"apiVersion", "security.istio.io/v1"},
          {"kind", "AuthorizationPolicy"},
          {"metadata", metadata_of(callee, callee.member->name + "-l7")},
          {"spec",
           {{"targetRefs", Json::array({{{"group", ""}, {"kind", "Service"}, {"name", callee.member->name}}})},
            {"action", "ALLOW"},
            {"rules", rules}}}};
}

std::vector<Json> waypoint_of(const std::string& ns) {
  return {
      {{"apiVersion", "gateway.networking.k8s.io/v1"},
       {"kind", "Gateway"},
       {"metadata", {{"name", "waypoint"}, {"namespace", ns}, {"labels", {{"istio.io/waypoint-for", "service"}}}}},
       {"spec",
        {{"gatewayClassName", "istio-waypoint"},
         {"infrastructure", {{"parametersRef", {{"group", ""}, {"kind", "ConfigMap"}, {"name", "waypoint-options"}}}}},
         {"listeners", Json::array({{{"name", "mesh"}, {"port", 15008}, {"protocol", "HBONE"}}})}}}},
      {{note("ASSUMED sizes"), nullptr},
       {"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata", {{"name", "waypoint-options"}, {"namespace", ns}}},
       {"data",
        {{"horizontalPodAutoscaler", "spec:\n  minReplicas: 2\n  maxReplicas: 4\n"},
         {"podDisruptionBudget", "spec:\n  minAvailable: 1\n"}}}}};
}

Json waypoint_service(const Callee& callee) {
  Json ports = Json::array();
  for (const ServicePort& port : callee.member->service->ports) {
    Json out = Json::object();
    if (!port.name.empty()) out["name"] = port.name;
    out["port"] = port.port;
    if (const auto number = to_integer(port.target))
      out["targetPort"] = *number;
    else if (!port.target.empty())
      out["targetPort"] = port.target;
    if (port.protocol != "TCP" && !port.protocol.empty()) out["protocol"] = port.protocol;
    if (!port.app_protocol.empty()) out["appProtocol"] = port.app_protocol;
    ports.push_back(std::move(out));
  }
  Json labels = Json::object();
  for (const auto& [key, value] : callee.member->service->object.labels) labels[key] = value;
  labels["istio.io/use-waypoint"] = "waypoint";
  Json metadata = metadata_of(callee, callee.member->name);
  metadata["labels"] = labels;
  Json spec{{"selector", callee.member->selector}, {"ports", ports}};
  if (callee.member->service->type != "ClusterIP") spec["type"] = callee.member->service->type;
  if (callee.member->service->headless) spec["clusterIP"] = "None";
  return {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", metadata}, {"spec", spec}};
}

std::vector<Json> waypoint_traffic(Bundle& bundle, const Callee& callee) {
  Source source = Source::traces;
  const Stats* stats = best_of(callee, source);
  const auto port = call_port(*callee.member);
  if (stats == nullptr || !port) return {};
  const std::string id = evidence_of(bundle, "all calls to " + callee.member->id, *stats, source);
  std::vector<Json> out;
  if (const auto timeout = timeout_of(*stats, id)) out.push_back(traffic_route(callee, *port, *timeout));
  const auto flying = in_flight(*stats);
  if (flying && rates_known(bundle.assessment().picture, source))
    out.push_back(destination_rule(callee, *stats, *flying, id));
  return out;
}

}  // namespace nsew::starter
