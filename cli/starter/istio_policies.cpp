#include <algorithm>

#include <fmt/format.h>

#include "starter/names.hpp"
#include "starter/policies.hpp"

namespace nsew::starter {
namespace {

constexpr std::size_t most_accounts = 16;  // of one source, by the CRD

std::vector<std::string> accounts_of(const Callee& callee, const std::string& gateway_account) {
  std::set<std::string> accounts;
  for (const Caller& caller : callee.callers) {
    if (!caller.platform) accounts.insert(caller.member->accounts.begin(), caller.member->accounts.end());
  }
  if (callee.routed && !gateway_account.empty()) accounts.insert(gateway_account);
  return {accounts.begin(), accounts.end()};
}

Json sources_of(const std::vector<std::string>& accounts) {
  Json sources = Json::array();
  for (std::size_t i = 0; i < accounts.size(); i += most_accounts) {
    const auto end = accounts.begin() + static_cast<std::ptrdiff_t>(std::min(i + most_accounts, accounts.size()));
    sources.push_back(
        {{"source",
          {{"serviceAccounts", std::vector<std::string>(accounts.begin() + static_cast<std::ptrdiff_t>(i), end)}}}});
  }
  return sources;
}

std::vector<std::string> tcp_ports(const Callee& callee) {
  std::vector<std::string> ports;
  for (const auto& [port, protocol] : callee.pod_ports) {
    if (protocol == "TCP") ports.push_back(std::to_string(port));
  }
  return ports;
}

Json rule_json(const Json& from, const std::vector<std::string>& ports) {
  Json rule{{"from", from}};
  if (!ports.empty()) rule["to"] = Json::array({{{"operation", {{"ports", ports}}}}});
  return rule;
}

Json scrape_of(const Caller& caller) {
  const Json source = caller.by_namespace ? Json{{"namespaces", Json::array({caller.member->ns})}}
                                          : Json{{"serviceAccounts", caller.member->accounts}};
  std::vector<std::string> ports;
  for (const int port : numbers_of(caller.ports)) ports.push_back(std::to_string(port));
  return rule_json(Json::array({{{"source", source}}}), ports);
}

// The first rule is that of the service's own callers: the waypoint's phases change it and no other.
Json rules_of(const Callee& callee, const std::string& gateway_account) {
  Json rules = Json::array();
  const Json sources = sources_of(accounts_of(callee, gateway_account));
  if (!sources.empty()) rules.push_back(rule_json(sources, tcp_ports(callee)));
  for (const Caller& caller : callee.callers) {
    if (caller.platform) rules.push_back(scrape_of(caller));
  }
  return rules;
}

}  // namespace

std::vector<NamedPolicy> l4_policies(Bundle& bundle, const std::vector<Callee>& callees,
                                     const std::string& gateway_account) {
  std::vector<NamedPolicy> out;
  std::set<std::string> taken = taken_names(bundle.assessment().picture, "AuthorizationPolicy");
  for (const Callee& callee : callees) {
    const Json rules = rules_of(callee, gateway_account);
    if (!callee.refused.empty() || rules.empty()) continue;
    const std::string name = unique_label(callee.member->name, taken);
    out.push_back(
        {name,
         &callee,
         {{note("callers recorded: " + evidence_of(bundle, callee) + "; at L4 the port is the pod's"), nullptr},
          {"apiVersion", "security.istio.io/v1"},
          {"kind", "AuthorizationPolicy"},
          {"metadata", {{"name", name}, {"namespace", callee.member->ns}}},
          {"spec",
           {{"selector", {{"matchLabels", callee.member->selector}}}, {"action", "ALLOW"}, {"rules", rules}}}}});
  }
  return out;
}

}  // namespace nsew::starter
