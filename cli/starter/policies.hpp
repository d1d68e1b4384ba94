// Fences and allow-lists, one per callee, from the callers that were recorded.
#pragma once

#include "starter/callees.hpp"
#include "starter/portable.hpp"

namespace nsew::starter {

struct ProxyPods {  // where a gateway's proxies run, and how to select them
  std::string ns;
  Labels labels;
};
std::vector<Json> network_policies(Bundle&, const std::vector<Callee>&, const ProxyPods&);

// Names of declared policies of a kind: a generated one must not take an existing one's place.
std::set<std::string> taken_names(const Picture&, const std::string& kind);

// istio_policies.cpp: file stem and document
struct NamedPolicy {
  std::string name;
  const Callee* callee = nullptr;
  Json document;
};
std::vector<NamedPolicy> l4_policies(Bundle&, const std::vector<Callee>&, const std::string& gateway_account);

// waypoint.cpp
bool needs_waypoint(const Callee&);
Json l7_policy(Bundle&, const Callee&);
std::vector<Json> waypoint_of(const std::string& ns);
Json waypoint_service(const Callee&);
std::vector<Json> waypoint_traffic(Bundle&, const Callee&);

}  // namespace nsew::starter
