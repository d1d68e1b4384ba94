#include <algorithm>

#include "base/text.hpp"
#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

// Cloud annotations that keep a load balancer inside the network: it is not an open door.
bool is_private(const Service& service) {
  return std::ranges::any_of(service.object.annotations, [](const auto& annotation) {
    const std::string value = lower(annotation.second);
    return (annotation.first.find("internal") != std::string::npos && value != "false") || value == "internal";
  });
}

struct Inbound {
  double inside = 0, other = 0;
  std::set<std::string> callers;
};

Inbound inbound_of(const Scope& scope, const Service& service) {
  Inbound inbound;
  for (const auto& [key, edge] : scope.picture.graph.edges) {
    const DeclaredPart* part = scope.part_of(key.to);
    if (part == nullptr || std::ranges::find(part->services, &service) == part->services.end()) continue;
    for (const auto& [source, seen] : edge.seen) {
      const double calls = seen.calls.estimate();
      const bool hairpin = seen.flags.contains(EdgeFlag::hairpin);
      if (key.cls == CallClass::platform) continue;
      (key.cls == CallClass::east_west && !hairpin ? inbound.inside : inbound.other) += calls;
      inbound.callers.insert(key.from);
    }
  }
  return inbound;
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  const Scope scope(assessment.picture, nullptr);
  for (const Service& service : assessment.picture.inventory.services) {
    if (service.type != "LoadBalancer" || is_private(service) || !chosen(assessment.picture, service.object.ns))
      continue;
    const Inbound inbound = inbound_of(scope, service);
    if (inbound.inside <= 0 || inbound.other > 0) continue;
    findings.push_back(about(service.object, service.object.where,
                             shown(service.object) + " is of type LoadBalancer, yet all " + number(inbound.inside) +
                                 " recorded calls to it come from inside (" + number(double(inbound.callers.size())) +
                                 (inbound.callers.size() == 1 ? " caller)" : " callers)")));
  }
  return findings;
}

bool applies(const Assessment& assessment) {
  return has_traffic(assessment) && !assessment.picture.graph.not_observable.contains("north-south");
}

}  // namespace

const Check internal_load_balancer{
    .code = "NSEW0301",
    .name = "internal-load-balancer",
    .level = Severity::warning,
    .summary = "a LoadBalancer Service that only callers inside the cluster use",
    .page = R"(A Service of type LoadBalancer gets an address of its own, usually a public one and usually billed by the
hour. In the recorded traffic nothing from outside ever reached this one: every call came from a workload
of the same cluster, which the cluster address would have served as well.

It is worth a look for three reasons. The address can be reached by people who were never meant to. Each
such Service is a second front door beside the gateway, with its own certificates and its own logs. And
where a call from inside goes out to the public address and back, it pays for the detour.

The check needs traffic in which calls from outside could have been seen; it says nothing about a Service
that nobody called at all, and leaves load balancers alone that an annotation keeps inside the network.)",
    .remedy = "make it type ClusterIP, or route what really comes from outside through the gateway",
    .applies = applies,
    .run = run};

}  // namespace nsew
