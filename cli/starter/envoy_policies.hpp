// Envoy Gateway's own objects around the portable base.
#pragma once

#include "starter/portable.hpp"

namespace nsew::starter {

inline constexpr int proxies = 2;  // minReplicas of the generated EnvoyProxy: local limits are counted by each

struct TrafficPolicies {
  std::vector<Json> documents;
  std::vector<std::string> limited;  // names of those with a limit in shadow mode
};
TrafficPolicies traffic_policies(Bundle&, const Written&);
Json envoy_proxy(Bundle&, const Surface&, const Site&, const Members&);
Json client_policy(const Site&);
// Paths that only probes use, answered with 404; empty when there are none.
std::vector<Json> hidden_paths(Bundle&, const Surface&, const Site&);

}  // namespace nsew::starter
