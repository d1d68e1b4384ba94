// Records and inventory to call graph.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"
#include "graph/platform.hpp"
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

CallGraph build_graph(std::vector<RecordSink>& sinks, const Inventory&, const PlatformKnowledge&, const GraphOptions&);

// Adds `other` to `into`. Exact for parts that cut no trace, connection or request id.
void merge(CallGraph& into, const CallGraph& other);

}  // namespace nsew
