#include "graph/gateways.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

constexpr std::string_view load_generator = "load generator";
constexpr std::string_view well_known = "well-known name ";

void claim(Node& node, Claim what, const std::string& why) { node.claims.try_emplace(what, why); }

Claim claim_of(NodeKind kind, std::string_view why) {
  switch (kind) {
    case NodeKind::gateway:
      return why.starts_with(well_known) ? Claim::gateway_name : Claim::declared_gateway;
    case NodeKind::outside:
      return Claim::client;
    case NodeKind::datastore:
      return Claim::known_store;
    case NodeKind::broker:
      return Claim::known_broker;
    case NodeKind::platform:
      return Claim::platform;
    default:
      return Claim::inside;
  }
}

NodeKind kind_of(Claim claim) {
  switch (claim) {
    case Claim::told_gateway:
    case Claim::declared_gateway:
    case Claim::gateway_name:
      return NodeKind::gateway;
    case Claim::told_outside:
    case Claim::client:
      return NodeKind::outside;
    case Claim::plumbing:
    case Claim::platform:
      return NodeKind::platform;
    case Claim::known_store:
    case Claim::called_as_store:
      return NodeKind::datastore;
    case Claim::known_broker:
    case Claim::called_as_broker:
      return NodeKind::broker;
    default:
      return NodeKind::service;
  }
}

bool mesh_plumbing(std::string_view name) {
  return name == "istio-egressgateway" || name == "egressgateway" || name == "waypoint";
}

void claim_by_name(Node& node, const PlatformKnowledge& known) {
  const std::string name = lower(node.name);
  if (mesh_plumbing(name)) claim(node, Claim::plumbing, "mesh plumbing: waypoint or egress gateway");
  if (known.gateway_names.contains(name)) claim(node, Claim::gateway_name, fmt::format("{}{}", well_known, name));
  if (known.namespaces.contains(node.ns)) claim(node, Claim::platform, fmt::format("namespace {}", node.ns));
  if (known.store_names.contains(name)) claim(node, Claim::known_store, fmt::format("datastore by name: {}", name));
  if (known.broker_names.contains(name)) claim(node, Claim::known_broker, fmt::format("broker by name: {}", name));
  if (known.synthetic_names.contains(name))
    claim(node, Claim::client, fmt::format("{} by name: {}", load_generator, name));
}

bool selected(const Labels& selector, const Labels& labels) {
  return !selector.empty() && std::ranges::all_of(selector, [&](const auto& pair) {
    const auto at = labels.find(pair.first);
    return at != labels.end() && at->second == pair.second;
  });
}

void add_owned(DeclaredGateways& all, const GatewayObject& gateway) {
  const Object& object = gateway.object;
  const bool waypoint = gateway.class_name == "istio-waypoint";
  auto& list = waypoint ? all.plumbing : all.gateways;
  const std::string why = fmt::format("{} {}", waypoint ? "waypoint of Gateway" : "pods of Gateway", object.name);
  list.emplace(node_id(object.ns, object.name), why);
  if (!gateway.class_name.empty())
    list.emplace(node_id(object.ns, fmt::format("{}-{}", object.name, gateway.class_name)), why);
}

void add_selected(DeclaredGateways& all, const GatewayObject& gateway, const Inventory& inventory) {
  for (const Workload& workload : inventory.workloads) {
    if (!selected(gateway.selector, workload.pod_labels)) continue;
    const bool egress = mesh_plumbing(workload.object.name);
    (egress ? all.plumbing : all.gateways)
        .emplace(node_id(workload.object.ns, workload.object.name),
                 fmt::format("pods that Gateway {} selects", gateway.object.name));
  }
}

// The kinds as they stand; a gateway by name counts as a gateway unless it is in `demoted`.
void settle_all(NodeTable& nodes, const std::set<std::uint32_t>& demoted) {
  for (std::uint32_t i = 0; i < nodes.size(); ++i) settle_kind(nodes[i], demoted.contains(i));
}

}  // namespace

void claim_kind(Node& node, const Declared* declared, const PlatformKnowledge& known, const GraphOptions& options) {
  if (options.gateways.contains(node.id) || options.gateways.contains(node.name))
    claim(node, Claim::told_gateway,
          fmt::format("--gateway {}", options.gateways.contains(node.id) ? node.id : node.name));
  if (std::ranges::find(options.outside, node.id) != options.outside.end())
    claim(node, Claim::told_outside, fmt::format("--outside {}", node.id));
  if (declared != nullptr && declared->kind != NodeKind::service)
    claim(node, claim_of(declared->kind, declared->kind_why), declared->kind_why);
  claim_by_name(node, known);
}

void claim_client(Node& node, std::string_view language, const PlatformKnowledge& known) {
  for (const std::string& word : known.client_sdk) {
    if (word == language) claim(node, Claim::client, fmt::format("client by its SDK: {}", word));
    if (word == node.name) claim(node, Claim::client, fmt::format("client by name: {}", word));
  }
}

void claim_own_log(Node& node) {
  if (node.claims.contains(Claim::plumbing) || node.claims.contains(Claim::told_outside)) return;
  claim(node, Claim::declared_gateway, "its own access log serves calls from outside");
}

DeclaredGateways declared_gateways(const Inventory& inventory) {
  DeclaredGateways all;
  for (const GatewayObject& gateway : inventory.gateways) {
    if (gateway.selector.empty()) add_owned(all, gateway);
    add_selected(all, gateway, inventory);
  }
  return all;
}

void settle_kind(Node& node, bool demoted) {
  if (node.id == outside_id || node.id == unknown_id) {
    node.kind = node.id == outside_id ? NodeKind::outside : NodeKind::unknown;
    return;
  }
  for (const auto& [claim, why] : node.claims) {
    if (claim == Claim::gateway_name && demoted) continue;
    node.kind = kind_of(claim);
    node.why = why;
    return;
  }
}  // a node that another program wrote, without claims, stays what it said

bool synthetic(const Node& node) {
  const auto at = node.claims.find(Claim::client);
  return node.kind == NodeKind::outside && at != node.claims.end() && at->second.starts_with(load_generator);
}

bool gateway_by_name(const Node& node) {
  return node.kind == NodeKind::gateway && !node.claims.empty() && node.claims.begin()->first == Claim::gateway_name;
}

std::vector<std::set<std::string>> sets_of(const std::vector<std::string>& ids) {
  std::vector<std::set<std::string>> sets;
  if (ids.size() > 3) return sets;
  for (unsigned chosen = 1; chosen < 1U << ids.size(); ++chosen) {
    std::set<std::string>& one = sets.emplace_back();
    for (std::size_t i = 0; i < ids.size(); ++i)
      if ((chosen >> i & 1U) != 0) one.insert(ids[i]);
  }
  std::ranges::sort(sets);
  return sets;
}

void settle_kinds(NodeTable& nodes, std::span<const Caller> calls, const std::set<std::string>& without) {
  std::set<std::uint32_t> demoted;
  for (const std::string& id : without)
    if (const std::uint32_t* number = nodes.find(id)) demoted.insert(*number);
  settle_all(nodes, demoted);
  for (bool changed = true; changed;) {
    changed = false;
    for (const Caller& call : calls) {
      if (!call.counts || call.from == call.to || nodes[call.from].kind != NodeKind::service) continue;
      if (gateway_by_name(nodes[call.to])) changed |= demoted.insert(call.to).second;
    }
    if (changed) settle_all(nodes, demoted);
  }
}

}  // namespace nsew
