#pragma once

#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"

namespace nsew {

// What was seen and what is declared.
struct Picture {
  const CallGraph& graph;
  const Inventory& inventory;
  std::set<std::string> only_namespaces;    // -n: what is reported and scored; never moves the boundary
  std::set<std::string> except_namespaces;  // --exclude-namespace
  std::optional<double> sampling_rate;      // --sampling-rate was given
};

}  // namespace nsew
