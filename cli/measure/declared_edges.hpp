// Calls that manifests declare: addresses in environment, arguments and ConfigMaps, and callers that policies name.
#pragma once

#include <set>
#include <vector>

#include "graph/declared.hpp"

namespace nsew {

struct DeclaredEdge {
  const DeclaredPart *from = nullptr, *to = nullptr;
};
// Between different parts, each pair once, in the parts' order.
std::vector<DeclaredEdge> declared_edges(const std::vector<DeclaredPart>&, const Inventory&);

// Of them those from one app service to another whose caller is itself called by an app service and is no entry.
std::size_t declared_backend_edges(const std::vector<DeclaredPart>&, const Inventory&);

}  // namespace nsew
