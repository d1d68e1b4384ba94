#include <fmt/format.h>

#include "starter/names.hpp"
#include "starter/policies.hpp"

namespace nsew::starter {
namespace {

constexpr const char* namespace_label = "kubernetes.io/metadata.name";

Json peer_of(const Caller& from, const Member& callee) {
  const Member& caller = *from.member;
  Json peer = Json::object();
  if (from.by_namespace || caller.ns != callee.ns)
    peer["namespaceSelector"] = {{"matchLabels", {{namespace_label, caller.ns}}}};
  if (!from.by_namespace) peer["podSelector"] = {{"matchLabels", caller.selector}};
  return peer;
}

Json gateway_peer(const ProxyPods& proxies) {
  return {{note("the gateway's proxies"), nullptr},
          {"namespaceSelector", {{"matchLabels", {{namespace_label, proxies.ns}}}}},
          {"podSelector", {{"matchLabels", proxies.labels}}}};
}

Json ports_json(const Callee& callee) {
  Json ports = Json::array();
  for (const auto& [port, protocol] : callee.pod_ports) ports.push_back({{"port", port}, {"protocol", protocol}});
  return ports;
}

Json rule_json(const Json& from, const Json& ports) {
  Json rule{{"from", from}};
  if (!ports.empty()) rule["ports"] = ports;
  return rule;
}

// Who calls the service at its own ports, then each scrape at the ports where it was recorded.
Json rules_of(const Callee& callee, const ProxyPods& proxies) {
  Json from = Json::array(), rules = Json::array();
  if (callee.routed) from.push_back(gateway_peer(proxies));
  for (const Caller& caller : callee.callers) {
    if (!caller.platform) from.push_back(peer_of(caller, *callee.member));
  }
  if (!from.empty()) rules.push_back(rule_json(from, ports_json(callee)));
  for (const Caller& caller : callee.callers) {
    if (!caller.platform) continue;
    Json ports = Json::array();
    for (const int port : numbers_of(caller.ports)) ports.push_back({{"port", port}, {"protocol", "TCP"}});
    rules.push_back(rule_json(Json::array({peer_of(caller, *callee.member)}), ports));
  }
  return rules;
}

}  // namespace

std::set<std::string> taken_names(const Picture& picture, const std::string& kind) {
  std::set<std::string> taken;
  for (const Policy& policy : picture.inventory.policies) {
    if (policy.object.kind == kind) taken.insert(policy.object.name);
  }
  return taken;
}

std::vector<Json> network_policies(Bundle& bundle, const std::vector<Callee>& callees, const ProxyPods& proxies) {
  std::vector<Json> out;
  std::set<std::string> taken = taken_names(bundle.assessment().picture, "NetworkPolicy");
  for (const Callee& callee : callees) {
    if (!callee.refused.empty() || (callee.callers.empty() && !callee.routed)) continue;
    out.push_back({{note("callers recorded: " + evidence_of(bundle, callee) + "; ports are the pods'"), nullptr},
                   {"apiVersion", "networking.k8s.io/v1"},
                   {"kind", "NetworkPolicy"},
                   {"metadata", {{"name", unique_label(callee.member->name, taken)}, {"namespace", callee.member->ns}}},
                   {"spec",
                    {{"podSelector", {{"matchLabels", callee.member->selector}}},
                     {"policyTypes", Json::array({"Ingress"})},
                     {"ingress", rules_of(callee, proxies)}}}});
  }
  return out;
}

}  // namespace nsew::starter
