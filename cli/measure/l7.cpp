#include <algorithm>
#include <array>

#include "measure/scope.hpp"

namespace nsew {
namespace {

struct Deep {
  double calls = 0, deep = 0, errors = 0;
};

Deep deep_calls(const Edge& edge) {
  Deep sums;
  const auto at = edge.seen.find(Source::traces);
  if (at == edge.seen.end()) return sums;
  sums.calls = at->second.calls.estimate(), sums.errors = at->second.errors.estimate();
  for (const auto& [caller_level, calls] : at->second.levels)
    if (caller_level >= 2) sums.deep += calls.estimate();
  return sums;
}

// An edge whose callee is at level 3 or deeper for most of its calls, carries enough of them, and fails.
void put_failing_deep_edges(const Scope& scope, FactSheet& sheet) {
  constexpr double least_share = 0.05, least_errors = 0.01;
  double total = 0;
  std::vector<Deep> edges;
  for (const EdgeEntry* entry : scope.east_west()) {
    edges.push_back(deep_calls(entry->second));
    total += edges.back().calls;
  }
  if (total <= 0) return;
  const bool failing = std::ranges::any_of(edges, [&](const Deep& e) {
    return e.calls >= least_share * total && 2 * e.deep > e.calls && e.errors >= least_errors * e.calls;
  });
  put(sheet, "l7.failing_deep_edges", failing, "traces");
}

bool is_canary_rule(const RouteRule& rule) {
  return std::ranges::count_if(rule.backends, [](const Backend& b) { return b.weight.value_or(0) > 0; }) >= 2;
}

// Bound to the mesh or to a Service: a split that an edge cannot make.
bool is_east_west(const Route& route) {
  const auto inside = [](const ParentRef& p) { return p.kind == "Service" || p.kind == "Mesh"; };
  if (route.object.kind == "VirtualService" && route.parents.empty()) return true;
  return std::ranges::any_of(route.parents, inside);
}

bool splits(const Route& route) { return is_east_west(route) && std::ranges::any_of(route.rules, is_canary_rule); }

bool is_splitter(const Other& other) {
  return other.object.kind == "TrafficSplit" || (other.object.kind == "Rollout" || other.object.kind == "Canary");
}

void put_canary(const Scope& scope, FactSheet& sheet) {
  const Inventory& inventory = scope.picture.inventory;
  const auto here = [&](const Object& object) { return chosen(scope.picture, object.ns); };
  const bool canary =
      std::ranges::any_of(inventory.routes, [&](const Route& r) { return here(r.object) && splits(r); }) ||
      std::ranges::any_of(inventory.others, [&](const Other& o) { return here(o.object) && is_splitter(o); });
  put(sheet, "l7.east_west_canary", canary, "manifests");
}

// Only between services whose clusters are known; a service that runs in both is near.
void put_cross_cluster(const Scope& scope, Source source, FactSheet& sheet) {
  const auto& nodes = scope.picture.graph.nodes;
  double known = 0, crossing = 0;
  for (const EdgeEntry* entry : scope.east_west()) {
    const auto &from = nodes.at(entry->first.from).clusters, &to = nodes.at(entry->first.to).clusters;
    if (from.empty() || to.empty()) continue;
    known += calls_of(entry->second, source);
    const bool near = std::ranges::any_of(from, [&](const std::string& cluster) { return to.contains(cluster); });
    if (!near) crossing += calls_of(entry->second, source);
  }
  if (known > 0) put(sheet, "l7.cross_cluster_share", crossing / known, name_of(source));
}

}  // namespace

void measure_l7(const Scope& scope, FactSheet& sheet) {
  put_failing_deep_edges(scope, sheet);
  if (!scope.picture.inventory.empty()) put_canary(scope, sheet);
  if (const auto source = deciding_source(scope)) put_cross_cluster(scope, *source, sheet);
}

}  // namespace nsew
