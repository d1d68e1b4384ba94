// Labels of https://istio.io/latest/docs/reference/config/metrics/, https://linkerd.io/2/reference/proxy-metrics/,
// https://grafana.com/docs/tempo/latest/metrics-from-traces/service_graphs/,
// https://docs.cilium.io/en/stable/observability/metrics/#hubble-metrics and
// https://github.com/groundcover-com/caretta.
#include "input/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "input/ids.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

constexpr double most_calls = 1e15;

std::uint64_t whole(double value) {
  if (!(value > 0) || value > most_calls) return 0;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(value)));
}

bool dotted(std::string_view name) { return name.find('.') != std::string_view::npos; }

bool is_address(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
         text.find_first_of(".:") != std::string_view::npos;
}

std::string_view first_of(const Series& s, std::initializer_list<std::string_view> labels) {
  for (const std::string_view label : labels)
    if (const std::string_view said = s[label]; !said.empty()) return said;
  return {};
}

EdgeCount edge_of(const Series& s) {
  EdgeCount edge;
  edge.calls = whole(s.value);
  edge.from_ns = s.from_ns, edge.to_ns = s.to_ns;
  return edge;
}

// 5xx, or no answer at all.
bool failed(std::string_view code) { return code == "0" || (code.size() == 3 && code.front() == '5'); }

OperationId protocol(RecordSink& sink, std::string_view name) {
  Operation operation;
  if (name == "http" || name == "grpc") operation.protocol = name;
  return sink.operation(operation);
}

// -- Istio ------------------------------------------------------------------------------------------------------------

Party istio_source(const Series& s) {
  Party party;
  party.ns = first_of(s, {"source_workload_namespace", "source_namespace"});
  party.workload = s["source_workload"];
  party.app = first_of(s, {"source_canonical_service", "source_app"});
  party.cluster = s["source_cluster"];
  return party;
}

// A Service, a host that is none, or, where the callee's name is lost, its workload.
Party istio_destination(const Series& s) {
  Party party;
  party.workload = s["destination_workload"];
  party.app = first_of(s, {"destination_canonical_service", "destination_app"});
  party.ns = first_of(s, {"destination_service_namespace", "destination_workload_namespace"});
  party.cluster = s["destination_cluster"];
  const std::string_view host = s["destination_service"], name = s["destination_service_name"];
  const std::string_view called = name.empty() ? host : name;
  if (called.ends_with("PassthroughCluster") || called == "PassthroughClusterIpv6") {
    if (party.workload.empty()) return Party{.reserved = "external"};
    return party;
  }
  if (host.find(".svc") != std::string_view::npos) {
    party.host = host;
    if (name.empty()) party.service = host.substr(0, host.find('.'));
  }
  if (!name.empty() && !dotted(name)) party.service = name;
  // Another's host, which no workload of the mesh serves.
  if (party.service.empty() && party.host.empty() && dotted(called) && party.workload.empty())
    return Party{.host = called};
  return party;
}

Recorder istio_recorder(std::string_view reporter) {
  if (reporter == "source") return Recorder::client_side;
  if (reporter == "destination") return Recorder::server_side;
  return reporter == "waypoint" ? Recorder::waypoint : Recorder::unknown;
}

bool is_istio(const Series& s) {
  constexpr std::array<std::string_view, 5> names = {"istio_requests_total", "istio_request_total",
                                                     "istio_tcp_connections_opened_total", "istio_tcp_sent_bytes_total",
                                                     "istio_tcp_received_bytes_total"};
  if (!s.name.empty()) return std::ranges::find(names, s.name) != names.end();
  return s.has("source_workload") || s.has("destination_workload") || s.has("destination_service") ||
         s.has("destination_service_name") || s.has("source_app") || s.has("source_canonical_service");
}

