// From a plan and the sums over traces to the graph's edges.
#pragma once

#include "graph/build_plan.hpp"

namespace nsew {

// Nodes, edges, trace groups and what is counted beside them. `emitters`: nodes that are in the graph without any edge.
CallGraph tallied(const Plan&, const LevelSums&, const std::set<std::uint32_t>& emitters, const PlatformKnowledge&);

}  // namespace nsew
