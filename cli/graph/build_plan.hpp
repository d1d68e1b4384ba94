// What becomes of every draft, once it is settled which gateways by name are gateways. A graph that is to be merged
// holds the counts for the other case too (CallGraph::alternatives): another part may show that a service calls such a
// gateway.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "graph/build_drafts.hpp"
#include "graph/direction.hpp"
#include "graph/levels.hpp"

namespace nsew {

struct Plan {
  std::set<std::string> without;  // ids of gateways by name that are taken for services
  NodeTable nodes;                // with settled kinds
  std::vector<Draft> traced, observed;
  std::vector<Decision> decisions;     // of traced
  std::vector<Settled> settled;        // of traced
  std::vector<std::uint32_t> by_rank;  // node numbers in the order in which Settled::to counts them
};

// The plan as the data say, then one for each set of gateways by name that might turn out to be services.
std::vector<Plan> plans_of(const NodeTable&, const std::vector<Draft>& traced, const std::vector<Draft>& observed,
                           const PlatformKnowledge&, bool mergeable);

}  // namespace nsew
