#include <algorithm>

#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

bool uses_default(const DeclaredPart* part) {
  return std::ranges::any_of(
      part->workloads, [](const Workload* w) { return w->service_account.empty() || w->service_account == "default"; });
}

std::vector<Finding> run(const Assessment& assessment) {
  const Scope scope(assessment.picture, nullptr);
  std::map<std::string, std::vector<const DeclaredPart*>> by_namespace;
  for (const DeclaredPart* part : app_parts(scope))
    if (uses_default(part)) by_namespace[part->ns].push_back(part);
  std::vector<Finding> findings;
  for (const auto& [ns, parts] : by_namespace) {
    if (parts.size() < 2) continue;
    for (const DeclaredPart* part : parts) {
      const Object& object = part->workloads.front()->object;
      findings.push_back(about(
          object, object.where,
          shown(object) + " shares the default ServiceAccount with " + std::to_string(parts.size() - 1) +
              (parts.size() == 2 ? " other service" : " other services") + ", so that callees cannot tell them apart"));
    }
  }
  return findings;
}

bool applies(const Assessment& assessment) {
  const auto wanted = assessment.facts.word("identity.caller_identity");
  return (wanted && (*wanted == "desired" || *wanted == "required")) ||
         assessment.facts.truth("identity.zero_trust_mandate").value_or(false);
}

}  // namespace

const Check shared_service_account{
    .code = "NSEW0501",
    .name = "shared-service-account",
    .level = Severity::warning,
    .summary = "several services run under the default ServiceAccount, where callers must be known",
    .page = R"(Where a service must know its caller, the caller's name is its ServiceAccount: meshes put it into the
certificate, and policies allow or refuse by it. Services that all run under `default` carry one and the
same name. A rule that lets one of them in lets them all in, and mutual TLS proves only that the caller is
somebody in the namespace.

The check looks only where caller identity is wanted: declared (identity.caller_identity, a zero-trust
mandate), or measured from policies that already name callers.)",
    .remedy = "give each service a ServiceAccount of its own and set spec.serviceAccountName",
    .applies = applies,
    .run = run};

}  // namespace nsew
