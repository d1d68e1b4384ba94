// Which gateway is already there, thing by thing; words of the fact existing.gateway, empty where it shows none.
#pragma once

#include <string_view>

#include "cluster/inventory.hpp"

namespace nsew {

std::string_view incumbent_of(const Route&);     // an Ingress, by class and annotations
std::string_view incumbent_of(const Workload&);  // a controller or proxy, by image and name

}  // namespace nsew
