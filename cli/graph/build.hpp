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
  bool mergeable = true;  // keep what a merge with other graphs may need (CallGraph::alternatives)
};

CallGraph build_graph(std::vector<RecordSink>& sinks, const Inventory&, const PlatformKnowledge&, const GraphOptions&);

// Adds `other` to `into`. Exact for parts that cut no trace, connection or request id, but for what only the whole
// shows:
// - a name without namespace that joined the only service of that name stays joined when another part has a second one;
// - of more than three gateways by name in one part, those that services call in another keep that part's levels and
//   sums over traces;
// - a Cilium identity or an address that only another part names (graph/observe.hpp), a host of two labels whose second
// is
//   a namespace that only another part knows, and arrivals at a gateway that only another part's logs or flows see
//   calling on, keep the class that they had.
void merge(CallGraph& into, const CallGraph& other);

}  // namespace nsew