void read_istio(const Series& s, RecordSink& sink) {
  EdgeCount edge = edge_of(s);
  edge.source = sink.party(istio_source(s)), edge.destination = sink.party(istio_destination(s));
  edge.recorder = istio_recorder(s["reporter"]);
  edge.mesh = s["connection_security_policy"] == "mutual_tls";
  const std::string_view spoken = s["request_protocol"];
  edge.unrouted = s["destination_service_name"] == "BlackHoleCluster";
  if (s.name.starts_with("istio_tcp_") || spoken == "tcp") edge.unit = Unit::connections;
  if (s.name.ends_with("_bytes_total")) edge.bytes = std::exchange(edge.calls, 0);
  if (edge.unit == Unit::requests && failed(s["response_code"])) edge.errors = edge.calls;
  edge.operation = protocol(sink, spoken);
  sink.edge(edge);
}

// -- service graphs of Tempo and of the OpenTelemetry collector -------------------------------------------------------

Party graph_end(const Series& s, std::string_view name, std::initializer_list<std::string_view> namespaces,
                bool made_up) {
  Party party;
  if (name == "user" && made_up) {
    party.reserved = "outside";
  } else if (made_up && (dotted(name) || is_address(name))) {
    (is_address(name) ? party.address : party.host) = name;
  } else {
    party.service = name, party.ns = first_of(s, namespaces);
  }
  return party;
}

bool is_service_graph(const Series& s) {
  if (!s.name.empty())
    return s.name.ends_with("traces_service_graph_request_total") ||
           s.name.ends_with("traces_service_graph_request_failed_total");
  return s.has("client") && s.has("server");
}

void read_service_graph(const Series& s, RecordSink& sink) {
  EdgeCount edge = edge_of(s);
  const std::string_view type = s["connection_type"];
  const bool made_up = type == "virtual_node";
  edge.source = sink.party(graph_end(
      s, s["client"], {"client_k8s_namespace_name", "client_service_namespace", "client_namespace"}, made_up));
  edge.destination = sink.party(graph_end(
      s, s["server"], {"server_k8s_namespace_name", "server_service_namespace", "server_namespace"}, made_up));
  edge.message = type == "messaging_system", edge.database = type == "database";
  if (s.name.ends_with("_failed_total")) edge.errors = std::exchange(edge.calls, 0);
  sink.edge(edge);
}

// -- Hubble -----------------------------------------------------------------------------------------------------------

// A context is "namespace/workload", "namespace/pod", "reserved:world", an address or a name: whatever was configured.
Party hubble_end(const Series& s, std::string_view side) {
  const auto label = [&](std::string_view what) { return s[std::string(side) + std::string(what)]; };
  Party party;
  party.ns = label("_namespace"), party.workload = label("_workload"), party.app = label("_app");
  if (party.app.empty()) party.pod = label("_pod");
  if (!party.app.empty() || !party.workload.empty() || !party.pod.empty()) return party;
  const std::string_view context = label("");
  constexpr std::string_view reserved = "reserved:";
  const std::size_t slash = context.find('/');
  if (context.starts_with(reserved)) {
    party.reserved = context.substr(reserved.size());
  } else if (is_address(context)) {
    party.address = context;
  } else if (slash != std::string_view::npos) {
    party.ns = context.substr(0, slash), party.pod = context.substr(slash + 1);
  } else if (dotted(context)) {
    party.host = context;
  } else {
    party.workload = context;
  }
  return party;
}

bool is_hubble(const Series& s) {
  return s.name == "hubble_http_requests_total" || s.name == "hubble_tcp_flags_total" ||
         (s.name.empty() && s.has("source") && s.has("destination"));
}

void read_hubble(const Series& s, RecordSink& sink) {
  EdgeCount edge = edge_of(s);
  edge.source = sink.party(hubble_end(s, "source")), edge.destination = sink.party(hubble_end(s, "destination"));
  if (s["reporter"] == "client") edge.recorder = Recorder::client_side;
  if (s["reporter"] == "server") edge.recorder = Recorder::server_side;
  const bool connections = s.name == "hubble_tcp_flags_total" || (s.name.empty() && s.has("flag"));
  if (connections) edge.unit = Unit::connections;
  if (!connections && failed(s["status"])) edge.errors = edge.calls;
  Operation operation;
  if (!connections) operation.protocol = "http", operation.method = s["method"];
  edge.operation = sink.operation(operation);
  sink.edge(edge);
}

