#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

std::string joined(std::string_view kind, const std::string& ns, const std::string& name) {
  return std::string(kind) + "/" + ns + "/" + name;
}

std::string ref_of(Fields& fields, const Node* ref, const std::string& ns) {
  const std::string given = fields.text(ref, "namespace");
  return joined(fields.text(ref, "kind"), given.empty() ? ns : given, fields.text(ref, "name"));
}

void add_account(Policy& policy, std::string account, Location where) {
  Policy::Caller caller;
  caller.service_account = std::move(account);
  caller.where = std::move(where);
  policy.callers.push_back(std::move(caller));
}

// cart.shop.serviceaccount.identity.linkerd.cluster.local -> shop/cart
std::string account_of(const std::string& identity) {
  const auto dot = identity.find('.');
  const auto end = identity.find(".serviceaccount.");
  if (dot == std::string::npos || end == std::string::npos || dot >= end) return identity;
  return identity.substr(dot + 1, end - dot - 1) + "/" + identity.substr(0, dot);
}

}  // namespace

void read_linkerd_server(Reading& reading) {
  Fields& fields = reading.fields;
  Policy policy;
  policy.object = reading.object;
  policy.selector = fields.labels(fields.map(reading.spec, "podSelector"), "matchLabels");
  if (std::string port = fields.text_or_number(reading.spec, "port"); !port.empty()) policy.ports.push_back(port);
  mark(reading.inventory, policy.object, "linkerd", "policy", "Server");
  reading.inventory.policies.push_back(std::move(policy));
}

void read_linkerd_authorization(Reading& reading) {
  Fields& fields = reading.fields;
  Policy policy;
  policy.object = reading.object;
  if (const Node* target = fields.map(reading.spec, "targetRef"))
    policy.joins.push_back(ref_of(fields, target, policy.object.ns));
  for (const Node* ref : fields.maps(reading.spec, "requiredAuthenticationRefs")) {
    const std::string join = ref_of(fields, ref, policy.object.ns);
    if (join.starts_with("ServiceAccount/"))
      add_account(policy, join.substr(join.find('/') + 1), fields.at(*ref));
    else
      policy.joins.push_back(join);
  }
  mark(reading.inventory, policy.object, "linkerd", "policy", "AuthorizationPolicy");
  reading.inventory.policies.push_back(std::move(policy));
}

void read_linkerd_authentication(Reading& reading) {
  Fields& fields = reading.fields;
  Policy policy;
  policy.object = reading.object;
  for (const std::string& identity : fields.texts(reading.spec, "identities"))
    add_account(policy, account_of(identity), policy.object.where);
  for (const Node* ref : fields.maps(reading.spec, "identityRefs"))
    if (const std::string join = ref_of(fields, ref, policy.object.ns); join.starts_with("ServiceAccount/"))
      add_account(policy, join.substr(join.find('/') + 1), fields.at(*ref));
  mark(reading.inventory, policy.object, "linkerd", "policy", policy.object.kind);
  reading.inventory.policies.push_back(std::move(policy));
}

void read_service_profile(Reading& reading) {
  mark(reading.inventory, reading.object, "linkerd", "policy", "ServiceProfile");
  read_other(reading);
}

void read_traffic_split(Reading& reading) {
  mark(reading.inventory, reading.object, "any", "policy", "TrafficSplit");
  read_other(reading);
}

}  // namespace nsew
