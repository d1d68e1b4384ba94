#include <algorithm>

#include "cluster/kinds.hpp"

namespace nsew {

namespace {

void add_host(Route& route, std::string host, Location where) {
  if (host.empty() || std::ranges::find(route.hosts, host) != route.hosts.end()) return;
  route.hosts.push_back(std::move(host));
  route.host_places.push_back(std::move(where));
}

// networking.k8s.io/v1 nests the service; the retired v1beta1 has serviceName and servicePort, where a port may be a
// name.
std::optional<Backend> ingress_backend(Fields& fields, const Node* from, const std::string& ns) {
  if (!from) return std::nullopt;
  Backend backend;
  backend.ns = ns;
  backend.where = fields.at(*from);
  if (const Node* service = fields.map(from, "service")) {
    backend.name = fields.text(service, "name");
    const Node* port = fields.map(service, "port");
    backend.port = fields.port(port, "number");
    backend.port_name = fields.text(port, "name");
  } else {
    backend.name = fields.text(from, "serviceName");
    const Node* port = from->find("servicePort");
    if (port && port->is(Node::Type::number)) backend.port = fields.port(from, "servicePort");
    if (port && !port->is(Node::Type::number)) backend.port_name = fields.text(from, "servicePort");
  }
  if (backend.name.empty()) return std::nullopt;
  return backend;
}

RouteRule ingress_rule(Fields& fields, const Node& path, const std::string& ns) {
  RouteRule rule;
  rule.path = fields.text(&path, "path");
  rule.path_type = fields.text(&path, "pathType");
  if (rule.path_type == "Prefix" || rule.path_type == "ImplementationSpecific") rule.path_type = "PathPrefix";
  if (rule.path_type.empty() && !rule.path.empty()) rule.path_type = "PathPrefix";
  rule.where = fields.at(path);
  if (auto backend = ingress_backend(fields, fields.map(&path, "backend"), ns)) rule.backends.push_back(*backend);
  return rule;
}

void add_default_backend(Fields& fields, const Node* spec, Route& route) {
  for (const std::string_view key : {"defaultBackend", "backend"}) {
    const Node* from = fields.map(spec, key);
    if (auto backend = ingress_backend(fields, from, route.object.ns)) {
      RouteRule rule;
      rule.where = fields.at(*from);
      rule.backends.push_back(*backend);
      route.rules.push_back(std::move(rule));
    }
  }
}

void read_certificates(Fields& fields, const Node* spec, Route& route) {
  for (const Node* entry : fields.maps(spec, "tls")) {
    route.tls = true;
    std::string secret = fields.text(entry, "secretName");
    if (!secret.empty())
      route.certificates.push_back({fields.texts(entry, "hosts"), std::move(secret), fields.at(*entry)});
  }
}

}  // namespace

void read_ingress(Reading& reading) {
  Fields& fields = reading.fields;
  Route route;
  route.object = reading.object;
  route.ingress_class = fields.text(reading.spec, "ingressClassName");
  const auto annotated = reading.object.annotations.find("kubernetes.io/ingress.class");
  if (route.ingress_class.empty() && annotated != reading.object.annotations.end())
    route.ingress_class = annotated->second;
  for (const Node* from : fields.maps(reading.spec, "rules")) {
    const Node* host = from->find("host");
    if (host) add_host(route, fields.text(from, "host"), fields.at(*host));
    for (const Node* path : fields.maps(fields.map(from, "http"), "paths"))
      route.rules.push_back(ingress_rule(fields, *path, route.object.ns));
  }
  add_default_backend(fields, reading.spec, route);
  read_certificates(fields, reading.spec, route);
  reading.inventory.routes.push_back(std::move(route));
}

void read_openshift_route(Reading& reading) {
  Fields& fields = reading.fields;
  Route route;
  route.object = reading.object;
  if (const Node* host = reading.spec ? reading.spec->find("host") : nullptr)
    add_host(route, fields.text(reading.spec, "host"), fields.at(*host));
  RouteRule rule;
  rule.path = fields.text(reading.spec, "path");
  if (!rule.path.empty()) rule.path_type = "PathPrefix";
  rule.where = route.object.where;
  std::vector<const Node*> targets = fields.maps(reading.spec, "alternateBackends");
  if (const Node* to = fields.map(reading.spec, "to")) targets.insert(targets.begin(), to);
  const std::string port = fields.text_or_number(fields.map(reading.spec, "port"), "targetPort");
  for (const Node* to : targets)
    rule.backends.push_back(
        {route.object.ns, fields.text(to, "name"), 0, port, fields.integer(to, "weight"), fields.at(*to)});
  if (!rule.backends.empty()) route.rules.push_back(std::move(rule));
  const Node* tls = fields.map(reading.spec, "tls");
  route.tls = tls != nullptr;
  std::string secret = fields.text(fields.map(tls, "externalCertificate"), "name");
  if (!secret.empty()) route.certificates.push_back({{}, std::move(secret), fields.at(*tls)});
  reading.inventory.routes.push_back(std::move(route));
}

}  // namespace nsew