// A connection begins with one SYN; the answer to it, SYN-ACK, goes the other way.
bool begins_no_connection(const Series& s) { return s.has("flag") && s["flag"] != "SYN"; }

// -- Caretta ----------------------------------------------------------------------------------------------------------

Party caretta_end(const Series& s, std::string_view side) {
  const auto label = [&](std::string_view what) { return s[std::string(side) + std::string(what)]; };
  const std::string_view kind = label("_kind"), name = label("_name");
  Party party;
  if (kind == "node" || kind == "Node") {
    party.reserved = "host";
  } else if (kind == "external") {
    (is_address(name) ? party.address : party.host) = name;
    if (name.empty() || name == "external") party = Party{.reserved = "external"};
  } else {
    party.ns = label("_namespace");
    (kind == "Service" ? party.service : kind == "Pod" ? party.pod : party.workload) = name;
  }
  return party;
}

// Bytes of a link as the kernel of one end saw them: 1 is the client's view, 2 the server's.
void read_caretta(const Series& s, RecordSink& sink) {
  EdgeCount edge = edge_of(s);
  edge.unit = Unit::connections;
  edge.bytes = std::exchange(edge.calls, 0);
  edge.recorder = s["role"] == "2" ? Recorder::server_side : Recorder::client_side;
  edge.source = sink.party(caretta_end(s, "client")), edge.destination = sink.party(caretta_end(s, "server"));
  edge.destination_port = authority_of(":" + std::string(s["server_port"])).port;
  sink.edge(edge);
}

// -- Linkerd ----------------------------------------------------------------------------------------------------------

std::string_view linkerd_workload(const Series& s, bool of_callee) {
  constexpr std::array<std::string_view, 6> own = {"deployment", "statefulset", "daemonset",
                                                   "replicaset", "job",         "cronjob"};
  constexpr std::array<std::string_view, 6> other = {"dst_deployment", "dst_statefulset", "dst_daemonset",
                                                     "dst_replicaset", "dst_job",         "dst_cronjob"};
  for (const std::string_view label : of_callee ? other : own)
    if (const std::string_view said = s[label]; !said.empty()) return said;
  return {};
}

// The proxy's own pod, as Prometheus labels what it scrapes.
Party linkerd_self(const Series& s) {
  Party party;
  party.ns = s["namespace"], party.workload = linkerd_workload(s, false), party.pod = s["pod"];
  return party;
}

Party linkerd_other(const Series& s) {
  Party party;
  party.ns = s["dst_namespace"], party.workload = linkerd_workload(s, true), party.pod = s["dst_pod"];
  const std::string_view host = authority_of(s["authority"]).host;
  if (party.workload.empty() && party.pod.empty()) {
    party.host = host, party.address = s["target_ip"];
  } else if (const std::string_view service = s["dst_service"]; !service.empty()) {
    party.service = service;
  } else if (host.find(".svc") != std::string_view::npos) {
    party.service = host.substr(0, host.find('.'));
  }
  return party;
}

bool is_linkerd(const Series& s) {
  if (!s.has("direction")) return false;
  return s.name == "request_total" || s.name == "response_total" || s.name == "tcp_open_total" ||
         (s.name.empty() && (s.has("dst_namespace") || s.has("dst_deployment") || s.has("client_id")));
}

void read_linkerd(const Series& s, RecordSink& sink) {
  const bool outbound = s["direction"] == "outbound";
  EdgeCount edge = edge_of(s);
  edge.recorder = outbound ? Recorder::client_side : Recorder::server_side;
  edge.mesh = s["tls"] == "true";
  Party other;  // of an inbound request only the service account of the caller is known
  if (outbound) {
    edge.source = sink.party(linkerd_self(s)), edge.destination = sink.party(linkerd_other(s));
  } else {
    Party self = linkerd_self(s);
    if (self.workload.empty() && self.pod.empty()) self.host = authority_of(s["authority"]).host;
    edge.source = sink.party(other), edge.destination = sink.party(self);
  }
  Operation operation;
  if (s.name == "tcp_open_total") edge.unit = Unit::connections;
  if (edge.unit == Unit::requests) operation.protocol = "http";
  constexpr std::string_view admin_port = "4191";  // metrics and probes of the proxy itself
  if (s["target_port"] == admin_port || s["target_addr"].ends_with(":4191")) operation.route = "/metrics";
  edge.operation = sink.operation(operation);
  if (s.name == "response_total") edge.errors = std::exchange(edge.calls, 0);
  sink.edge(edge);
}

