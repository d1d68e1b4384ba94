// What a line says about a call. Clusters are named by Istio ("outbound|PORT|SUBSET|FQDN", "inbound|PORT||"), by Envoy
// Gateway ("httproute/NS/NAME/rule/N") or by whoever wrote the configuration.
#include "input/access_log.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/ids.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

constexpr std::uint8_t tcp = 6;

// "10.68.2.10:9080", "[2a02:cf40::7]:3000", "envoy://connect_originate/10.244.0.9:9080".
struct Endpoint {
  std::string_view address;
  std::uint16_t port = 0;
};
Endpoint endpoint_of(std::string_view text) {
  if (text.starts_with("envoy://")) text = text.substr(text.rfind('/') + 1);
  const Authority a = authority_of(text);
  const bool is_address = !a.host.empty() &&
                          a.host.find_first_not_of("0123456789abcdefABCDEF.:%") == std::string_view::npos &&
                          a.host.find_first_of(".:") != std::string_view::npos;
  return is_address ? Endpoint{a.host, a.port} : Endpoint{};
}

// "outbound|9080|v1|reviews.default.svc.cluster.local", "inbound|9080||", "inbound-vip|80|http|echo.default.svc…;".
struct Cluster {
  enum class Kind {
    none,
    outbound,
    inbound,
    waypoint,
    passthrough,
    inbound_passthrough,
    black_hole,
    route,
    plumbing,
    other
  };
  Kind kind = Kind::none;
  std::uint16_t port = 0;
  std::string_view host;       // FQDN, ServiceEntry host, all of an Envoy Gateway route
  std::string_view ns, route;  // of an Envoy Gateway route
};

Cluster istio_cluster(Cluster::Kind kind, std::string_view text) {
  const auto parts = split(text, '|');
  Cluster cluster{.kind = kind, .port = 0, .host = {}, .ns = {}, .route = {}};
  if (parts.size() > 1) cluster.port = static_cast<std::uint16_t>(to_integer(parts[1]).value_or(0));
  if (parts.size() > 3) cluster.host = parts[3].substr(0, parts[3].find(';'));
  return cluster;
}

Cluster cluster_of(std::string_view text) {
  using Kind = Cluster::Kind;
  struct Start {
    std::string_view text;
    Kind kind;
  };
  constexpr std::array<Start, 10> starts = {{{"PassthroughCluster", Kind::passthrough},
                                             {"InboundPassthroughCluster", Kind::inbound_passthrough},
                                             {"BlackHoleCluster", Kind::black_hole},
                                             {"outbound|", Kind::outbound},
                                             {"inbound|", Kind::inbound},
                                             {"inbound-vip|", Kind::waypoint},
                                             {"connect_originate", Kind::plumbing},
                                             {"inner_connect_originate", Kind::plumbing},
                                             {"main_internal", Kind::plumbing},
                                             {"encap", Kind::plumbing}}};
  if (text.empty()) return {};
  const auto* start = std::ranges::find_if(starts, [&](const Start& s) { return text.starts_with(s.text); });
  if (start != starts.end()) return istio_cluster(start->kind, text);
  const auto parts = split(text, '/');
  if (parts.size() >= 3 && parts[0].ends_with("route") && !parts[2].empty())
    return {.kind = Kind::route, .port = 0, .host = text, .ns = parts[1], .route = parts[2]};
  return {.kind = Kind::other, .port = 0, .host = text, .ns = {}, .route = {}};
}

// "outbound_.9080_._.details.default.svc.cluster.local" (mutual TLS between proxies); other names are what a client
// asked for.
std::string_view host_of_server_name(std::string_view server_name) {
  if (!server_name.starts_with("outbound_.")) return {};
  const std::size_t at = server_name.find("_.", server_name.find("_.", 10) + 1);
  return at == std::string_view::npos ? std::string_view{} : server_name.substr(at + 2);
}

std::string_view first_of_list(std::string_view list) { return trim(list.substr(0, list.find(','))); }

bool has_flag(std::string_view flags, std::string_view wanted) {
  for (std::size_t from = 0; from <= flags.size();) {
    const std::size_t to = std::min(flags.find_first_of(",+", from), flags.size());
    if (flags.substr(from, to - from) == wanted) return true;
    from = to + 1;
  }
  return false;
}

std::uint64_t number_of(std::string_view text) {
  return static_cast<std::uint64_t>(std::max(0LL, to_integer(text).value_or(0)));
}

