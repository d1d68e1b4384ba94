#include <algorithm>

#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

std::vector<Backend> route_backends(Fields& fields, const Node& rule, const std::string& ns) {
  std::vector<Backend> backends;
  for (const Node* from : fields.maps(&rule, "backendRefs")) {
    Backend backend{fields.text(from, "namespace"), fields.text(from, "name"), fields.port(from, "port"), {},
                    fields.integer(from, "weight"), fields.at(*from)};
    if (backend.ns.empty()) backend.ns = ns;
    backends.push_back(std::move(backend));
  }
  return backends;
}

void read_http_match(Fields& fields, const Node& match, RouteRule& rule) {
  const Node* path = fields.map(&match, "path");
  rule.path = fields.text(path, "value");
  rule.path_type = fields.text(path, "type");
  if (!rule.path.empty() && rule.path_type.empty()) rule.path_type = "PathPrefix";
  rule.method = fields.text(&match, "method");
}

// A gRPC method is the path /package.Service/Method.
void read_grpc_match(Fields& fields, const Node& match, RouteRule& rule) {
  const Node* method = fields.map(&match, "method");
  const std::string service = fields.text(method, "service"), name = fields.text(method, "method");
  if (service.empty()) return;
  rule.path = "/" + service + "/" + name;
  rule.path_type = name.empty() ? "PathPrefix" : "Exact";
  if (fields.text(method, "type") == "RegularExpression") rule.path_type = "RegularExpression";
}

void add_rules(Fields& fields, const Node& from, std::size_t number, Route& route) {
  RouteRule rule;
  rule.number = number;
  rule.backends = route_backends(fields, from, route.object.ns);
  rule.where = fields.at(from);
  const auto matches = fields.maps(&from, "matches");
  if (matches.empty()) route.rules.push_back(rule);
  for (const Node* match : matches) {
    RouteRule matched = rule;
    matched.where = fields.at(*match);
    if (route.object.kind == "GRPCRoute")
      read_grpc_match(fields, *match, matched);
    else
      read_http_match(fields, *match, matched);
    route.rules.push_back(std::move(matched));
  }
}

std::vector<ParentRef> parents_of(Fields& fields, const Node* spec, const std::string& ns) {
  std::vector<ParentRef> parents;
  for (const Node* from : fields.maps(spec, "parentRefs")) {
    ParentRef parent{fields.text(from, "kind"), fields.text(from, "namespace"), fields.text(from, "name"),
                     fields.text(from, "sectionName")};
    if (parent.kind.empty()) parent.kind = "Gateway";
    if (parent.ns.empty()) parent.ns = ns;
    parents.push_back(std::move(parent));
  }
  return parents;
}

void read_hosts(Fields& fields, const Node* spec, Route& route) {
  fields.texts(spec, "hostnames");
  const Node* hosts = spec ? spec->find("hostnames") : nullptr;
  if (!hosts || !hosts->is(Node::Type::list)) return;
  for (const Node& host : *hosts) {
    if (!host.is(Node::Type::text)) continue;
    route.hosts.emplace_back(host.text);
    route.host_places.push_back(fields.at(host));
  }
}

bool bound_to_service(const Route& route) {
  return std::ranges::any_of(route.parents,
                             [](const ParentRef& p) { return p.kind == "Service" || p.kind == "Server"; });
}

GatewayObject::Listener listener_of(Fields& fields, const Node& from, const std::string& ns) {
  GatewayObject::Listener listener{fields.text(&from, "name"), fields.text(&from, "hostname"),
                                   fields.text(&from, "protocol"), fields.port(&from, "port")};
  listener.where = fields.at(from);
  for (const Node* ref : fields.maps(fields.map(&from, "tls"), "certificateRefs")) {
    const std::string kind = fields.text(ref, "kind"), in = fields.text(ref, "namespace");
    if (!listener.secret.empty() || (!kind.empty() && kind != "Secret")) continue;
    listener.secret = fields.text(ref, "name");
    listener.secret_ns = in.empty() ? ns : in;
  }
  return listener;
}

}  // namespace

void read_gateway_route(Reading& reading) {
  Route route;
  route.object = reading.object;
  read_hosts(reading.fields, reading.spec, route);
  std::size_t number = 0;
  for (const Node* rule : reading.fields.maps(reading.spec, "rules")) add_rules(reading.fields, *rule, number++, route);
  route.parents = parents_of(reading.fields, reading.spec, route.object.ns);
  route.tls = route.object.kind == "TLSRoute";
  const bool linkerd = group_of(route.object.api_version) == "policy.linkerd.io";
  if (bound_to_service(route))
    mark(reading.inventory, route.object, linkerd ? "linkerd" : "any", "policy",
         route.object.kind + " bound to a Service");
  reading.inventory.routes.push_back(std::move(route));
}

void read_gateway(Reading& reading) {
  Fields& fields = reading.fields;
  GatewayObject gateway;
  gateway.object = reading.object;
  gateway.class_name = fields.text(reading.spec, "gatewayClassName");
  for (const Node* from : fields.maps(reading.spec, "listeners"))
    gateway.listeners.push_back(listener_of(fields, *from, gateway.object.ns));
  for (const Node* holder : {reading.spec, fields.map(reading.root, "status")})
    for (const Node* address : fields.maps(holder, "addresses"))
      if (std::string value = fields.text(address, "value"); !value.empty())
        gateway.addresses.push_back(std::move(value));
  if (gateway.class_name.find("waypoint") != std::string::npos)
    mark(reading.inventory, gateway.object, "istio-ambient", "policy", "waypoint Gateway");
  reading.inventory.gateways.push_back(std::move(gateway));
}

void read_gateway_class(Reading& reading) {
  reading.inventory.gateway_classes.push_back({reading.object, reading.fields.text(reading.spec, "controllerName")});
}

}  // namespace nsew
