#pragma once

#include "graph/call_graph.hpp"

namespace nsew {

// What follows from the whole graph and not from its parts: joins of names without namespace, kinds of nodes, unpaired
// calls, and what no input could show. Called at the end of building and of merging.
void finalise(CallGraph&);

}  // namespace nsew
