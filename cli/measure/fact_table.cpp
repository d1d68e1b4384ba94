#include <algorithm>
#include <array>
#include <limits>

#include "measure/facts.hpp"

namespace nsew {
namespace {

using Words = std::span<const std::string_view>;
constexpr double infinite = std::numeric_limits<double>::infinity();

constexpr std::array<std::string_view, 3> encryption_words{"none", "desired", "required"};
constexpr std::array<std::string_view, 4> identity_words{"none", "desired", "required", "edge-clients-only"};
constexpr std::array<std::string_view, 8> mesh_words{"none",   "istio-ambient", "istio-sidecar", "linkerd",
                                                     "cilium", "consul",        "dapr",          "other"};
constexpr std::array<std::string_view, 5> gateway_words{"none", "envoy-gateway", "gateway-api-other", "ingress-nginx",
                                                        "mesh-ingress"};
constexpr std::array<std::string_view, 4> multicluster_words{"none", "multi-network", "single-network",
                                                             "primary-remote"};
constexpr std::array<std::string_view, 3> sampling_words{"head", "tail", "unknown"};
constexpr std::array<std::string_view, 5> source_words{"traces", "request-logs", "flows", "graph", "manifests"};

constexpr FactInfo amount(std::string_view name, std::string_view unit, std::string_view summary,
                          std::string_view assumed = {}) {
  return {name, FactType::number, false, unit, summary, 0, infinite, 1, {}, assumed};
}
constexpr FactInfo ratio(std::string_view name, std::string_view unit, std::string_view summary) {
  return {name, FactType::number, false, unit, summary, 0, infinite, 0.02, {}, {}};
}
constexpr FactInfo share(std::string_view name, std::string_view summary, std::string_view assumed = {}) {
  return {name, FactType::number, false, "share", summary, 0, 1, 0.02, {}, assumed};
}
constexpr FactInfo flag(std::string_view name, std::string_view summary, std::string_view assumed = {}) {
  return {name, FactType::boolean, false, {}, summary, 0, 0, 0, {}, assumed};
}
constexpr FactInfo word(std::string_view name, Words words, std::string_view summary, std::string_view assumed = {}) {
  return {name, FactType::word, false, {}, summary, 0, 0, 0, words, assumed};
}
constexpr FactInfo list(std::string_view name, Words words, std::string_view summary, std::string_view assumed = {}) {
  return {name, FactType::words, false, {}, summary, 0, 0, 0, words, assumed};
}
constexpr FactInfo derived(FactInfo row) {
  row.derived = true;
  return row;
}

constexpr FactInfo table[] = {
    derived(ratio("traffic.amplification", "calls per call", "east-west calls for each north-south call")),
    derived(ratio("traffic.amplification_without_top_pair", "calls per call",
                  "the amplification that is left without the busiest pair of services")),
    amount("traffic.async_messages", "messages", "messages through a broker; not in the share", "0"),
    derived(share("traffic.async_share", "messages out of messages and east-west calls")),
    amount("traffic.datastore_calls", "calls", "calls to databases, caches and object stores; not in the share", "0"),
    amount("traffic.east_west_bytes", "bytes", "bytes of east-west traffic, both ways"),
    amount("traffic.east_west_calls", "calls", "calls between two services of the system"),
    derived(share("traffic.east_west_share", "east-west calls out of east-west and north-south calls")),
    amount("traffic.egress_calls", "calls", "calls that leave the system; not in the share", "0"),
    amount("traffic.hairpin_calls", "calls", "calls from inside to the system's own public host", "0"),
    amount("traffic.intra_pod_calls", "calls", "calls inside one pod or service; not calls at all", "0"),
    derived(ratio("traffic.nested_amplification", "calls per call", "nested calls for each north-south call")),
    amount("traffic.nested_calls", "calls", "east-west calls whose caller was itself called by a service"),
    amount("traffic.north_south_bytes", "bytes", "bytes of north-south traffic, both ways"),
    amount("traffic.north_south_calls", "calls", "calls that enter the system from outside"),
    amount("traffic.platform_calls", "calls", "probes, scrapes, DNS, telemetry and control plane; not in the share",
           "0"),
    amount("traffic.synthetic_calls", "calls", "calls from load generators and synthetic probes", "0"),
    share("traffic.top_caller_share", "share of the east-west calls that the busiest caller makes"),
    share("traffic.top_pair_share", "share of the east-west calls between the busiest pair of services"),
    amount("traffic.unknown_calls", "calls", "calls whose direction cannot be decided; they widen the interval", "0"),
    derived(share("traffic.unknown_share", "calls of unknown direction out of all that could be in the share")),

    derived(amount("topology.app_workloads", "workloads", "workloads in the manifests that are not data stores")),
    ratio("topology.caller_diversity", "callers", "how many services share the calling: 1 / sum of squared shares"),
    derived(amount("topology.component_count", "components", "connected groups of services")),
    {"topology.components",
     FactType::numbers,
     false,
     "services",
     "sizes of the connected groups of services",
     0,
     infinite,
     1,
     {},
     {}},
    share("topology.cross_namespace_share", "share of the east-west calls that cross a namespace"),
    amount("topology.datastores", "workloads", "data stores in the manifests"),
    amount("topology.declared_backend_edges", "edges",
           "pairs of services behind the entry that the manifests say call one another"),
    amount("topology.depth_p95", "levels", "levels of services that 95 of 100 traces stay within; the entry is 1"),
    amount("topology.edges", "edges", "pairs of services with east-west calls"),
    amount("topology.entry_services", "services", "services that receive north-south calls"),
    amount("topology.fan_in_max", "services", "most services that call one service"),
    amount("topology.fan_out_max", "services", "most services that one service calls"),
    amount("topology.fan_out_p95", "services", "services called by 95 of 100 calling services, at most"),
    derived(amount("topology.largest_component", "services", "services in the largest connected group")),
    amount("topology.namespaces", "namespaces", "namespaces of the services"),
    list("topology.services", {}, "the services of the connected group that the other facts are about"),
    amount("topology.workloads", "workloads", "workloads in the manifests, data stores included"),

    share("l7.cross_cluster_share", "share of the east-west calls that cross a cluster", "0"),
    flag("l7.east_west_canary", "versions of a service are split by weight between services", "false"),
    flag("l7.failing_deep_edges", "a busy edge at level 3 or deeper fails at least once in a hundred calls", "false"),
    share("l7.grpc_unbalanced_share", "share of the east-west calls on gRPC whose load is uneven between replicas",
          "0"),
    {"l7.retry_factor",
     FactType::number,
     false,
     "attempts per call",
     "attempts for each call",
     1,
     infinite,
     0.02,
     {},
     "1"},

    share("identity.allowlist_coverage", "share of called services with a policy that names their callers"),
    word("identity.caller_identity", identity_words, "whether a service must know which service calls it", "none"),
    list("identity.compliance", {}, "rules that the system is audited against", "[]"),
    word("identity.encryption_in_flight", encryption_words, "whether calls between services must be encrypted", "none"),
    flag("identity.l7_authorization", "callers are allowed by method or path, not only by name", "false"),
    flag("identity.trust_zones_crossing", "calls cross tenants or zones that do not trust one another", "false"),
    flag("identity.zero_trust_mandate", "every hop must prove who calls", "false"),

    amount("org.autoscaled_services", "services", "services that scale on their own"),
    amount("org.languages", "languages", "languages that the services are written in"),
    amount("org.platform_engineers", "people", "people who run the platform"),
    ratio("org.services_growth_12m", "times", "services today for each service a year ago"),
    share("org.telemetry_coverage", "share of the application's workloads that send telemetry"),

    list("existing.edge_features_missing", {}, "what the present edge is needed for and cannot do", "[]"),
    word("existing.gateway", gateway_words, "the gateway that is there", "none"),
    word("existing.mesh", mesh_words, "the mesh that is in use", "none"),
    flag("existing.mesh_crds_only", "a mesh is installed by its resource definitions only", "false"),

    flag("constraints.envoyfilter", "an EnvoyFilter is needed at the workloads", "false"),
    derived(ratio("constraints.hops_per_budget_ms", "hops per ms",
                  "hops between services for each millisecond of the latency budget")),
    {"constraints.latency_budget_ms",
     FactType::number,
     false,
     "ms",
     "latency that may be spent on a request",
     0,
     infinite,
     0.1,
     {},
     {}},
    word("constraints.multicluster", multicluster_words, "how the clusters are joined", "none"),
    share("constraints.unsupported_share", "share of the east-west calls with an end that no proxy can join", "0"),

    share("data.coverage", "share of the application's workloads that the traffic shows"),
    share("data.east_west_share_bytes", "the east-west share counted in bytes"),
    share("data.east_west_share_connections", "the east-west share counted in connections"),
    share("data.orphan_rate", "share of the call halves that lost their other half"),
    word("data.sampling", sampling_words, "how traces were chosen"),
    derived(share("data.share_gap", "the largest difference between the shares by calls, connections and bytes")),
    list("data.sources", source_words, "what the facts were measured from"),
    amount("data.traces", "traces", "effective number of traces with a counted call"),
    flag("data.weights_known", "every trace says how it was sampled"),
    {"data.window_days", FactType::number, false, "days", "time that the recording spans", 0, infinite, 0.1, {}, {}},
};

}  // namespace

std::span<const FactInfo> fact_table() { return table; }

const FactInfo* fact_called(std::string_view name) {
  const auto* at = std::ranges::find(table, name, &FactInfo::name);
  return at == std::end(table) ? nullptr : at;
}

}  // namespace nsew
