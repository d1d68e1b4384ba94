#include "graph/observe_tenants.hpp"

#include "input/sink.hpp"

namespace nsew {
namespace {

// The address says nothing where the record names the end by itself.
bool only_address(const Party& p) {
  return !p.address.empty() && p.pod.empty() && p.workload.empty() && p.service.empty() && p.app.empty() &&
         p.host.empty() && (p.reserved.empty() || p.reserved == "world");
}

}  // namespace

Tenants::Tenants(std::span<const std::string> parties, const Tenancies& tenancies)
    : parties_(parties.begin(), parties.end()), given_(static_cast<std::uint32_t>(parties.size())) {
  if (tenancies.empty()) return;
  first_.assign(parties.size(), 0);
  for (std::uint32_t i = 0; i < given_; ++i) {
    Party party = unpacked_party(parties[i]);
    const auto address = only_address(party) ? parse_address(party.address) : std::nullopt;
    const auto found = address ? tenancies.find(*address) : tenancies.end();
    if (found == tenancies.end()) continue;
    first_[i] = static_cast<std::uint32_t>(parties_.size());
    tenants_.push_back(&found->second), parties_.push_back(packed(Party{.cluster = party.cluster}));
    for (const Tenant& tenant : found->second) {
      tenants_.push_back(&found->second);
      parties_.push_back(
          packed(Party{.address = party.address, .ns = tenant.ns, .pod = tenant.pod, .cluster = party.cluster}));
    }
  }
}

std::uint32_t Tenants::found(std::uint32_t party, std::uint64_t time_ns) const {
  const std::uint32_t nobody = first_[party];
  const std::vector<Tenant>& tenants = *tenants_[nobody - given_];
  const Tenant* tenant = tenant_at(tenants, time_ns);
  return tenant == nullptr ? nobody : nobody + 1 + static_cast<std::uint32_t>(tenant - tenants.data());
}

}  // namespace nsew
