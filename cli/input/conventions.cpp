#include "input/conventions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "input/ids.hpp"

namespace nsew {
namespace {

// Ordered by key. https://opentelemetry.io/docs/specs/semconv/ with its former names, OpenTracing's semantic
// conventions, Brave's and Envoy's tags.
constexpr Convention table[] = {
    {"SampleRate", Says::sampled_one_in, 0},
    {"container.hostname", Says::hostname, 1},
    {"db.system", Says::db_system, 1},
    {"db.system.name", Says::db_system, 0},
    {"db.type", Says::db_system, 2},
    {"deployment.environment", Says::environment, 1},
    {"deployment.environment.name", Says::environment, 0},
    {"error", Says::error, 0},
    {"grpc.authority", Says::http_host, 4},
    {"grpc.status_code", Says::grpc_status, 2},
    {"host.ip", Says::address, 2},
    {"host.name", Says::hostname, 1},
    {"hostname", Says::hostname, 0},
    {"http.host", Says::http_host, 1},
    {"http.method", Says::http_method, 1},
    {"http.path", Says::http_path, 2},
    {"http.request.header.host", Says::http_host, 0},
    {"http.request.method", Says::http_method, 0},
    {"http.response.status_code", Says::http_status, 0},
    {"http.route", Says::http_route, 0},
    {"http.server_name", Says::http_host, 2},
    {"http.status_code", Says::http_status, 1},
    {"http.target", Says::http_path, 1},
    {"http.url", Says::http_url, 1},
    {"http.user_agent", Says::user_agent, 1},
    {"ip", Says::address, 1},
    {"jms.queue", Says::destination, 4},
    {"jms.topic", Says::destination, 5},
    {"k8s.cluster.name", Says::cluster, 0},
    {"k8s.cronjob.name", Says::workload, 3},
    {"k8s.daemonset.name", Says::workload, 2},
    {"k8s.deployment.name", Says::workload, 0},
    {"k8s.job.name", Says::workload, 4},
    {"k8s.namespace.name", Says::kubernetes_ns, 0},
    {"k8s.pod.ip", Says::address, 0},
    {"k8s.pod.name", Says::pod, 0},
    {"k8s.statefulset.name", Says::workload, 1},
    {"kafka.topic", Says::kafka_topic, 0},
    {"message_bus.destination", Says::destination, 3},
    {"messaging.destination", Says::destination, 1},
    {"messaging.destination.name", Says::destination, 0},
    {"messaging.kafka.topic", Says::kafka_topic, 1},
    {"messaging.rabbitmq.destination.routing_key", Says::destination, 7},
    {"messaging.source.name", Says::destination, 2},
    {"messaging.system", Says::messaging_system, 0},
    {"net.host.name", Says::server_address, 1},
    {"net.peer.ip", Says::peer_address, 2},
    {"net.peer.name", Says::peer_name, 0},
    {"net.peer.port", Says::peer_port, 0},
    {"net.sock.peer.addr", Says::peer_address, 1},
    {"net.sock.peer.name", Says::peer_name, 1},
    {"net.sock.peer.port", Says::peer_port, 3},
    {"network.peer.address", Says::peer_address, 0},
    {"network.peer.port", Says::peer_port, 2},
    {"otel.status_code", Says::status, 0},
    {"peer.address", Says::peer_address, 5},
    {"peer.hostname", Says::peer_name, 2},
    {"peer.ipv4", Says::peer_address, 3},
    {"peer.ipv6", Says::peer_address, 4},
    {"peer.port", Says::peer_port, 1},
    {"peer.service", Says::peer_service, 1},
    {"rabbit.exchange", Says::destination, 6},
    {"rpc.grpc.status_code", Says::grpc_status, 1},
    {"rpc.method", Says::rpc_method, 0},
    {"rpc.response.status_code", Says::grpc_status, 0},
    {"rpc.service", Says::rpc_service, 0},
    {"rpc.system", Says::rpc_system, 1},
    {"rpc.system.name", Says::rpc_system, 0},
    {"sampler.param", Says::sampler_param, 0},
    {"sampler.type", Says::sampler_type, 0},
    {"sampling.probability", Says::sampling_probability, 1},
    {"sampling.ratio", Says::sampling_probability, 0},
    {"server.address", Says::server_address, 0},
    {"server.port", Says::server_port, 0},
    {"service.name", Says::service, 0},
    {"service.namespace", Says::service_namespace, 0},
    {"service.peer.name", Says::peer_service, 0},
    {"span.kind", Says::kind, 0},
    {"telemetry.sdk.language", Says::language, 0},
    {"upstream_cluster", Says::upstream_cluster, 1},
    {"upstream_cluster.name", Says::upstream_cluster, 0},
    {"url.full", Says::http_url, 0},
    {"url.path", Says::http_path, 0},
    {"url.template", Says::http_route, 1},
    {"user_agent", Says::user_agent, 2},
    {"user_agent.original", Says::user_agent, 0},
};
static_assert(std::ranges::is_sorted(table, {}, &Convention::key));

std::string_view first(std::initializer_list<std::string_view> texts) {
  const auto* found = std::ranges::find_if(texts, [](std::string_view text) { return !text.empty(); });
  return found == texts.end() ? std::string_view{} : *found;
}

// A pod's host name is its name; a machine's is not. Kubernetes ends a Deployment's pods in two random words without
// vowels, and only such a name is taken.
bool is_pod_name(std::string_view host) {
  constexpr std::string_view safe = "bcdfghjklmnpqrstvwxz2456789";
  const auto parts = split(host, '-');
  if (parts.size() < 3 || parts.back().size() != 5) return false;
  const std::string_view hash = parts[parts.size() - 2];
  return hash.size() >= 8 && hash.size() <= 10 && hash.find_first_not_of(safe) == std::string_view::npos &&
         parts.back().find_first_not_of(safe) == std::string_view::npos;
}

// outbound|9080|v1|reviews.default.svc.cluster.local, as Istio names its clusters; other names are the address itself.
Authority upstream_of(std::string_view cluster) {
  if (cluster.find('|') == std::string_view::npos) return {cluster, 0};
  const auto parts = split(cluster, '|');
  const auto port = to_integer(parts[1]).value_or(0);
  return {parts.back(), port > 0 && port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0}};
}

bool is_grpc(const Attributes& a) {
  const auto system = a.text(Says::rpc_system);
  return system == "grpc" || system == "connect_rpc" || (system.empty() && a.has(Says::grpc_status));
}

std::string_view protocol_of(const Attributes& a) {
  if (is_grpc(a)) return "grpc";
  if (a.has(Says::rpc_system)) return {};
  constexpr Says http[] = {Says::http_method, Says::http_status, Says::http_route, Says::http_url, Says::http_path};
  return std::ranges::any_of(http, [&](Says field) { return a.has(field); }) ? "http" : std::string_view{};
}

std::string_view path_said(const Attributes& a) {
  const auto path = a.text(Says::http_path), url = a.text(Says::http_url);
  return path.empty() && !url.empty() ? path_of(url) : path;
}

std::string_view rpc_route(const Attributes& a, std::string_view name, std::string& buffer) {
  const auto service = a.text(Says::rpc_service), method = a.text(Says::rpc_method);
  auto route = first({method, path_said(a), name});
  if (!service.empty() && !method.empty() && method.find('/') == std::string_view::npos) {
    buffer.assign(service).append("/").append(method);
    route = buffer;
  }
  if (route.starts_with('/')) route.remove_prefix(1);
  return route;
}

// "GET /orders/{id}" as instrumentations name spans: the method and the route.
std::pair<std::string_view, std::string_view> method_and_route(std::string_view name) {
  const auto blank = name.find(' ');
  const bool both = blank != std::string_view::npos && blank > 0 && name.substr(blank + 1).starts_with('/') &&
                    std::ranges::all_of(name.substr(0, blank), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (both) return {name.substr(0, blank), name.substr(blank + 1)};
  return {{}, name};
}

std::uint16_t port_of(const Attributes& a) {
  const auto port = a.number(Says::server_port) ? a.number(Says::server_port) : a.number(Says::peer_port);
  return port && *port > 0 && *port <= 65535 ? static_cast<std::uint16_t>(*port) : std::uint16_t{0};
}

bool is_fault(double grpc_status) {  // UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS
  constexpr double faults[] = {2, 4, 12, 13, 14, 15};
  return std::ranges::find(faults, grpc_status) != std::end(faults);
}

}  // namespace

std::span<const Convention> conventions() { return table; }

const Convention* convention(std::string_view key) {
  const auto* found = std::ranges::lower_bound(table, key, {}, &Convention::key);
  return found != std::end(table) && found->key == key ? found : nullptr;
}

bool Attributes::take(const Convention& c) {
  const auto at = place(c.field);
  if (said_.test(at) && ranks_[at] <= c.rank) return false;
  said_.set(at);
  ranks_[at] = c.rank;
  return true;
}

void Attributes::add(std::string_view key, std::string_view value) {
  if (const auto* c = convention(key)) add(*c, value);
}

void Attributes::add(const Convention& c, std::string_view value) {
  if ((value.empty() && c.field != Says::error) || !take(c)) return;
  texts_[place(c.field)] = value;
  numeric_.reset(place(c.field));
}

void Attributes::add(std::string_view key, double value) {
  if (const auto* c = convention(key)) add(*c, value);
}

void Attributes::add(const Convention& c, double value) {
  if (!take(c)) return;
  texts_[place(c.field)] = {};
  numbers_[place(c.field)] = value;
  numeric_.set(place(c.field));
}

std::optional<double> Attributes::number(Says field) const {
  if (!has(field)) return std::nullopt;
  if (numeric_.test(place(field))) return numbers_[place(field)];
  return to_number(text(field));
}

Resource resource_of(const Attributes& a) {
  const auto host = a.text(Says::hostname);
  return {.service = a.text(Says::service),
          .kubernetes_ns = a.text(Says::kubernetes_ns),
          .service_namespace = a.text(Says::service_namespace),
          .workload = a.text(Says::workload),
          .pod = a.has(Says::pod) || !is_pod_name(host) ? a.text(Says::pod) : host,
          .address = a.text(Says::address),
          .environment = a.text(Says::environment),
          .language = a.text(Says::language),
          .cluster = a.text(Says::cluster)};
}

Operation operation_of(const Attributes& a, std::string_view name, std::string& buffer) {
  Operation said;
  said.protocol = protocol_of(a);
  said.host = authority_of(first({a.text(Says::http_host), a.text(Says::server_address), a.text(Says::http_url),
                                  a.text(Says::peer_name)}))
                  .host;
  said.agent = agent_family(a.text(Says::user_agent));
  if (said.protocol == "grpc" || a.has(Says::rpc_system)) {
    said.route = rpc_route(a, name, buffer);
    return said;
  }
  const auto [method, route] = method_and_route(name);
  said.method = first({a.text(Says::http_method), method});
  said.route = a.text(Says::http_route);
  if (!said.route.empty()) return said;
  const auto path = first({path_said(a), route});
  said.route = path.starts_with('/') ? path_template(path, buffer) : path;
  return said;
}

Peer peer_of(const Attributes& a, SpanKind kind) {
  if (kind == SpanKind::server || kind == SpanKind::internal) return {};
  const auto upstream = upstream_of(a.text(Says::upstream_cluster));
  const auto url = authority_of(a.text(Says::http_url));
  const auto named = authority_of(first({a.text(Says::server_address), a.text(Says::peer_name)}));
  const auto address = authority_of(a.text(Says::peer_address));
  Peer peer;
  peer.service = a.text(Says::peer_service);
  peer.address = first({upstream.host, named.host, url.host, a.text(Says::http_host), address.host});
  for (const std::uint16_t port : {port_of(a), upstream.port, named.port, url.port, address.port})
    if (peer.port == 0) peer.port = port;
  peer.db_system = a.text(Says::db_system);
  peer.messaging_system = a.has(Says::kafka_topic) && !a.has(Says::messaging_system) ? std::string_view{"kafka"}
                                                                                     : a.text(Says::messaging_system);
  peer.destination = first({a.text(Says::destination), a.text(Says::kafka_topic)});
  return peer;
}

bool error_of(const Attributes& a) {
  if (a.text(Says::status) == "ERROR") return true;
  if (a.has(Says::error) && a.text(Says::error) != "false" && a.number(Says::error).value_or(1) != 0) return true;
  return a.number(Says::http_status).value_or(0) >= 500 || is_fault(a.number(Says::grpc_status).value_or(0));
}

std::optional<double> probability_of(const Attributes& a) {
  std::optional<double> said = a.number(Says::sampling_probability);
  const auto one_in = a.number(Says::sampled_one_in);
  if (!said && one_in && *one_in >= 1) said = 1 / *one_in;
  // A rate-limiting sampler's parameter is spans per second: it says nothing of probability.
  const auto sampler = a.text(Says::sampler_type);
  if (!said && sampler == "probabilistic") said = a.number(Says::sampler_param);
  if (!said && sampler == "const") said = 1;
  return said && *said > 0 && *said <= 1 ? said : std::nullopt;
}

}  // namespace nsew