// The leg between an application and its own proxy; answers that were none.
bool linkerd_says_nothing(const Series& s) {
  if (s.name == "tcp_open_total") return (s["peer"] == "src") == (s["direction"] == "outbound");
  return s.name == "response_total" && s["classification"] != "failure";
}

// -- all of them ------------------------------------------------------------------------------------------------------

struct Family {
  bool (*is)(const Series&);
  bool (*says_nothing)(const Series&);
  void (*read)(const Series&, RecordSink&);
};
bool never(const Series&) { return false; }
bool is_caretta(const Series& s) {
  return s.name.empty() ? s.has("client_name") && s.has("server_name") : s.name == "caretta_links_observed";
}

constexpr std::array<Family, 5> families = {{{is_istio, never, read_istio},
                                             {is_service_graph, never, read_service_graph},
                                             {is_caretta, never, read_caretta},
                                             {is_linkerd, linkerd_says_nothing, read_linkerd},
                                             {is_hubble, begins_no_connection, read_hubble}}};

const Family* family_of(const Series& s) {
  const auto* family = std::ranges::find_if(families, [&](const Family& f) { return f.is(s); });
  return family == families.end() ? nullptr : family;
}

}  // namespace

std::string_view known_text(std::string_view text) {
  return text == "unknown" || text == "-" ? std::string_view{} : text;
}

std::string_view Series::operator[](std::string_view label) const {
  const auto at = std::ranges::find(labels, label, &Label::name);
  return at == labels.end() ? std::string_view{} : known_text(at->value);
}

bool Series::has(std::string_view label) const {
  return std::ranges::find(labels, label, &Label::name) != labels.end();
}

bool counts_calls(const Series& series) { return family_of(series) != nullptr; }

bool names_call_metric(std::string_view name) {
  constexpr std::array<std::string_view, 13> names = {"istio_requests_total",
                                                      "istio_tcp_connections_opened_total",
                                                      "istio_tcp_sent_bytes_total",
                                                      "istio_tcp_received_bytes_total",
                                                      "traces_service_graph_request_total",
                                                      "traces_service_graph_request_failed_total",
                                                      "hubble_http_requests_total",
                                                      "hubble_tcp_flags_total",
                                                      "hubble_flows_processed_total",
                                                      "caretta_links_observed",
                                                      "request_total",
                                                      "response_total",
                                                      "tcp_open_total"};
  return std::ranges::find(names, name) != names.end();
}

bool read_series(const Series& series, RecordSink& sink) {
  const Family* family = family_of(series);
  if (family == nullptr || family->says_nothing(series)) return false;
  family->read(series, sink);
  return true;
}

std::string_view doubt_about(const Series& series) {
  if (series.name == "hubble_flows_processed_total")
    return "hubble_flows_processed_total counts packets of both directions: it does not say who called whom";
  if (!counts_calls(series)) return {};
  if (is_istio(series) && !series.has("reporter"))
    return "the label reporter is missing: calls that both proxies counted may be in here twice";
  if (is_hubble(series) && series["source"].empty() && series["source_workload"].empty() &&
      series["source_app"].empty() && series["source_pod"].empty())
    return "the source is not named: Hubble's metrics name both ends only with sourceContext and destinationContext";
  if (series.value > 0 && series.value < 1 && !series.name.starts_with("caretta"))
    return "a value below 1 is no count: a rate was asked for, where increase() gives calls";
  return {};
}

}  // namespace nsew
