#include <algorithm>
#include <set>

#include "measure/scope.hpp"

namespace nsew {
namespace {

void put_languages(const Scope& scope, FactSheet& sheet) {
  std::set<std::string> languages;
  for (const std::string& id : scope.services) {
    const auto& spoken = scope.picture.graph.nodes.at(id).languages;
    languages.insert(spoken.begin(), spoken.end());
  }
  if (!languages.empty()) put(sheet, "org.languages", static_cast<double>(languages.size()), "traces");
}

bool scales(const Autoscaler& autoscaler, const DeclaredPart& part) {
  return std::ranges::any_of(part.workloads, [&](const Workload* w) {
    return w->object.name == autoscaler.target && w->object.ns == autoscaler.object.ns &&
           (autoscaler.target_kind.empty() || autoscaler.target_kind == w->object.kind);
  });
}

// Of the component where traffic shows one, else of all that is declared.
std::set<const DeclaredPart*> parts_of_component(const Scope& scope) {
  std::set<const DeclaredPart*> parts;
  for (const std::string& id : scope.services)
    if (const DeclaredPart* part = scope.part_of(id)) parts.insert(part);
  if (scope.services.empty())
    for (const DeclaredPart* part : app_parts(scope)) parts.insert(part);
  return parts;
}

void put_autoscaled(const Scope& scope, FactSheet& sheet) {
  const auto parts = parts_of_component(scope);
  if (parts.empty()) return;
  const auto& autoscalers = scope.picture.inventory.autoscalers;
  const auto scaled = std::ranges::count_if(parts, [&](const DeclaredPart* part) {
    return std::ranges::any_of(autoscalers, [&](const Autoscaler& a) { return scales(a, *part); });
  });
  put(sheet, "org.autoscaled_services", static_cast<double>(scaled), "manifests");
}

}  // namespace

void measure_org(const Scope& scope, FactSheet& sheet) {
  put_languages(scope, sheet);
  put_autoscaled(scope, sheet);
  if (scope.picture.graph.edges.empty()) return;
  if (const auto seen = coverage(scope)) put(sheet, "org.telemetry_coverage", *seen, "manifests");
}

}  // namespace nsew
