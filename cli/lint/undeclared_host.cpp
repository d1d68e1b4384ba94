#include <algorithm>

#include "base/text.hpp"
#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

// Hosts of routes and of gateway listeners; "" and "*" mean any.
std::vector<std::string> declared_hosts(const Inventory& inventory) {
  std::vector<std::string> hosts;
  for (const Route& route : inventory.routes) hosts.insert(hosts.end(), route.hosts.begin(), route.hosts.end());
  for (const GatewayObject& gateway : inventory.gateways)
    for (const auto& listener : gateway.listeners)
      if (!listener.host.empty()) hosts.push_back(listener.host);
  return hosts;
}

bool routes_to(const Route& route, const DeclaredPart& part) {
  return std::ranges::any_of(route.rules, [&](const RouteRule& rule) {
    return std::ranges::any_of(rule.backends, [&](const Backend& backend) {
      return std::ranges::any_of(part.services, [&](const Service* s) {
        return s->object.name == backend.name && s->object.ns == backend.ns;
      });
    });
  });
}

bool serves_any_host(const Route* route) {
  return route->hosts.empty() ||
         std::ranges::any_of(route->hosts, [](const std::string& host) { return host.empty() || host == "*"; });
}

// Where the host would be declared: the route to the service that was called, else the service, else the first route.
const Object& nearest_object(const Scope& scope, const std::vector<const Route*>& routes, const RecordedHost& host) {
  for (const std::string& callee : host.callees) {
    const DeclaredPart* part = scope.part_of(callee);
    if (part == nullptr) continue;
    for (const Route* route : routes)
      if (routes_to(*route, *part)) return route->object;
    if (!part->services.empty()) return part->services.front()->object;
  }
  return routes.front()->object;
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  const auto routes = edge_routes(assessment);
  const auto declared = declared_hosts(assessment.picture.inventory);
  const Scope scope(assessment.picture, nullptr);
  for (const auto& [name, host] : recorded_hosts(assessment)) {
    const std::string& recorded = name;
    if (std::ranges::any_of(declared, [&](const std::string& d) { return host_covers(d, recorded); })) continue;
    const Object& object = nearest_object(scope, routes, host);
    findings.push_back(
        about(object, object.where,
              number(host.calls) + " recorded calls came in for host " + name + ", which no manifest declares",
              "host " + name));
  }
  return findings;
}

// A route that serves any host declares them all.
bool applies(const Assessment& assessment) {
  const auto routes = edge_routes(assessment);
  return has_traffic(assessment) && !routes.empty() && std::ranges::none_of(routes, serves_any_host);
}

}  // namespace

const Check undeclared_host{
    .code = "NSEW0303",
    .name = "undeclared-host",
    .level = Severity::warning,
    .summary = "a host that calls came in for and that no manifest declares",
    .page = R"(Calls from outside asked for this host and were answered, but no Ingress, route or Gateway listener among
the manifests names it. Something else routes it: a wildcard at a load balancer, a file that was not given
to nsew, or an object that was created by hand and is in no repository. When the edge is rebuilt from the
manifests, these calls are the ones that get lost.

Numeric addresses and names that only a cluster resolves are left out, and nothing is reported when a
route without host takes every host anyway.)",
    .remedy = "declare the host on the route that serves it, or give nsew the manifest that does",
    .applies = applies,
    .run = run};

}  // namespace nsew
