#include "graph/identity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graph/gateways.hpp"

namespace nsew {
namespace {

// Top-level names that public DNS never holds (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and what networks use in
// practice).
constexpr std::string_view never_public[] = {".local",    ".internal", ".localhost", ".lan",    ".home",
                                             ".corp",     ".svc",      ".home.arpa", ".test",   ".invalid",
                                             ".intranet", ".private",  ".consul",    ".docker", ".cluster"};

bool applies_to(const IdentityRule& rule, Subject subject) {
  switch (subject) {
    case Subject::emitter:
      return rule.emitter;
    case Subject::end:
      return rule.end;
    case Subject::callee:
      break;
  }
  return rule.callee;
}

std::string_view without_cluster_prefix(std::string_view host) {
  const auto bar = host.rfind('|');
  return bar == std::string_view::npos ? host : host.substr(bar + 1);
}

// An address that is an IP goes one way, a host name the other.
void set_host(Clues& clues, std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  (parse_address(text) ? clues.address : clues.host) = text;
}

Clues clues_of(const Resource& resource) {
  return {.subject = Subject::emitter,
          .ns = resource.kubernetes_ns.empty() ? resource.service_namespace : resource.kubernetes_ns,
          .workload = resource.workload,
          .pod = resource.pod,
          .service = resource.service};
}

Clues clues_of(const Party& party) {
  Clues clues{.subject = Subject::end,
              .ns = party.ns,
              .workload = party.workload,
              .pod = party.pod,
              .service = party.service,
              .app = party.app,
              .reserved = party.reserved,
              .host = party.host,
              .address = party.address};
  return clues;
}

}  // namespace

std::string node_id(std::string_view ns, std::string_view name) {
  return ns.empty() ? std::string(name) : fmt::format("{}/{}", ns, name);
}

bool public_host(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || dot + 2 >= host.size()) return false;
  const std::string small = lower(host);
  if (small.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") != std::string::npos) return false;
  if (small.find_first_not_of("0123456789.") == std::string::npos) return false;
  return std::none_of(std::begin(never_public), std::end(never_public),
                      [&](std::string_view suffix) { return small.ends_with(suffix); });
}

std::optional<ClusterName> cluster_name(std::string_view host, const Directory& directory, std::string_view caller_ns) {
  host = without_cluster_prefix(host);
  const auto first = host.find('.');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const auto second = host.find('.', first + 1);
  const std::string_view ns = host.substr(first + 1, second - first - 1), service = host.substr(0, first);
  if (ns.empty()) return std::nullopt;
  if (second == std::string_view::npos) {
    const bool known = ns == caller_ns || directory.knows_namespace(ns);
    return known ? std::optional(ClusterName{ns, service}) : std::nullopt;
  }
  const std::string_view rest = host.substr(second + 1);
  if (rest != "svc" && !rest.starts_with("svc.")) return std::nullopt;
  return ClusterName{ns, service};
}

NodeTable::NodeTable() {
  at("", outside_id);
  at("", unknown_id);
}

std::uint32_t NodeTable::at(std::string_view ns, std::string_view name) {
  std::string id = node_id(ns, name);
  const auto [place, fresh] = ids_.try_emplace(std::move(id), size());
  if (fresh) {
    Node node;
    node.id = place->first;
    node.ns = ns;
    node.name = name;
    nodes_.push_back(std::move(node));
  }
  return place->second;
}

const std::uint32_t* NodeTable::find(std::string_view id) const {
  const auto at = ids_.find(id);
  return at == ids_.end() ? nullptr : &at->second;
}

void NodeTable::absorb(std::uint32_t into, std::uint32_t other) {
  Node &to = nodes_[into], &from = nodes_[other];
  to.traced = to.traced || from.traced;
  to.languages.merge(from.languages);
  to.clusters.merge(from.clusters);
  to.names.merge(from.names);
  for (auto& [claim, why] : from.claims) {
    const auto [at, fresh] = to.claims.try_emplace(claim, why);
    if (!fresh) at->second = std::min(at->second, why);
  }
  from.traced = false;
  from.claims.clear();
}

Identity::Identity(const Inventory& inventory, const PlatformKnowledge& known, const GraphOptions& options)
    : known_(known),
      options_(options),
      directory_(inventory, known, options),
      gateways_(declared_gateways(inventory)) {}

std::uint32_t Identity::node_of(const Who& who) {
  if (who.place != Who::Place::node || who.name.empty() || who.name == unknown_id) return NodeTable::unknown;
  if (who.ns.empty() && who.claim != Claim::called_as_broker)
    if (const auto join = joined.find(who.name); join != joined.end()) return *nodes.find(join->second);
  const std::uint32_t before = nodes.size();
  const std::uint32_t number = nodes.at(who.ns, who.name);
  Node& node = nodes[number];
  if (number >= before) claim_kind(node, nullptr, known_, options_);
  if (who.declared != nullptr && declared_.emplace(number, who.declared).second) {
    claim_kind(node, who.declared, known_, options_);
    node.workload = who.declared->workload;
  }
  for (const auto& [list, claim] :
       {std::pair(&gateways_.gateways, Claim::declared_gateway), std::pair(&gateways_.plumbing, Claim::plumbing)})
    if (const auto at = list->find(node.id); at != list->end()) node.claims.emplace(claim, at->second);
  // The least text, so that neither order nor split of the input shows.
  const auto [claim, fresh] = node.claims.try_emplace(who.claim, who.why);
  if (!fresh && who.why < claim->second) claim->second = who.why;
  return number;
}

Resolved Identity::settle(const Clues& clues) {
  for (const IdentityRule& rule : identity_rules()) {
    if (!applies_to(rule, clues.subject)) continue;
    const auto who = rule.applies(clues, *this);
    if (!who) continue;
    if (who->place == Who::Place::outside) return {NodeTable::outside, who->why, false};
    if (who->place == Who::Place::itself) return {NodeTable::unknown, who->why, true};
    return {node_of(*who), who->place == Who::Place::unknown ? who->why : std::string(), false};
  }
  return {};
}

void Identity::describe(Node& node, const Resource& resource) const {
  if (node.id == unknown_id) return;
  node.traced = true;
  if (!resource.language.empty()) node.languages.emplace(resource.language);
  if (!resource.cluster.empty()) node.clusters.emplace(resource.cluster);
  if (!resource.service.empty() && resource.service != node.name) node.names.emplace(resource.service);
  claim_client(node, resource.language, known_);
}

std::vector<std::uint32_t> Identity::emitters(const Names& names) {
  for (const std::string& text : names.resources) {
    const Resource resource = unpacked_resource(text);
    if (!resource.service.empty()) traced_names_.emplace(resource.service);
    if (!resource.kubernetes_ns.empty()) directory_.learn_namespace(resource.kubernetes_ns);
  }
  std::vector<std::uint32_t> numbers;
  for (const std::string& text : names.resources) {
    const Resource resource = unpacked_resource(text);
    const std::uint32_t number = settle(clues_of(resource)).node;
    describe(nodes[number], resource);
    if (!resource.kubernetes_ns.empty() || declared_.contains(number)) kubernetes_.insert(number);
    numbers.push_back(number);
  }
  return join_bare(std::move(numbers));
}

// A name without namespace is the only service of that name that has one.
std::vector<std::uint32_t> Identity::join_bare(std::vector<std::uint32_t> numbers) {
  std::map<std::string_view, std::set<std::uint32_t>> by_name;
  for (const std::uint32_t number : numbers)
    if (!nodes[number].ns.empty()) by_name[nodes[number].name].insert(number);
  for (std::uint32_t& number : numbers) {
    const Node& bare = nodes[number];
    const auto same = by_name.find(bare.name);
    if (!bare.ns.empty() || number == NodeTable::unknown || same == by_name.end() || same->second.size() != 1) continue;
    joined.emplace(bare.name, nodes[*same->second.begin()].id);
    nodes.absorb(*same->second.begin(), number);
    number = *same->second.begin();
  }
  return numbers;
}

Resolved Identity::end(const Party& party) {
  Resolved resolved = settle(clues_of(party));
  Node& node = nodes[resolved.node];
  if (resolved.node > NodeTable::unknown && !party.cluster.empty()) node.clusters.emplace(party.cluster);
  return resolved;
}

Resolved Identity::callee(const Peer& peer, std::string_view route, std::uint32_t caller, bool message) {
  Clues clues{.subject = Subject::callee, .service = peer.service, .db_system = peer.db_system};
  clues.path = route;
  set_host(clues, peer.address);
  if (kubernetes_.contains(caller)) clues.caller_ns = nodes[caller].ns;
  if (message) clues.messaging_system = peer.messaging_system, clues.destination = peer.destination;
  const std::string caller_ns(clues.caller_ns);  // settling may add nodes
  clues.caller_ns = caller_ns;
  Resolved resolved = settle(clues);
  if (resolved.node > NodeTable::unknown) {
    if (!peer.db_system.empty()) nodes[resolved.node].claims.emplace(Claim::called_as_store, "called with db.system");
  }
  return resolved;
}

std::uint32_t Identity::unnamed_gateway() {
  Who who;
  who.name = "gateway";
  who.claim = Claim::declared_gateway;
  who.why = "wrote an access log of a gateway";
  if (gateways_.gateways.size() == 1) {
    const std::string& id = gateways_.gateways.begin()->first;
    const auto slash = id.find('/');
    if (slash != std::string::npos) who.ns = id.substr(0, slash);
    who.name = id.substr(slash == std::string::npos ? 0 : slash + 1);
  } else if (const Declared* only = directory_.only_gateway(); only != nullptr) {
    who.ns = only->ns, who.name = only->name, who.declared = only;
  }
  return node_of(who);
}

const Declared* Identity::declared(std::uint32_t node) const {
  const auto at = declared_.find(node);
  return at == declared_.end() ? nullptr : at->second;
}

}  // namespace nsew
