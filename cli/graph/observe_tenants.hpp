// Parties of which only a reused address is known, once for each pod that had it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graph/tenancy.hpp"

namespace nsew {

class Tenants {
 public:
  Tenants() = default;
  Tenants(std::span<const std::string> parties, const Tenancies&);

  // The parties given, then those that were added.
  std::span<const std::string> parties() const { return parties_; }
  // The party that this one was at that time; 0 as time: not known.
  std::uint32_t at(std::uint32_t party, std::uint64_t time_ns) const {
    return first_.empty() || first_[party] == 0 || time_ns == 0 ? party : found(party, time_ns);
  }

 private:
  std::uint32_t found(std::uint32_t party, std::uint64_t time_ns) const;

  std::vector<std::string> parties_;
  std::vector<std::uint32_t> first_;                 // by party: its first variant, nobody; 0 = it has none
  std::vector<const std::vector<Tenant>*> tenants_;  // by variant
  std::uint32_t given_ = 0;
};

}  // namespace nsew
