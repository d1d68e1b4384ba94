#pragma once

#include "cluster/inventory.hpp"

namespace nsew {

// Fills what `into` lacks from another description of the same workload.
void combine(Workload& into, const Workload& from);

// Pods and ReplicaSets into what owns them. Where the owner is not in the input, the pods of one owner become one
// workload under the owner's kind and name.
void fold_owned(std::vector<Workload>&);

}  // namespace nsew
