#include <algorithm>
#include <map>
#include <set>

#include "measure/measure.hpp"

namespace nsew {
namespace {

bool is_service(const CallGraph& graph, const std::string& id) {
  const auto at = graph.nodes.find(id);
  return at != graph.nodes.end() && at->second.kind == NodeKind::service;
}

std::map<Source, double> east_west_totals(const CallGraph& graph) {
  std::map<Source, double> totals;
  for (const auto& [key, edge] : graph.edges)
    if (key.cls == CallClass::east_west)
      for (const auto& [source, seen] : edge.seen) totals[source] += seen.calls.estimate();
  return totals;
}

// Its largest share of east-west calls in any source; nothing when it is too small to hold two services together. An
// edge without counts is not known to be small.
double weight_of(const Edge& edge, const std::map<Source, double>& totals) {
  constexpr double least_share = 0.001;
  constexpr std::uint64_t least_calls = 5;
  double weight = 0;
  for (const auto& [source, seen] : edge.seen) {
    const double share = seen.calls.empty() ? least_share : seen.calls.estimate() / totals.at(source);
    if (share >= least_share || seen.calls.observed() >= least_calls) weight = std::max(weight, share);
  }
  return weight;
}

struct Call {
  const std::string *from, *to;
  double weight;
};

std::vector<Call> connecting_calls(const CallGraph& graph) {
  std::vector<Call> calls;
  const auto totals = east_west_totals(graph);
  for (const auto& [key, edge] : graph.edges) {
    if (key.cls != CallClass::east_west || !is_service(graph, key.from) || !is_service(graph, key.to)) continue;
    if (const double weight = weight_of(edge, totals); weight > 0)
      calls.push_back({.from = &key.from, .to = &key.to, .weight = weight});
  }
  return calls;
}

std::set<std::string> counted_services(const CallGraph& graph) {
  std::set<std::string> services;
  for (const auto& [key, edge] : graph.edges) {
    if (key.cls != CallClass::north_south && key.cls != CallClass::east_west) continue;
    for (const std::string& id : {key.from, key.to})
      if (is_service(graph, id)) services.insert(id);
  }
  return services;
}

class Union {
 public:
  const std::string& of(const std::string& id) {
    const std::string* at = &parent_.try_emplace(id, id).first->second;
    while (parent_.at(*at) != *at) at = &parent_.at(*at);
    return *at;
  }
  void join(const std::string& a, const std::string& b) {
    const std::string left = of(a), right = of(b);
    if (left != right) parent_[std::max(left, right)] = std::min(left, right);
  }

 private:
  std::map<std::string, std::string> parent_;
};

// A leaf calls nobody: shared by two subsystems it does not make them one, so it joins its largest caller only.
void join_leaves(const std::vector<Call>& calls, const std::set<std::string>& callers, Union& joined) {
  std::map<std::string, const Call*> largest;
  for (const Call& call : calls) {
    if (callers.contains(*call.to)) continue;
    const Call*& best = largest[*call.to];
    if (best == nullptr || call.weight > best->weight) best = &call;  // calls come ordered by caller
  }
  for (const auto& [leaf, call] : largest) joined.join(leaf, *call->from);
}

std::vector<Component> gathered(const std::set<std::string>& services, Union& joined) {
  std::map<std::string, Component> by_root;
  for (const std::string& id : services) by_root[joined.of(id)].services.push_back(id);
  std::vector<Component> components;
  components.reserve(by_root.size());
  for (auto& [root, component] : by_root) components.push_back(std::move(component));
  return components;
}

void order(std::vector<Component>& components) {
  std::ranges::sort(components, [](const Component& a, const Component& b) {
    if (a.services.size() != b.services.size()) return a.services.size() > b.services.size();
    return a.services.front() < b.services.front();
  });
}

}  // namespace

std::vector<Component> components_of(const CallGraph& graph) {
  const auto calls = connecting_calls(graph);
  std::set<std::string> callers;
  for (const Call& call : calls) callers.insert(*call.from);
  Union joined;
  for (const Call& call : calls)
    if (callers.contains(*call.to)) joined.join(*call.from, *call.to);
  join_leaves(calls, callers, joined);
  auto components = gathered(counted_services(graph), joined);
  order(components);
  return components;
}

std::vector<Component> components_of(const Picture& picture) {
  auto components = components_of(picture.graph);
  for (Component& component : components)
    std::erase_if(component.services,
                  [&](const std::string& id) { return !chosen(picture, picture.graph.nodes.at(id).ns); });
  std::erase_if(components, [](const Component& component) { return component.services.empty(); });
  order(components);
  return components;
}

}  // namespace nsew
