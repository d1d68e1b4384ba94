#pragma once

#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"
#include "graph/platform.hpp"

namespace nsew {

struct Component;  // facts.hpp

// What was seen and what is declared.
struct Picture {
  const CallGraph& graph;
  const Inventory& inventory;
  std::set<std::string> only_namespaces;    // -n: what is reported and scored; never moves the boundary
  std::set<std::string> except_namespaces;  // --exclude-namespace
  std::optional<double> sampling_rate;      // --sampling-rate was given
  const PlatformKnowledge& knowledge = no_platform_knowledge;  // tells declared app workloads from the rest
  const std::vector<Component>* components = nullptr;  // components_of() this picture, where it is measured many times
};

}  // namespace nsew
