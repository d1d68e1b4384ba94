#include <algorithm>
#include <set>

#include "measure/scope.hpp"

namespace nsew {
namespace {

// The namespace of "ns/name", "spiffe://domain/ns/NS/sa/NAME" and "domain/ns/NS/sa/NAME".
std::string_view namespace_of(std::string_view principal) {
  if (const std::size_t at = principal.find("/ns/"); at != std::string_view::npos) principal.remove_prefix(at + 4);
  return principal.substr(0, principal.find('/'));
}

// A policy that lets the ingress gateway in says nothing about services that must know their callers.
bool names_service(const Policy::Caller& caller, const PlatformKnowledge& known) {
  return !caller.service_account.empty() &&
         !known.namespaces.contains(std::string(namespace_of(caller.service_account)));
}

bool wants_callers(const Policy& policy, const PlatformKnowledge& known) {
  return policy.object.kind == "AuthorizationPolicy" && policy.allows &&
         std::ranges::any_of(policy.callers, [&](const Policy::Caller& c) { return names_service(c, known); });
}

bool names_callers(const Policy& policy) {
  const auto names = [](const Policy::Caller& c) { return c.pods || c.namespaces || !c.service_account.empty(); };
  return policy.allows && policy.ingress && std::ranges::any_of(policy.callers, names);
}

bool selects(const Policy& policy, const DeclaredPart& part) {
  if (!policy.object.ns.empty() && policy.object.ns != part.ns) return false;
  if (!policy.targets.empty())
    return std::ranges::any_of(part.services, [&](const Service* s) {
      return std::ranges::find(policy.targets, s->object.name) != policy.targets.end();
    });
  return std::ranges::any_of(part.workloads, [&](const Workload* w) {
    return std::ranges::all_of(policy.selector, [&](const auto& pair) {
      const auto at = w->pod_labels.find(pair.first);
      return at != w->pod_labels.end() && at->second == pair.second;
    });
  });
}

void put_allowlists(const Scope& scope, FactSheet& sheet) {
  std::set<const DeclaredPart*> callees;
  for (const EdgeEntry* entry : scope.east_west())
    if (const DeclaredPart* part = scope.part_of(entry->first.to)) callees.insert(part);
  if (callees.empty()) return;
  const auto covered = std::ranges::count_if(callees, [&](const DeclaredPart* part) {
    return std::ranges::any_of(scope.picture.inventory.policies,
                               [&](const Policy& p) { return names_callers(p) && selects(p, *part); });
  });
  put(sheet, "identity.allowlist_coverage", static_cast<double>(covered) / static_cast<double>(callees.size()),
      "manifests");
}

}  // namespace

void measure_identity(const Scope& scope, FactSheet& sheet) {
  const auto& policies = scope.picture.inventory.policies;
  const bool desired = std::ranges::any_of(policies, [&](const Policy& p) {
    return chosen(scope.picture, p.object.ns) && wants_callers(p, scope.picture.knowledge);
  });
  if (desired) put(sheet, "identity.caller_identity", "desired", "manifests");
  put_allowlists(scope, sheet);
}

}  // namespace nsew