// A caller's own word for the service: "reviews", "reviews.default", not an address or a public name.
bool is_service_word(std::string_view host) {
  return !host.empty() && (host.find('.') == std::string_view::npos || host.find(".svc") != std::string_view::npos) &&
         endpoint_of(host).address.empty();
}

// Fills service and namespace from reviews.default.svc.cluster.local.
void name_by_host(Party& party, std::string_view host) {
  party.host = host;
  const std::size_t svc = host.find(".svc");
  const std::size_t dot = host.find('.');
  if (svc == std::string_view::npos || dot == std::string_view::npos || dot >= svc) return;
  if (svc + 4 != host.size() && host[svc + 4] != '.') return;
  party.service = host.substr(0, dot);
  party.ns = host.substr(dot + 1, svc - dot - 1);
}

// A line, its cluster, and what follows from them.
struct Reading {
  const AccessLine& line;
  Cluster cluster;
  Endpoint upstream, upstream_local, local, remote;
  Recorder recorder = Recorder::unknown;
  bool from_outside = false;  // a proxy in front saw the caller
  bool connection = false;    // a TCP line
};

bool is_unrouted(const Reading& r) {
  using Kind = Cluster::Kind;
  return r.cluster.kind == Kind::black_hole || has_flag(r.line.flags, "NR") || has_flag(r.line.flags, "DPE") ||
         (r.cluster.kind == Kind::none && r.upstream.address.empty());
}

// Envoy's own format names no cluster, and a proxy that answers by itself has none: whoever hears from outside and has
// no application beside it stands at the edge.
Recorder recorder_without_cluster(const Reading& r) {
  const bool beside_its_application = r.upstream.address.starts_with("127.") || r.upstream.address == "::1";
  return r.line.forwarded_for.empty() || beside_its_application ? Recorder::unknown : Recorder::gateway;
}

// Applications hand x-forwarded-for on, so that it makes no gateway of a sidecar whose format leaves its own address
// out. A client that came with TLS, or whose address only that header knows, came to a gateway.
Recorder recorder_by_arrival(const Reading& r) {
  const bool by_tls = !r.line.server_name.empty() && !r.line.server_name.starts_with("outbound_");
  const bool port_lost = !r.remote.address.empty() && r.remote.port == 0;
  return by_tls || port_lost ? Recorder::gateway : Recorder::client_side;
}

Recorder recorder_of(const Reading& r) {
  using Kind = Cluster::Kind;
  switch (r.cluster.kind) {
    case Kind::none:
      return recorder_without_cluster(r);
    case Kind::inbound:
    case Kind::inbound_passthrough:
      return Recorder::server_side;
    case Kind::waypoint:
      return Recorder::waypoint;
    case Kind::passthrough:
      return Recorder::client_side;
    case Kind::route:
      return Recorder::gateway;
    case Kind::outbound:
    case Kind::other:
      break;
    default:
      return Recorder::unknown;
  }
  if (!r.local.address.empty() && r.upstream_local.address == r.local.address) return Recorder::gateway;
  if (r.cluster.kind == Kind::outbound && !r.line.says_upstream_local) return recorder_by_arrival(r);
  if (r.upstream_local.address.empty() && !r.line.forwarded_for.empty()) return Recorder::gateway;
  return r.cluster.kind == Kind::outbound ? Recorder::client_side : Recorder::unknown;
}

Reading reading_of(const AccessLine& line) {
  Reading r{.line = line,
            .cluster = cluster_of(line.upstream_cluster),
            .upstream = endpoint_of(line.upstream_host),
            .upstream_local = endpoint_of(line.upstream_local),
            .local = endpoint_of(line.downstream_local),
            .remote = endpoint_of(line.downstream_remote)};
  r.recorder = recorder_of(r);
  const bool port_lost = !r.remote.address.empty() && r.remote.port == 0;  // taken from x-forwarded-for by the proxy
  r.from_outside = (!line.forwarded_for.empty() || port_lost) && r.recorder != Recorder::client_side &&
                   r.recorder != Recorder::waypoint;
  r.connection =
      line.method.empty() && line.path.empty() && !line.protocol.starts_with("HTTP") && !has_flag(line.flags, "DPE");
  return r;
}

Party source_of(const Reading& r) {
  Party source;
  if (r.recorder == Recorder::client_side || r.recorder == Recorder::gateway) {
    source.pod = r.line.pod;
    source.address = r.recorder == Recorder::gateway ? r.local.address : r.upstream_local.address;
    if (source.address.empty()) source.address = r.remote.address;
    if (r.recorder == Recorder::gateway && r.local.address.empty() && source.pod.empty()) source.address = {};
    return source;
  }
  source.address = r.remote.address;
  if (!r.from_outside) return source;
  source.reserved = "outside";
  if (!r.line.forwarded_for.empty()) source.address = endpoint_of(first_of_list(r.line.forwarded_for)).address;
  return source;
}

