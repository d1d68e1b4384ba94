// Records and inventory to call graph.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"
#include "input/sink.hpp"

namespace nsew {

struct GraphOptions {
  std::set<std::string> gateways;    // --gateway
  std::vector<std::string> inside;   // --inside CIDR
  std::vector<std::string> outside;  // --outside CIDR or NAME
  std::string environment;           // --environment; empty = all
  std::uint64_t since_ns = 0, until_ns = 0;
  unsigned threads = 1;
};

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

CallGraph build_graph(std::vector<RecordSink>& sinks, const Inventory&, const PlatformKnowledge&, const GraphOptions&);

// Adds `other` to `into`. Exact for parts that cut no trace, connection or request id.
void merge(CallGraph& into, const CallGraph& other);

}  // namespace nsew
