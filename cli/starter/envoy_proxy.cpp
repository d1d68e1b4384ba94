#include <fmt/format.h>

#include "starter/callees.hpp"
#include "starter/envoy_policies.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

// Fields from which nsew can measure again after the cut-over.
Json access_log() {
  const Json fields{{"start_time", "%START_TIME%"},
                    {"method", "%REQ(:METHOD)%"},
                    {"authority", "%REQ(:AUTHORITY)%"},
                    {"path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"},
                    {"response_code", "%RESPONSE_CODE%"},
                    {"response_flags", "%RESPONSE_FLAGS%"},
                    {"duration", "%DURATION%"},
                    {"bytes_received", "%BYTES_RECEIVED%"},
                    {"bytes_sent", "%BYTES_SENT%"},
                    {"route_name", "%ROUTE_NAME%"},
                    {"upstream_cluster", "%UPSTREAM_CLUSTER%"},
                    {"upstream_host", "%UPSTREAM_HOST%"},
                    {"request_id", "%REQ(X-REQUEST-ID)%"},
                    {"downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"},
                    {"traceparent", "%REQ(TRACEPARENT)%"}};
  return {
      {"settings", Json::array({{{"format", {{"type", "JSON"}, {"json", fields}}},
                                 {"sinks", Json::array({{{"type", "File"}, {"file", {{"path", "/dev/stdout"}}}}})}}})}};
}

Json kubernetes(const Site& site) {
  const Json proxy_labels{{"gateway.envoyproxy.io/owning-gateway-name", site.name},
                          {"gateway.envoyproxy.io/owning-gateway-namespace", site.ns}};
  return {
      {"envoyDeployment",
       {{"pod",
         {{"topologySpreadConstraints", Json::array({{{"maxSkew", 1},
                                                      {"topologyKey", "kubernetes.io/hostname"},
                                                      {"whenUnsatisfiable", "ScheduleAnyway"},
                                                      {"labelSelector", {{"matchLabels", proxy_labels}}}}})}}},
        {"container",
         {{note("ASSUMED, not measured: size it after the first phase"), nullptr},
          {"resources", {{"requests", {{"cpu", "250m"}, {"memory", "256Mi"}}}, {"limits", {{"memory", "512Mi"}}}}}}}}},
      {"envoyHpa",
       {{note("ASSUMED; local limits are divided by minReplicas"), nullptr},
        {"minReplicas", proxies},
        {"maxReplicas", 6},
        {"metrics",
         Json::array(
             {{{"type", "Resource"},
               {"resource", {{"name", "cpu"}, {"target", {{"type", "Utilization"}, {"averageUtilization", 70}}}}}}})}}},
      {"envoyPDB", {{"minAvailable", 1}}},
      {"envoyService",
       {{note("Local keeps the client's address"), nullptr},
        {"type", "LoadBalancer"},
        {"externalTrafficPolicy", "Local"}}}};
}

struct Collector {
  const Service* service = nullptr;
  int port = 0;
};

Collector collector_in(const Inventory& inventory) {
  for (const Service& service : inventory.services) {
    for (const ServicePort& port : service.ports) {
      if (port.port == 4317 && is_dns_label(service.object.name)) return {&service, port.port};
    }
  }
  return {};
}

// East-west calls and the entry itself per call from outside, of the source with the most of them.
double spans_per_request(const CallGraph& graph, Source source) {
  double entering = 0, inside = 0;
  for (const auto& [key, edge] : graph.edges) {
    const auto seen = edge.seen.find(source);
    if (seen == edge.seen.end()) continue;
    if (key.cls == CallClass::north_south) entering += seen->second.calls.estimate();
    if (key.cls == CallClass::east_west) inside += seen->second.calls.estimate();
  }
  return entering > 0 ? 1 + inside / entering : 0;
}

double peak_of(const Surface& surface, Source source) {
  Stats all;
  for (const Recorded& op : surface.recorded) {
    if (op.source == source) all.add(op.key, op.stats);
  }
  return all.peak_rate();
}

void add_tracing(Bundle& bundle, const Surface& surface, const Members&, Json& telemetry) {
  const Picture& picture = bundle.assessment().picture;
  const Collector collector = collector_in(picture.inventory);
  const double spans = spans_per_request(picture.graph, Source::traces), peak = peak_of(surface, Source::traces);
  if (collector.service == nullptr || spans == 0 || peak == 0 || !rates_known(picture, Source::traces)) {
    bundle.plan.unknown.push_back(
        collector.service == nullptr
            ? "Where traces go: no declared Service takes OTLP at port 4317, so tracing is not set up."
            : "How much to trace: it takes traces whose sampling is known, so tracing is not set up.");
    return;
  }
  const int percent = tracing_percent(peak, spans);
  const std::string id = bundle.evidence("north-south peak and calls per request",
                                         {{"peak_per_second", peak}, {"calls_per_request", spans}}, "traces");
  const std::string ns = collector.service->object.ns.empty() ? assumed_namespace : collector.service->object.ns;
  telemetry["tracing"] = {
      {note(fmt::format("{}: {:.1f} requests a second x {:.1f} spans x {} % stays below 50 spans a second", id, peak,
                        spans, percent)),
       nullptr},
      {"samplingFraction", {{"numerator", percent}, {"denominator", 100}}},
      {"provider",
       {{"type", "OpenTelemetry"},
        {"backendRefs",
         Json::array({{{"name", collector.service->object.name}, {"namespace", ns}, {"port", collector.port}}})}}}};
}

int longest_timeout(const Surface& surface) {
  int longest = 0;
  for (const SurfaceHost& host : surface.hosts) {
    for (const SurfaceRule& rule : host.rules) {
      const Stats* stats = rule.best();
      if (stats != nullptr) longest = std::max(longest, timeout_seconds(stats->latency).value_or(0));
    }
  }
  return longest;
}

}  // namespace

Json envoy_proxy(Bundle& bundle, const Surface& surface, const Site& site, const Members& members) {
  Json telemetry{{"metrics", {{"enablePerEndpointStats", false}, {"enableVirtualHostStats", false}}},
                 {"accessLog", access_log()}};
  add_tracing(bundle, surface, members, telemetry);
  const int drain = std::max(60, longest_timeout(surface) + 45);
  return {{"apiVersion", "gateway.envoyproxy.io/v1alpha1"},
          {"kind", "EnvoyProxy"},
          {"metadata", {{"name", site.name}, {"namespace", site.ns}}},
          {"spec",
           {{"logging", {{"level", {{"default", "warn"}}}}},
            {"shutdown",
             {{note("longer than the longest route timeout and the load balancer's deregistration (ASSUMED 45 s)"),
               nullptr},
              {"drainTimeout", fmt::format("{}s", drain)},
              {"minDrainDuration", "15s"}}},
            {"provider", {{"type", "Kubernetes"}, {"kubernetes", kubernetes(site)}}},
            {"telemetry", telemetry}}}};
}

}  // namespace nsew::starter
