#include "starter/envoy_policies.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "starter/callees.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

constexpr int floor_reads = 256, floor_writes = 64;

Json retry_json(const Stats& stats, const std::string& id) {
  return {
      {note(fmt::format(
           "{}: {:.1f} % of the calls of this rule only read; only triggers that prove the request never ran,\nand no "
           "timeout per try: none of them retries one, so it would become the request's.",
           id, 100 * stats.safe_calls / stats.calls)),
       nullptr},
      {"numRetries", 1},
      {"retryOn", {{"triggers", Json::array({"connect-failure", "refused-stream", "reset-before-request"})}}},
      {"perRetry", {{"backOff", {{"baseInterval", "25ms"}, {"maxInterval", "100ms"}}}}}};
}

Json breaker_json(const Stats& stats, double flying, const std::string& id) {
  const int floor = may_retry(stats) ? floor_reads : floor_writes;
  const int limit = circuit_limit(flying, proxies, floor);
  return {{note(fmt::format(
               "{}: {:.1f} calls a second in the busiest minute x p99 = {:.1f} in flight; x 8 / {} proxies, floor {}",
               id, stats.peak_rate(), flying, proxies, floor)),
           nullptr},
          {"maxConnections", limit},
          {"maxParallelRequests", limit},
          {"maxPendingRequests", limit / 4},
          {"maxParallelRetries", may_retry(stats) ? limit / 16 : 0}};
}

Json limit_json(const Stats& stats, const std::string& id) {
  const int limit = local_limit(stats.peak_rate(), proxies);
  return {{note(fmt::format("{}: busiest minute {:.1f} calls a second, x 4, next ten, over {} proxies. Shadow mode "
                            "counts what it\nwould "
                            "refuse and refuses nothing; a later phase turns it off.",
                            id, stats.peak_rate(), proxies)),
           nullptr},
          {"type", "Local"},
          {"local",
           {{"rules", Json::array({{{"limit", {{"requests", limit}, {"unit", "Second"}}}, {"shadowMode", true}}})}}}};
}

bool enough_replicas(const SurfaceRule& rule) {
  return std::all_of(rule.targets.begin(), rule.targets.end(),
                     [](const RouteTarget& t) { return t.member->replicas.value_or(1) >= 3; });
}

Json policy_json(const WrittenRule& written, const Stats& stats, bool rates, const std::string& name) {
  Json spec{{"targetRefs", Json::array({{{"group", "gateway.networking.k8s.io"},
                                         {"kind", written.kind},
                                         {"name", written.route},
                                         {"sectionName", written.name}}})},
            {"loadBalancer", {{"type", "LeastRequest"}}}};
  if (may_retry(stats)) spec["retry"] = retry_json(stats, written.evidence);
  const auto flying = in_flight(stats);
  if (rates && flying) spec["circuitBreaker"] = breaker_json(stats, *flying, written.evidence);
  if (rates && may_retry(stats) && stats.peak_rate() > 0) spec["rateLimit"] = limit_json(stats, written.evidence);
  if (enough_replicas(written.rule)) {
    spec["healthCheck"] = {
        {"passive",
         {{"baseEjectionTime", "30s"}, {"consecutive5XxErrors", 5}, {"interval", "5s"}, {"maxEjectionPercent", 34}}}};
  }
  return {{"apiVersion", "gateway.envoyproxy.io/v1alpha1"},
          {"kind", "BackendTrafficPolicy"},
          {"metadata", {{"name", name}, {"namespace", written.ns}}},
          {"spec", spec}};
}

std::set<std::string> probe_paths(const Member& member) {
  std::set<std::string> paths;
  for (const Workload* workload : member.workloads) {
    for (const Container& container : workload->containers) {
      for (const Probe& probe : container.probes) {
        if (is_route_path(probe.path) && probe.path != "/" && !has_variable(probe.path))
          paths.insert(literal_prefix(probe.path));
      }
    }
  }
  return paths;
}

// A path that a user asked for, or that a route names, stays.
bool is_public(const std::string& path, const Surface& surface) {
  const Match prefix{"PathPrefix", path, ""};
  for (const Recorded& op : surface.recorded) {
    if (rank(prefix, op.request) && op.host != HostKind::internal) return true;
  }
  for (const SurfaceHost& host : surface.hosts) {
    for (const SurfaceRule& rule : host.rules) {
      if (rank(prefix, {"", rule.match.method, rule.match.path})) return true;
    }
  }
  return false;
}

struct Hidden {
  std::set<std::string> paths, hosts;
};

void hide_behind(const SurfaceHost& host, const Surface& surface, std::map<std::string, Hidden>& by_namespace) {
  for (const SurfaceRule& rule : host.rules) {
    for (const RouteTarget& target : rule.targets) {
      for (const std::string& path : probe_paths(*target.member)) {
        if (is_public(path, surface) || !rank(rule.match, {"", rule.match.method, path})) continue;
        Hidden& hidden = by_namespace[target.member->ns];
        hidden.paths.insert(path);
        hidden.hosts.insert(host.host);
      }
    }
  }
}

