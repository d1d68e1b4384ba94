#include "graph/tenancy.hpp"

#include <algorithm>
#include <tuple>

#include "input/timestamp.hpp"

namespace nsew {
namespace {

// The manifests give times in whole seconds, and the clocks of nodes differ a little.
constexpr std::uint64_t slack_ns = 2'000'000'000;

// Several dumps of a cluster tell of one pod: one of them may know its end.
void add(std::vector<Tenant>& tenants, Tenant tenant) {
  for (Tenant& known : tenants)
    if (std::tie(known.ns, known.pod, known.from_ns) == std::tie(tenant.ns, tenant.pod, tenant.from_ns)) {
      known.to_ns = std::min(known.to_ns, tenant.to_ns);
      return;
    }
  tenants.push_back(std::move(tenant));
}

bool says_when(const std::vector<Tenant>& tenants) {
  return std::ranges::any_of(tenants, [](const Tenant& t) { return t.from_ns != 0 || t.to_ns != ~std::uint64_t{0}; });
}

}  // namespace

Tenancies tenancies(const Inventory& inventory) {
  Tenancies all;
  for (const Workload& workload : inventory.workloads) {
    if (workload.host_network) continue;
    for (const Workload::Pod& pod : workload.pods) {
      const auto address = parse_address(pod.address);
      if (!address) continue;
      Tenant tenant{.from_ns = timestamp_ns(pod.started), .ns = workload.object.ns, .pod = pod.name};
      if (const std::uint64_t end = timestamp_ns(pod.ended); end != 0) tenant.to_ns = end;
      add(all[*address], std::move(tenant));
    }
  }
  std::erase_if(all, [](const auto& entry) { return !says_when(entry.second); });
  for (auto& [address, tenants] : all) std::ranges::sort(tenants);
  return all;
}

const Tenant* tenant_at(const std::vector<Tenant>& tenants, std::uint64_t time_ns) {
  const auto begun = [&](const Tenant& t) { return t.from_ns <= time_ns; };
  const auto last = std::find_if(tenants.rbegin(), tenants.rend(), begun);
  if (last != tenants.rend() && time_ns <= last->to_ns) return &*last;
  const auto near = [&](const Tenant& t) {
    return t.from_ns <= time_ns + slack_ns && (time_ns <= t.to_ns || time_ns - t.to_ns <= slack_ns);
  };
  const auto found = std::find_if(tenants.rbegin(), tenants.rend(), near);
  return found == tenants.rend() ? nullptr : &*found;
}

}  // namespace nsew
