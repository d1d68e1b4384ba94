// What nsew knows about the world's platforms, and what a declared workload is by that knowledge.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.hpp"

namespace nsew {

// What the fixed knowledge of rules/platform.yaml says; parsed by app, because graph parses nothing.
struct PlatformKnowledge {
  std::set<std::string> namespaces;  // platform namespaces, exact
  std::vector<std::string> images;   // image name prefixes (without registry and tag) of control planes and agents
  std::vector<std::string> gateway_images;          // of ingress controllers and gateway proxies
  std::set<std::string> gateway_names;              // exact well-known gateway names
  std::set<std::string> store_names, store_images;  // databases, caches, object stores
  std::set<int> store_ports;
  std::set<std::string> broker_names, broker_images;
  std::set<int> broker_ports;
  std::set<std::string> probe_agents;                       // user agent families of probes and scrapes
  std::set<std::string> synthetic_agents, synthetic_names;  // load generators
  std::set<std::string> telemetry_routes;  // RPC services and path prefixes of telemetry export, health and reflection
  std::vector<std::string> client_sdk;     // names that mean browser or mobile
};

inline const PlatformKnowledge no_platform_knowledge{};

}  // namespace nsew
