// Who had an address when: a pod's address is given to another pod once the first one is gone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.hpp"
#include "graph/address.hpp"

namespace nsew {

struct Tenant {
  std::uint64_t from_ns = 0, to_ns = ~std::uint64_t{0};
  std::string ns, pod;
  auto operator<=>(const Tenant&) const = default;
};

// Only addresses of which the manifests say when a pod had them; tenants in the order of their beginnings.
using Tenancies = std::map<Address, std::vector<Tenant>>;
Tenancies tenancies(const Inventory&);

// Who had the address at that time; null for nobody. A pod keeps it until its end or until another pod has it.
const Tenant* tenant_at(const std::vector<Tenant>&, std::uint64_t time_ns);

}  // namespace nsew
