#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

void read_ports(Fields& fields, const Node& rule, Policy& policy) {
  for (const Node* port : fields.maps(&rule, "ports"))
    if (std::string text = fields.text_or_number(port, "port"); !text.empty()) policy.ports.push_back(std::move(text));
}

std::optional<Labels> peer_labels(Fields& fields, const Node* peer, std::string_view key) {
  const Node* selector = fields.map(peer, key);
  if (!selector) return std::nullopt;
  return fields.labels(selector, "matchLabels");
}

void read_peers(Fields& fields, const Node& rule, std::string_view key, Policy& policy) {
  for (const Node* peer : fields.maps(&rule, key)) {
    Policy::Caller caller;
    caller.pods = peer_labels(fields, peer, "podSelector");
    caller.namespaces = peer_labels(fields, peer, "namespaceSelector");
    caller.ip_block = fields.text(fields.map(peer, "ipBlock"), "cidr");
    caller.where = fields.at(*peer);
    policy.callers.push_back(std::move(caller));
  }
}

bool egress_only(Fields& fields, const Node* spec) {
  const auto types = fields.texts(spec, "policyTypes");
  if (types.empty()) return spec && spec->find("egress") && !spec->find("ingress");
  return types == std::vector<std::string>{"Egress"};
}

void read_cilium_rule(Fields& fields, const Node* spec, Policy& policy) {
  if (!spec) return;
  policy.selector = fields.labels(fields.map(spec, "endpointSelector"), "matchLabels");
  policy.ingress = spec->find("ingress") || !spec->find("egress");
  for (const Node* rule : fields.maps(spec, "ingress")) {
    for (const Node* peer : fields.maps(rule, "fromEndpoints")) {
      Policy::Caller caller;
      caller.pods = fields.labels(peer, "matchLabels");
      caller.where = fields.at(*peer);
      policy.callers.push_back(std::move(caller));
    }
    for (const Node* port : fields.maps(rule, "toPorts")) read_ports(fields, *port, policy);
  }
}

bool authenticates(Fields& fields, const Node* spec) {
  for (const std::string_view side : {"ingress", "egress"})
    for (const Node* rule : fields.maps(spec, side))
      if (fields.text(fields.map(rule, "authentication"), "mode") == "required") return true;
  return false;
}

}  // namespace

void read_network_policy(Reading& reading) {
  Fields& fields = reading.fields;
  Policy policy;
  policy.object = reading.object;
  policy.selector = fields.labels(fields.map(reading.spec, "podSelector"), "matchLabels");
  policy.ingress = !egress_only(fields, reading.spec);
  for (const Node* rule : fields.maps(reading.spec, "ingress")) {
    read_peers(fields, *rule, "from", policy);
    read_ports(fields, *rule, policy);
  }
  reading.inventory.policies.push_back(std::move(policy));
}

void read_cilium_policy(Reading& reading) {
  Policy policy;
  policy.object = reading.object;
  read_cilium_rule(reading.fields, reading.spec, policy);
  if (authenticates(reading.fields, reading.spec))
    mark(reading.inventory, policy.object, "cilium", "policy", "mutual authentication");
  reading.inventory.policies.push_back(std::move(policy));
}

}  // namespace nsew
