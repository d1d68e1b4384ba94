#include <algorithm>
#include <cmath>
#include <set>

#include "measure/declared_edges.hpp"
#include "measure/scope.hpp"

namespace nsew {
namespace {

constexpr double p95 = 0.95;

double nearest_rank(std::vector<double> values, double quantile) {
  std::ranges::sort(values);
  const double rank = std::ceil(quantile * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void put_depth(const Scope& scope, FactSheet& sheet) {
  std::map<std::uint32_t, double> traces_by_depth;
  double total = 0;
  for (const auto& [entry, group] : scope.picture.graph.traces) {
    if (!scope.owns_trace(entry)) continue;
    for (const auto& [depth, traces] : group.depth)
      traces_by_depth[depth] += traces.estimate(), total += traces.estimate();
  }
  double below = 0;
  for (const auto& [depth, traces] : traces_by_depth) {
    below += traces;
    if (below < p95 * total * (1 - 1e-12)) continue;
    put(sheet, "topology.depth_p95", static_cast<double>(depth), "traces");
    return;
  }
}

using Partners = std::map<std::string, std::set<std::string>>;

std::vector<double> sizes(const Partners& partners) {
  std::vector<double> all;
  for (const auto& [id, others] : partners) all.push_back(static_cast<double>(others.size()));
  return all;
}

void put_fans(const Scope& scope, FactSheet& sheet) {
  Partners callees, callers;
  for (const EdgeEntry* entry : scope.east_west()) {
    callees[entry->first.from].insert(entry->first.to);
    callers[entry->first.to].insert(entry->first.from);
  }
  const auto out = sizes(callees), in = sizes(callers);
  put(sheet, "topology.fan_out_p95", out.empty() ? 0.0 : nearest_rank(out, p95), "graph");
  put(sheet, "topology.fan_out_max", out.empty() ? 0.0 : *std::ranges::max_element(out), "graph");
  put(sheet, "topology.fan_in_max", in.empty() ? 0.0 : *std::ranges::max_element(in), "graph");
}

void put_entries(const Scope& scope, FactSheet& sheet) {
  std::set<std::string> entries;
  for (const EdgeEntry* entry : scope.edges)
    if (entry->first.cls == CallClass::north_south && scope.has(entry->first.to)) entries.insert(entry->first.to);
  put(sheet, "topology.entry_services", static_cast<double>(entries.size()), "graph");
}

void put_namespaces(const Scope& scope, FactSheet& sheet) {
  std::set<std::string> namespaces;
  for (const std::string& id : scope.services)
    if (const std::string& ns = scope.picture.graph.nodes.at(id).ns; !ns.empty()) namespaces.insert(ns);
  if (!namespaces.empty()) put(sheet, "topology.namespaces", static_cast<double>(namespaces.size()), "graph");
}

void put_crossing(const Scope& scope, Source source, FactSheet& sheet) {
  const auto& nodes = scope.picture.graph.nodes;
  double known = 0, crossing = 0;
  for (const EdgeEntry* entry : scope.east_west()) {
    const std::string &from = nodes.at(entry->first.from).ns, &to = nodes.at(entry->first.to).ns;
    if (from.empty() || to.empty()) continue;
    known += calls_of(entry->second, source);
    if (from != to) crossing += calls_of(entry->second, source);
  }
  if (known > 0) put(sheet, "topology.cross_namespace_share", crossing / known, name_of(source));
}

void put_components(const Scope& scope, FactSheet& sheet) {
  const std::vector<Component>* known = scope.picture.components;
  std::vector<double> all;
  for (const Component& component : known != nullptr ? *known : components_of(scope.picture))
    all.push_back(static_cast<double>(component.services.size()));
  if (!all.empty()) put(sheet, "topology.components", all, "graph");
}

double count(const Scope& scope, NodeKind kind) {
  return static_cast<double>(
      std::ranges::count_if(scope.parts, [&](const DeclaredPart& part) { return part.kind == kind && !part.job; }));
}

// Workloads are app services and stores, so that those without stores are the app's.
void put_declared(const Scope& scope, FactSheet& sheet) {
  const double stores = count(scope, NodeKind::datastore);
  put(sheet, "topology.workloads", count(scope, NodeKind::service) + stores, "manifests");
  put(sheet, "topology.datastores", stores, "manifests");
  put(sheet, "topology.declared_backend_edges",
      static_cast<double>(declared_backend_edges(scope.parts, scope.picture.inventory)), "manifests");
}

// A source that says who calls whom and not how often.
std::optional<Source> uncounted(const Scope& scope) {
  for (const EdgeEntry* entry : scope.east_west())
    for (const auto& [source, seen] : entry->second.seen)
      if (seen.calls.empty()) return source;
  return std::nullopt;
}

}  // namespace

void measure_topology(const Scope& scope, FactSheet& sheet) {
  if (!scope.picture.inventory.workloads.empty()) put_declared(scope, sheet);
  put_depth(scope, sheet);
  put_components(scope, sheet);
  auto source = deciding_source(scope);
  if (!source) source = uncounted(scope);
  if (!source) return;
  put_namespaces(scope, sheet);
  if (shows(scope.picture.graph, CallClass::north_south, *source)) put_entries(scope, sheet);
  if (!shows(scope.picture.graph, CallClass::east_west, *source)) return;
  put(sheet, "topology.edges", static_cast<double>(scope.east_west().size()), "graph");
  put_fans(scope, sheet);
  put_crossing(scope, *source, sheet);
}

}  // namespace nsew
