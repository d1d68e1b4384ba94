#include <algorithm>

#include "base/text.hpp"
#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

// reviews, reviews.shop, reviews.shop.svc.cluster.local: the short name belongs to the namespace of the rule.
void set_host(Backend& backend, const std::string& host, const std::string& ns) {
  const auto parts = split(host, '.');
  const bool qualified = parts.size() == 2 || (parts.size() > 2 && parts[2] == "svc");
  backend.name = qualified ? std::string(parts[0]) : host;
  backend.ns = qualified ? std::string(parts[1]) : ns;
}

std::vector<Backend> destinations(Fields& fields, const Node& rule, const std::string& ns) {
  std::vector<Backend> backends;
  for (const Node* from : fields.maps(&rule, "route")) {
    const Node* destination = fields.map(from, "destination");
    if (!destination) continue;
    Backend backend;
    set_host(backend, fields.text(destination, "host"), ns);
    backend.port = fields.port(fields.map(destination, "port"), "number");
    backend.weight = fields.integer(from, "weight");
    backend.where = fields.at(*destination);
    backends.push_back(std::move(backend));
  }
  return backends;
}

void read_match(Fields& fields, const Node& match, RouteRule& rule) {
  const Node* uri = fields.map(&match, "uri");
  for (const auto& [key, type] :
       {std::pair{"exact", "Exact"}, std::pair{"prefix", "PathPrefix"}, std::pair{"regex", "RegularExpression"}})
    if (std::string path = fields.text(uri, key); !path.empty()) {
      rule.path = std::move(path);
      rule.path_type = type;
    }
  rule.method = fields.text(fields.map(&match, "method"), "exact");
}

void add_rules(Fields& fields, const Node& from, Route& route) {
  RouteRule rule;
  rule.backends = destinations(fields, from, route.object.ns);
  rule.where = fields.at(from);
  const auto matches = fields.maps(&from, "match");
  if (matches.empty()) route.rules.push_back(rule);
  for (const Node* match : matches) {
    RouteRule matched = rule;
    matched.where = fields.at(*match);
    read_match(fields, *match, matched);
    route.rules.push_back(std::move(matched));
  }
}

ParentRef gateway_ref(const std::string& name, const std::string& ns) {
  if (name == "mesh") return {"Mesh", "", "mesh", ""};
  const auto slash = name.find('/');
  if (slash == std::string::npos) return {"Gateway", ns, name, ""};
  const std::string given = name.substr(0, slash);
  return {"Gateway", given == "." ? ns : given, name.substr(slash + 1), ""};
}

bool on_mesh(const Route& route) {
  return std::ranges::any_of(route.parents, [](const ParentRef& parent) { return parent.kind == "Mesh"; });
}

bool names_gateway(Fields& fields, const Node* spec) {
  return std::ranges::any_of(fields.maps(spec, "targetRefs"),
                             [&](const Node* target) { return fields.text(target, "kind") == "Gateway"; });
}

// cluster.local/ns/shop/sa/cart -> shop/cart; a pattern stays what it is.
std::string account_of(const std::string& principal) {
  const auto parts = split(principal, '/');
  return parts.size() == 5 && parts[1] == "ns" && parts[3] == "sa" ? std::string(parts[2]) + "/" + std::string(parts[4])
                                                                   : principal;
}

void add_callers(Fields& fields, const Node& source, Policy& policy) {
  const auto add = [&](auto set) {
    Policy::Caller caller;
    caller.where = fields.at(source);
    set(caller);
    policy.callers.push_back(std::move(caller));
  };
  for (const std::string& principal : fields.texts(&source, "principals"))
    add([&](Policy::Caller& c) { c.service_account = account_of(principal); });
  for (const std::string& account : fields.texts(&source, "serviceAccounts"))
    add([&](Policy::Caller& c) {
      c.service_account = account.find('/') == std::string::npos ? policy.object.ns + "/" + account : account;
    });
  for (const std::string& ns : fields.texts(&source, "namespaces"))
    add([&](Policy::Caller& c) { c.namespaces = Labels{{"kubernetes.io/metadata.name", ns}}; });
  for (const std::string_view key : {"ipBlocks", "remoteIpBlocks"})
    for (const std::string& block : fields.texts(&source, key)) add([&](Policy::Caller& c) { c.ip_block = block; });
}