Json hidden_route(const std::string& ns, const Hidden& hidden, const Site& site, const std::string& id) {
  Json matches = Json::array(), parents = Json::array(), hosts = Json::array();
  for (const std::string& path : hidden.paths) matches.push_back({{"path", {{"type", "PathPrefix"}, {"value", path}}}});
  for (const std::string& host : hidden.hosts) {
    if (parents.size() == 16) break;
    parents.push_back({{"name", site.name}, {"namespace", site.ns}, {"sectionName", site.section(host)}});
    if (!host.empty()) hosts.push_back(host);
  }
  Json spec{{"parentRefs", parents}};
  if (!hosts.empty()) spec["hostnames"] = hosts;
  spec["rules"] = Json::array(
      {{{note(id +
              ": only probes use these. PathPrefix takes whole segments, and beats \"/\" whatever the order of files."),
         nullptr},
        {"matches", matches},
        {"filters",
         Json::array(
             {{{"type", "ExtensionRef"},
               {"extensionRef",
                {{"group", "gateway.envoyproxy.io"}, {"kind", "HTTPRouteFilter"}, {"name", "not-found"}}}}})}}});
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata", {{"name", "hidden-paths"}, {"namespace", ns}}},
          {"spec", spec}};
}

}  // namespace

TrafficPolicies traffic_policies(Bundle& bundle, const Written& written) {
  TrafficPolicies out;
  std::map<std::string, std::set<std::string>> taken;
  bool unknown_rates = false;
  for (const WrittenRule& rule : written.rules) {
    const Stats* stats = rule.rule.best();
    if (stats == nullptr || stats->observed < enough_calls) continue;
    const bool rates = rates_known(bundle.assessment().picture, rule.rule.best_source());
    unknown_rates = unknown_rates || !rates;
    const std::string name = unique_label(rule.route + "-" + rule.name, taken[rule.ns]);
    out.documents.push_back(policy_json(rule, *stats, rates, name));
    if (out.documents.back()["spec"].contains("rateLimit")) out.limited.push_back(name);
  }
  if (unknown_rates) {
    bundle.plan.unknown.push_back(
        "Rate limits and circuit breakers: the recording does not say how it was sampled, so its rates are not known. "
        "Give "
        "--sampling-rate and run this again.");
  }
  return out;
}

Json client_policy(const Site& site) {
  Json spec{{"targetRefs",
             Json::array({{{"group", "gateway.networking.k8s.io"}, {"kind", "Gateway"}, {"name", site.name}}})}};
  if (!site.listeners.empty())
    spec["tls"] = {{"minVersion", "1.2"}, {"alpnProtocols", Json::array({"h2", "http/1.1"})}};
  spec["http2"] = {{"maxConcurrentStreams", 100},
                   {"initialStreamWindowSize", "64Ki"},
                   {"initialConnectionWindowSize", "1Mi"},
                   {"onInvalidMessage", "TerminateStream"}};
  spec["headers"] = {{"withUnderscoresAction", "RejectRequest"}};
  spec["path"] = {{"escapedSlashesAction", "UnescapeAndRedirect"}, {"disableMergeSlashes", false}};
  spec["connection"] = {{"bufferLimit", "32Ki"}};
  spec["timeout"] = {{"http", {{"idleTimeout", "3600s"}}}};
  return {{note("Envoy's advice for a proxy at the edge; nothing here comes from the recording. Left out because no "
                "trace carries it:\n"
                "connectionLimit (clients per node), requestReceivedTimeout (slowest upload), clientIPDetection (what "
                "stands in front)."),
           nullptr},
          {"apiVersion", "gateway.envoyproxy.io/v1alpha1"},
          {"kind", "ClientTrafficPolicy"},
          {"metadata", {{"name", site.name + "-edge"}, {"namespace", site.ns}}},
          {"spec", spec}};
}

std::vector<Json> hidden_paths(Bundle& bundle, const Surface& surface, const Site& site) {
  std::map<std::string, Hidden> by_namespace;
  for (const SurfaceHost& host : surface.hosts) hide_behind(host, surface, by_namespace);
  std::vector<Json> out;
  for (const auto& [ns, hidden] : by_namespace) {
    out.push_back({{"apiVersion", "gateway.envoyproxy.io/v1alpha1"},
                   {"kind", "HTTPRouteFilter"},
                   {"metadata", {{"name", "not-found"}, {"namespace", ns}}},
                   {"spec", {{"directResponse", {{"statusCode", 404}}}}}});
    const Json paths(std::vector<std::string>(hidden.paths.begin(), hidden.paths.end()));
    out.push_back(
        hidden_route(ns, hidden, site,
                     bundle.evidence("paths of probes in " + ns, paths,
                                     surface.recorded.empty() ? "manifests; no call from outside was recorded"
                                                              : "manifests; in no recorded call from outside")));
  }
  return out;
}

}  // namespace nsew::starter
