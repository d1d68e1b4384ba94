#include "graph/merge.hpp"

#include <algorithm>
#include <utility>

#include "graph/build.hpp"
#include "graph/gateways.hpp"

namespace nsew {
namespace {

template <class Key>
void add_counts(std::map<Key, std::uint64_t>& into, const std::map<Key, std::uint64_t>& other) {
  for (const auto& [key, count] : other) into[key] += count;
}

template <class Key>
void add_tallies(std::map<Key, Tally>& into, const std::map<Key, Tally>& other) {
  for (const auto& [key, tally] : other) into[key].merge(tally);
}

template <class Value>
void unite(std::set<Value>& into, const std::set<Value>& other) {
  into.insert(other.begin(), other.end());
}

void least(std::string& ours, const std::string& theirs) {
  if (ours.empty() || (!theirs.empty() && theirs < ours)) ours = theirs;
}

void add_operations(std::map<OperationKey, OperationStats>& into,
                    const std::map<OperationKey, OperationStats>& others) {
  for (const auto& [key, stats] : others) {
    OperationStats& ours = into[key];
    ours.calls.merge(stats.calls);
    ours.errors.merge(stats.errors);
    ours.latency.merge(stats.latency);
    add_counts(ours.minutes, stats.minutes);
  }
}

void add(Edge::Seen& into, const Edge::Seen& other) {
  into.calls.merge(other.calls);
  into.errors.merge(other.errors);
  into.bytes += other.bytes;
  into.latency.merge(other.latency);
  add_tallies(into.levels, other.levels);
  add_tallies(into.reasons, other.reasons);
  add_counts(into.flags, other.flags);
  into.one_sided += other.one_sided;
  add_operations(into.operations, other.operations);
  add_operations(into.requests, other.requests);
}

void add(Edge& into, const Edge& other) {
  for (const auto& [source, seen] : other.seen) add(into.seen[source], seen);
  unite(into.ports, other.ports);
  into.declared = into.declared || other.declared;
}

void add(Node& into, const Node& other) {
  least(into.workload, other.workload);
  into.traced = into.traced || other.traced;
  unite(into.languages, other.languages);
  unite(into.clusters, other.clusters);
  unite(into.names, other.names);
  for (const auto& [claim, why] : other.claims) {
    const auto [at, fresh] = into.claims.try_emplace(claim, why);
    if (!fresh) at->second = std::min(at->second, why);
  }
}

void add(TraceGroup& into, const TraceGroup& other) {
  for (const auto& [probability, sums] : other.sums) into.sums[probability].merge(sums);
  add_tallies(into.depth, other.depth);
}

void extend(CallGraph::Window& window, const CallGraph::Window& other) {
  if (other.from_ns == 0 && other.to_ns == 0) return;
  window.from_ns = window.from_ns == 0 ? other.from_ns : std::min(window.from_ns, other.from_ns);
  window.to_ns = std::max(window.to_ns, other.to_ns);
}

void add_books(CallGraph& into, const CallGraph& other) {
  into.unmatched.server_without_parent += other.unmatched.server_without_parent;
  into.unmatched.consumer_without_producer += other.unmatched.consumer_without_producer;
  into.unmatched.all_halves += other.unmatched.all_halves;
  for (const auto& [source, window] : other.windows) extend(into.windows[source], window);
  add_counts(into.records, other.records);
  for (const auto& [source, known] : other.probabilities_known) {
    const auto [at, fresh] = into.probabilities_known.try_emplace(source, known);
    if (!fresh) at->second = at->second && known;
  }
  into.repeated += other.repeated;
  into.intra_pod += other.intra_pod;
  into.denied += other.denied;
  into.unrouted += other.unrouted;
  into.gateway_answered += other.gateway_answered;
  add_counts(into.environments, other.environments);
  add_counts(into.blind, other.blind);
  for (const auto& [bare, id] : other.joined) least(into.joined[bare], id);
  unite(into.inputs_by_format, other.inputs_by_format);
}

// -- what follows -----------------------------------------------------------------------------------------------------

void set_unpaired(CallGraph& graph) {
  graph.unmatched.client_without_server = 0;
  for (auto& [key, edge] : graph.edges) {
    const auto seen = edge.seen.find(Source::traces);
    if (seen == edge.seen.end() || key.cls == CallClass::async) continue;
    const auto callee = graph.nodes.find(key.to);
    const bool traced = callee != graph.nodes.end() && callee->second.traced && seen->second.one_sided != 0;
    seen->second.flags.erase(EdgeFlag::unpaired);
    if (!traced) continue;
    seen->second.flags[EdgeFlag::unpaired] = seen->second.one_sided;
    graph.unmatched.client_without_server += seen->second.one_sided;
  }
}

void set_not_observable(CallGraph& graph) {
  std::uint64_t all = 0;
  graph.not_observable.clear();
  const auto set = [&](const std::string& side, std::uint64_t of) {
    const auto at = graph.blind.find(side);
    if (at != graph.blind.end() && at->second >= of) graph.not_observable.insert(*at);
  };
  for (const auto& [source, records] : graph.records) {
    all += records;
    for (const CallClass cls : {CallClass::north_south, CallClass::east_west}) set(blind_of(source, cls), records);
  }
  for (const CallClass cls : {CallClass::north_south, CallClass::east_west}) set(std::string(name_of(cls)), all);
}

// -- names without namespace ------------------------------------------------------------------------------------------

using Joins = std::map<std::string, const Node*>;  // id without namespace -> the node that it is
using Nodes = std::map<std::string, Node>;

bool may_join(const Node& node) {
  return node.ns.empty() && node.id != outside_id && node.id != unknown_id &&
         (node.claims.contains(Claim::inside) || node.claims.contains(Claim::named) ||
          node.claims.contains(Claim::called_as_store));
}

Joins joins_of(const Nodes& nodes) {
  std::map<std::string, std::vector<const Node*>> by_name;
  for (const auto& [id, node] : nodes)
    if (!node.ns.empty()) by_name[node.name].push_back(&node);
  Joins joins;
  for (const auto& [id, node] : nodes) {
    const auto same = by_name.find(node.name);
    if (may_join(node) && same != by_name.end() && same->second.size() == 1) joins[id] = same->second.front();
  }
  return joins;
}

std::string joined_id(const std::string& id, const Joins& joins) {
  const auto at = joins.find(id);
  return at == joins.end() ? id : at->second->id;
}

void rename_edges(CallGraph& graph, const Joins& joins) {
  for (auto at = graph.edges.begin(); at != graph.edges.end();) {
    const EdgeKey key{joined_id(at->first.from, joins), joined_id(at->first.to, joins), at->first.cls};
    if (key == at->first) {
      ++at;
      continue;
    }
    const Edge edge = std::move(at->second);
    at = graph.edges.erase(at);
    if (key.from != key.to) {
      add(graph.edges[key], edge);
    } else {
      for (const auto& [source, seen] : edge.seen) graph.intra_pod += seen.calls.observed();
    }
  }
}

void rename_node(CallGraph& graph, const std::string& bare, const Node& is) {
  const auto node = graph.nodes.extract(bare);
  if (node.empty()) return;
  const auto [at, fresh] = graph.nodes.try_emplace(is.id, node.mapped());
  if (fresh) {
    at->second.id = is.id, at->second.ns = is.ns, at->second.name = is.name;
  } else {
    add(at->second, node.mapped());
  }
  graph.joined[bare] = is.id;
  if (const auto group = graph.traces.extract(bare); !group.empty()) add(graph.traces[is.id], group.mapped());
}

void rename(CallGraph& graph, const Joins& joins) {
  rename_edges(graph, joins);
  for (const auto& [bare, node] : joins) rename_node(graph, bare, *node);
  std::set<std::string> without;
  for (const std::string& id : graph.without) without.insert(joined_id(id, joins));
  graph.without = std::move(without);
  for (CallGraph& alternative : graph.alternatives) rename(alternative, joins);
}

// -- gateways by name -------------------------------------------------------------------------------------------------

bool demoted(const Node& node) {
  return !node.claims.empty() && node.claims.begin()->first == Claim::gateway_name && node.kind != NodeKind::gateway;
}

// `graph` as it counted with these ids taken for services, if it has an alternative for it.
const CallGraph& counted_without(const CallGraph& graph, const std::set<std::string>& services) {
  std::set<std::string> here;
  for (const std::string& id : services)
    if (const auto node = graph.nodes.find(id); node != graph.nodes.end() && gateway_by_name(node->second))
      here.insert(id);
  for (const CallGraph& alternative : graph.alternatives)
    if (alternative.without == here) return alternative;
  return graph;
}

// Where there is no alternative: the edges change their class, levels and sums over traces stay.
void demote(CallGraph& graph, const std::string& id) {
  const auto node = graph.nodes.find(id);
  if (node == graph.nodes.end() || !gateway_by_name(node->second)) return;
  node->second.kind = NodeKind::service;
  std::vector<EdgeKey> keys;
  for (const auto& [key, edge] : graph.edges)
    if (key.from == id && key.cls == CallClass::north_south) keys.push_back(key);
  for (const EdgeKey& key : keys) {
    Edge edge = std::move(graph.edges.extract(key).mapped());
    for (auto& [source, seen] : edge.seen) seen.reasons = {{"both ends are services of the system", seen.calls}};
    add(graph.edges[{key.from, key.to, CallClass::east_west}], edge);
  }
}

CallGraph without_alternatives(const CallGraph& graph, const std::set<std::string>& services) {
  CallGraph copy = graph;
  copy.alternatives.clear();
  for (const std::string& id : services) demote(copy, id);
  return copy;
}

std::set<std::string> services_shown(const CallGraph& a, const CallGraph& b, std::set<std::string> services) {
  for (std::size_t before = services.size() + 1; before != services.size();) {
    before = services.size();
    for (const CallGraph* graph : {&counted_without(a, services), &counted_without(b, services)})
      for (const auto& [id, node] : graph->nodes)
        if (demoted(node)) services.insert(id);
  }
  return services;
}

void conclude(CallGraph& graph) {
  for (auto& [id, node] : graph.nodes) settle_kind(node, demoted(node));
  set_unpaired(graph);
  set_not_observable(graph);
}

// Both graphs as they are when the gateways by name in `without`, and those that either shows to be called by a
// service, are services.
CallGraph united(const CallGraph& a, const CallGraph& b, const std::set<std::string>& without) {
  const std::set<std::string> services = services_shown(a, b, without);
  CallGraph whole = without_alternatives(counted_without(a, services), services);
  const CallGraph theirs = without_alternatives(counted_without(b, services), services);
  for (const auto& [id, node] : theirs.nodes) {
    const auto [at, fresh] = whole.nodes.try_emplace(id, node);
    if (!fresh) add(at->second, node);
  }
  for (const auto& [key, edge] : theirs.edges) add(whole.edges[key], edge);
  for (const auto& [entry, group] : theirs.traces) add(whole.traces[entry], group);
  add_books(whole, theirs);
  whole.without = without;
  conclude(whole);
  return whole;
}

}  // namespace

void finalise(CallGraph& graph) {
  rename(graph, joins_of(Nodes(graph.nodes)));
  conclude(graph);
  for (CallGraph& alternative : graph.alternatives) conclude(alternative);
}

void merge(CallGraph& into, const CallGraph& other) {
  CallGraph theirs = other;
  Nodes all = into.nodes;
  for (const auto& [id, node] : theirs.nodes) add(all.try_emplace(id, node).first->second, node);
  const Joins joins = joins_of(all);
  rename(into, joins);
  rename(theirs, joins);
  CallGraph whole = united(into, theirs, {});
  std::vector<std::string> by_name;
  for (const auto& [id, node] : whole.nodes)
    if (gateway_by_name(node)) by_name.push_back(id);
  for (const auto& without : sets_of(by_name)) whole.alternatives.push_back(united(into, theirs, without));
  into = std::move(whole);
}

}  // namespace nsew