void read_targets(Fields& fields, const Node* spec, Policy& policy) {
  for (const Node* target : fields.maps(spec, "targetRefs"))
    if (fields.text(target, "kind") == "Service") policy.targets.push_back(fields.text(target, "name"));
}

}  // namespace

void read_virtual_service(Reading& reading) {
  Fields& fields = reading.fields;
  Route route;
  route.object = reading.object;
  route.hosts = fields.texts(reading.spec, "hosts");
  if (!route.hosts.empty())
    for (const Node& host : *reading.spec->find("hosts"))
      if (!host.is(Node::Type::null)) route.host_places.push_back(fields.at(host));
  route.host_places.resize(route.hosts.size(), route.object.where);
  for (const std::string_view protocol : {"http", "tls", "tcp"})
    for (const Node* rule : fields.maps(reading.spec, protocol)) add_rules(fields, *rule, route);
  std::vector<std::string> gateways = fields.texts(reading.spec, "gateways");
  if (gateways.empty()) gateways = {"mesh"};
  for (const std::string& name : gateways) route.parents.push_back(gateway_ref(name, route.object.ns));
  if (on_mesh(route))
    mark(reading.inventory, route.object, "istio", "policy", "VirtualService for calls between services");
  reading.inventory.routes.push_back(std::move(route));
}

void read_destination_rule(Reading& reading) {
  mark(reading.inventory, reading.object, "istio", "policy", "DestinationRule");
  read_other(reading);
}

void read_istio_gateway(Reading& reading) {
  Fields& fields = reading.fields;
  GatewayObject gateway;
  gateway.object = reading.object;
  gateway.selector = fields.labels(reading.spec, "selector");
  for (const Node* server : fields.maps(reading.spec, "servers")) {
    const Node* port = fields.map(server, "port");
    std::vector<std::string> hosts = fields.texts(server, "hosts");
    if (hosts.empty()) hosts.emplace_back();
    const std::string secret = fields.text(fields.map(server, "tls"), "credentialName");
    for (std::string& host : hosts)
      gateway.listeners.push_back({fields.text(port, "name"), host.substr(host.find('/') + 1),
                                   fields.text(port, "protocol"), fields.port(port, "number"), secret, "",
                                   fields.at(*server)});
  }
  reading.inventory.gateways.push_back(std::move(gateway));
}

void read_peer_authentication(Reading& reading) {
  mark(reading.inventory, reading.object, "istio", "policy", reading.object.kind);
  read_other(reading);
}

void read_sidecar(Reading& reading) {
  mark(reading.inventory, reading.object, "istio-sidecar", "policy", "Sidecar");
  read_other(reading);
}

void read_istio_authorization(Reading& reading) {
  Fields& fields = reading.fields;
  Policy policy;
  policy.object = reading.object;
  policy.selector = fields.labels(fields.map(reading.spec, "selector"), "matchLabels");
  read_targets(fields, reading.spec, policy);
  const std::string action = fields.text(reading.spec, "action");
  policy.allows = action.empty() || action == "ALLOW";
  for (const Node* rule : fields.maps(reading.spec, "rules")) {
    for (const Node* from : fields.maps(rule, "from"))
      if (const Node* source = fields.map(from, "source")) add_callers(fields, *source, policy);
    for (const Node* to : fields.maps(rule, "to"))
      for (std::string& port : fields.texts(fields.map(to, "operation"), "ports"))
        policy.ports.push_back(std::move(port));
  }
  const bool at_the_edge =
      selects_gateway(policy.selector) || (policy.targets.empty() && names_gateway(fields, reading.spec));
  if (!at_the_edge) mark(reading.inventory, policy.object, "istio", "policy", "AuthorizationPolicy");
  reading.inventory.policies.push_back(std::move(policy));
}

void read_istio_operator(Reading& reading) {
  const bool ambient = reading.fields.text(reading.spec, "profile") == "ambient";
  mark(reading.inventory, reading.object, ambient ? "istio-ambient" : "istio", "control-plane", reading.object.kind);
  read_other(reading);
}

}  // namespace nsew
