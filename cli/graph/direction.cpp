#include "graph/direction.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graph/gateways.hpp"

namespace nsew {
namespace {

using Reason = std::optional<std::string>;

bool is(const Node& node, NodeKind kind) { return node.kind == kind; }
bool of_the_system(const Node& node) {
  return is(node, NodeKind::service) || is(node, NodeKind::datastore) || is(node, NodeKind::broker);
}
bool claims_to_be(const Node& node, Claim claim) { return node.claims.contains(claim); }
bool node_of_the_cluster(const Node& node) { return node.id == "reserved:host" || node.id == "reserved:remote-node"; }
bool http_like(const CallFacts& call) { return call.protocol == "http" || call.protocol == "grpc"; }

Reason client_behind_node(const CallFacts& call) {
  if (!node_of_the_cluster(*call.from) || !call.exposed || is(*call.to, NodeKind::platform)) return std::nullopt;
  return "from a node to a port of a NodePort or LoadBalancer Service that no probe uses";
}

Reason probe(const CallFacts& call) {
  if (call.agent.empty() || !call.known->probe_agents.contains(lower(call.agent))) return std::nullopt;
  return fmt::format("probe or scrape by {}", call.agent);
}

Reason dns(const CallFacts& call) {
  if (call.port != 53 && call.protocol != "dns") return std::nullopt;
  return "DNS";
}

Reason telemetry(const CallFacts& call) {
  if (call.route.empty()) return std::nullopt;
  for (const std::string& prefix : call.known->telemetry_routes) {
    if (!call.route.starts_with(prefix)) continue;
    const bool whole = call.route.size() == prefix.size() || prefix.ends_with('/') || call.route[prefix.size()] == '/';
    if (whole) return fmt::format("telemetry, health or reflection: {}", prefix);
  }
  return std::nullopt;
}

Reason platform_end(const CallFacts& call) {
  for (const Node* end : {call.to, call.from})
    if (is(*end, NodeKind::platform)) return end->why;
  return std::nullopt;
}

Reason message(const CallFacts& call) {
  if (call.message) return "message through a broker";
  if (!call.messaging_system.empty()) return fmt::format("messaging.system {}", call.messaging_system);
  return std::nullopt;
}

Reason known_broker(const CallFacts& call) {
  for (const Node* end : {call.to, call.from})
    if (is(*end, NodeKind::broker) && claims_to_be(*end, Claim::known_broker)) return end->why;
  if (call.known->broker_ports.contains(call.port) && !http_like(call)) return fmt::format("broker port {}", call.port);
  return std::nullopt;
}

Reason database(const CallFacts& call) {
  if (call.db_system.empty()) return std::nullopt;
  return fmt::format("db.system {}", call.db_system);
}

Reason known_store(const CallFacts& call) {
  if (is(*call.to, NodeKind::datastore) && claims_to_be(*call.to, Claim::known_store)) return call.to->why;
  if (call.known->store_ports.contains(call.port) && !http_like(call))
    return fmt::format("datastore port {}", call.port);
  return std::nullopt;
}

Reason hairpin(const CallFacts& call) {
  if (!call.own_host || !of_the_system(*call.from) || is(*call.to, NodeKind::outside)) return std::nullopt;
  return "over a public host of its own system";
}

Reason named_client(const CallFacts& call) {
  if (!is(*call.from, NodeKind::outside) || call.from->id == outside_id) return std::nullopt;
  return call.from->why;
}

Reason first_span(const CallFacts& call) {
  if (!is(*call.from, NodeKind::outside) || !call.root) return std::nullopt;
  return "a trace begins with it";
}

Reason from_outside(const CallFacts& call) {
  if (!is(*call.from, NodeKind::outside)) return std::nullopt;
  if (call.orphan) return "the caller of a gateway is outside";
  return call.unresolved_from.empty() ? "caller is outside" : std::string(call.unresolved_from);
}

Reason from_gateway(const CallFacts& call) {
  if (!is(*call.from, NodeKind::gateway)) return std::nullopt;
  return "caller is a gateway";
}

Reason to_outside(const CallFacts& call) {
  if (!is(*call.to, NodeKind::outside)) return std::nullopt;
  return call.unresolved_to.empty() ? "callee is outside" : std::string(call.unresolved_to);
}

Reason carried_by_mesh(const CallFacts& call) {
  if (!call.mesh || !is(*call.from, NodeKind::unknown) || is(*call.to, NodeKind::unknown)) return std::nullopt;
  return "the connection's SNI or certificate names the mesh";
}

Reason both_inside(const CallFacts& call) {
  const bool inside = of_the_system(*call.from) && (of_the_system(*call.to) || is(*call.to, NodeKind::gateway));
  return inside ? Reason("both ends are services of the system") : std::nullopt;
}

Reason lost_caller(const CallFacts& call) {
  if (!call.orphan) return std::nullopt;
  return "the caller's span is in no data";
}

Reason unresolved(const CallFacts& call) {
  for (const std::string_view why : {call.unresolved_to, call.unresolved_from})
    if (!why.empty()) return std::string(why);
  return "an end cannot be named";
}

constexpr std::array<DirectionRow, 19> rows{{
    {"client behind a node (SNAT)", CallClass::north_south, client_behind_node},
    {"probe or scrape", CallClass::platform, probe},
    {"DNS", CallClass::platform, dns},
    {"telemetry, health, reflection", CallClass::platform, telemetry},
    {"an end is platform", CallClass::platform, platform_end},
    {"message", CallClass::async, message},
    {"known broker", CallClass::async, known_broker},
    {"database call", CallClass::datastore, database},
    {"known store", CallClass::datastore, known_store},
    {"own public host", CallClass::east_west, hairpin},
    {"named client outside", CallClass::north_south, named_client},
    {"root of a trace", CallClass::north_south, first_span},
    {"caller outside", CallClass::north_south, from_outside},
    {"caller is a gateway", CallClass::north_south, from_gateway},
    {"callee outside", CallClass::egress, to_outside},
    {"carried by the mesh", CallClass::east_west, carried_by_mesh},
    {"both inside", CallClass::east_west, both_inside},
    {"lost caller", CallClass::unknown, lost_caller},
    {"unresolved end", CallClass::unknown, unresolved},
}};

bool outside_the_system(const CallFacts& call) {
  return is(*call.from, NodeKind::outside) && is(*call.to, NodeKind::outside);
}

}  // namespace

std::span<const DirectionRow> direction_table() { return rows; }

Decision decide(const CallFacts& call) {
  Decision decision;
  if (outside_the_system(call)) {
    decision.call = false;
    decision.reason = "both ends are outside";
    return decision;
  }
  for (const DirectionRow& row : rows) {
    auto reason = row.applies(call);
    if (!reason) continue;
    decision.cls = row.cls;
    decision.reason = std::move(*reason);
    decision.from_outside = row.applies == client_behind_node;
    if (decision.from_outside) decision.flags.insert(EdgeFlag::snat);
    if (row.applies == hairpin) decision.flags.insert(EdgeFlag::hairpin);
    break;
  }
  const bool generated = synthetic(*call.from) || call.known->synthetic_agents.contains(lower(call.agent));
  if (decision.cls == CallClass::north_south && generated) decision.flags.insert(EdgeFlag::synthetic);
  return decision;
}

bool enters_gateway(const CallFacts& call) {
  const bool from_without = is(*call.from, NodeKind::outside) || is(*call.from, NodeKind::gateway);
  return from_without && is(*call.to, NodeKind::gateway) && !platform_call(call) && !call.message;
}

bool platform_call(const CallFacts& call) {
  return probe(call).has_value() || dns(call).has_value() || telemetry(call).has_value();
}

}  // namespace nsew
