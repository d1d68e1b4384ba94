#include <algorithm>
#include <array>

#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

bool names_protocol(std::string_view port_name) {
  static constexpr std::array<std::string_view, 11> protocols = {"http", "http2", "https", "grpc",  "grpc-web", "tcp",
                                                                 "tls",  "mongo", "mysql", "redis", "udp"};
  return std::ranges::any_of(protocols, [&](std::string_view protocol) {
    return port_name == protocol ||
           (port_name.starts_with(protocol) && port_name.size() > protocol.size() && port_name[protocol.size()] == '-');
  });
}

bool says_protocol(const ServicePort& port) {
  return !port.app_protocol.empty() || names_protocol(port.name) || (!port.protocol.empty() && port.protocol != "TCP");
}

// Services in front of the application's own workloads: of the scored component where traffic shows one.
std::set<const Service*> services_meant(const Assessment& assessment, const Scope& scope) {
  std::set<const DeclaredPart*> parts;
  for (const std::string& id : assessment.verdict.scope)
    if (const DeclaredPart* part = scope.part_of(id)) parts.insert(part);
  if (parts.empty())
    for (const DeclaredPart* part : app_parts(scope)) parts.insert(part);
  std::set<const Service*> services;
  for (const DeclaredPart* part : parts) services.insert(part->services.begin(), part->services.end());
  return services;
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  const Scope scope(assessment.picture, nullptr);
  for (const Service* service : services_meant(assessment, scope))
    for (const ServicePort& port : service->ports) {
      if (says_protocol(port)) continue;
      const std::string name = port.name.empty() ? std::to_string(port.port) : port.name;
      const Location where = port.where.line != 0 ? port.where : service->object.where;
      findings.push_back(about(service->object, where,
                               "port " + name + " of " + shown(service->object) + " does not say its protocol",
                               "port " + name));
    }
  return findings;
}

}  // namespace

const Check port_without_protocol{
    .code = "NSEW0402",
    .name = "port-without-protocol",
    .level = Severity::warning,
    .summary = "a Service port that names no protocol, where a mesh is advised or in use",
    .page = R"(A mesh treats a port by what it says it carries. A port called http, grpc-api or https, or one with an
appProtocol, gets routes, retries and metrics for each request. A port without such a name is guessed at or
passed through as plain TCP: the mesh is paid for, and on this port gives little more than an encrypted
pipe. For protocols in which the server speaks first, a wrong guess breaks the connection.

The check is silent where no mesh is advised and none is in use: a name is then a matter of taste.)",
    .remedy = "set appProtocol (http, kubernetes.io/h2c, grpc, tcp), or begin the port's name with the protocol",
    .applies = mesh_advised_or_used,
    .run = run};

}  // namespace nsew