std::string_view inbound_host(const Reading& r) {
  const std::string_view by_mesh = host_of_server_name(r.line.server_name);
  return by_mesh.empty() ? r.cluster.host : by_mesh;
}

Party destination_of(const Reading& r) {
  Party to;
  const std::string_view authority = authority_of(r.line.authority).host;
  to.address = r.upstream.address;
  if (r.recorder == Recorder::server_side) {
    to.address = r.local.address;
    to.pod = r.line.pod;
    name_by_host(to, inbound_host(r));
    if (to.host.empty() && is_service_word(authority)) name_by_host(to, authority);
  } else if (r.cluster.kind == Cluster::Kind::route) {
    // The route is all that is named: backend services are in its manifest.
    to.ns = r.cluster.ns, to.workload = r.cluster.route, to.host = r.cluster.host;
  } else if (r.cluster.kind == Cluster::Kind::outbound || r.cluster.kind == Cluster::Kind::waypoint) {
    name_by_host(to, r.cluster.host);
  } else if (endpoint_of(authority).address.empty()) {
    name_by_host(to, authority);
  }
  return to;
}

std::uint16_t port_of(const Reading& r) {
  if (r.cluster.port != 0) return r.cluster.port;
  return r.recorder == Recorder::server_side ? r.local.port : r.upstream.port;
}

OperationId operation_of(const Reading& r, RecordSink& sink) {
  if (r.connection) return 0;
  thread_local std::string path;
  Operation operation;
  operation.agent = agent_family(r.line.agent);
  operation.host = authority_of(r.line.authority).host;
  operation.route = path_template(r.line.path, path);
  operation.method = r.line.method;
  operation.protocol = "http";
  if (operation.agent.starts_with("grpc")) {
    operation.protocol = "grpc", operation.method = {};
    if (operation.route.starts_with('/')) operation.route.remove_prefix(1);
  }
  return sink.operation(operation);
}

std::uint64_t hash_of(std::initializer_list<std::string_view> parts) {
  thread_local std::string text;
  text = "line";
  for (const std::string_view part : parts) text.append("\x01").append(part);
  return quick_hash(text) | 1U;
}

// Request id and path; without a request id the connection between the two proxies, which both of them log.
std::uint64_t key_of(const Reading& r) {
  if (!r.line.request_id.empty()) return hash_of({r.line.request_id, r.line.path});
  const bool server = r.recorder == Recorder::server_side;
  const std::string_view from = server ? r.line.downstream_remote : r.line.upstream_local;
  const std::string_view to = server ? r.line.downstream_local : r.line.upstream_host;
  if (from.empty() || to.empty()) return 0;
  return hash_of({from, to, r.line.path});
}

bool is_error(const Reading& r) {
  const std::uint64_t code = number_of(r.line.code);
  if (!r.connection) return code >= 500 || code == 0;
  for (const std::string_view flag : {"UF", "UH", "UO", "UC", "UT", "URX", "NC", "UPE"})
    if (has_flag(r.line.flags, flag)) return true;
  return false;
}

}  // namespace

void observe_line(const AccessLine& line, RecordSink& sink) {
  const Reading r = reading_of(line);
  if (r.cluster.kind == Cluster::Kind::plumbing) {  // a hop inside a waypoint or to a node's tunnel
    ++sink.store().records;
    return;
  }
  Observation o;
  o.unit = r.connection ? Unit::connections : Unit::requests;
  o.recorder = r.recorder;
  o.reply = Reply::no;
  o.denied = line.details.starts_with("rbac_access_denied");
  o.unrouted = is_unrouted(r);
  o.error = is_error(r);
  const bool sidecar = r.recorder == Recorder::client_side && line.says_upstream_local;
  o.mesh = sidecar || r.recorder == Recorder::waypoint || line.server_name.starts_with("outbound_.");
  o.protocol = tcp;
  o.source_port = r.remote.port, o.destination_port = port_of(r);
  o.source = sink.party(source_of(r)), o.destination = sink.party(destination_of(r));
  o.key = key_of(r);
  o.operation = operation_of(r, sink);
  o.time_ns = timestamp_ns(line.time);
  o.duration_ns = number_of(line.duration) * 1'000'000;
  o.bytes = number_of(line.bytes_received) + number_of(line.bytes_sent);
  sink.observation(o);
}

}  // namespace nsew
