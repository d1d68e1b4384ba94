#include <algorithm>

#include "measure/scope.hpp"

namespace nsew {
namespace {

bool on_host_network(const Scope& scope, const std::string& id) {
  const DeclaredPart* part = scope.part_of(id);
  return part != nullptr && std::ranges::any_of(part->workloads, [](const Workload* w) { return w->host_network; });
}

// Of what manifests show, pods on the host's network are what no proxy can join.
void put_unsupported(const Scope& scope, Source source, FactSheet& sheet) {
  double total = 0, unsupported = 0;
  for (const EdgeEntry* entry : scope.east_west()) {
    const double calls = calls_of(entry->second, source);
    total += calls;
    if (on_host_network(scope, entry->first.from) || on_host_network(scope, entry->first.to)) unsupported += calls;
  }
  if (unsupported > 0) put(sheet, "constraints.unsupported_share", unsupported / total, name_of(source));
}

}  // namespace

void measure_constraints(const Scope& scope, FactSheet& sheet) {
  const auto& others = scope.picture.inventory.others;
  if (std::ranges::any_of(others, [](const Other& o) { return o.object.kind == "EnvoyFilter"; }))
    put(sheet, "constraints.envoyfilter", true, "manifests");
  if (const auto source = deciding_source(scope)) put_unsupported(scope, *source, sheet);
}

}  // namespace nsew
