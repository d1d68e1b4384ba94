#include "measure/measure.hpp"

#include "measure/scope.hpp"

namespace nsew {
namespace {

std::string_view unit_of(Source source) { return source == Source::flows ? "connections" : "requests"; }

std::string unobservable(const CallGraph& graph, Source source) {
  for (const CallClass cls : {CallClass::north_south, CallClass::east_west})
    if (!shows(graph, cls, source)) return std::string(name_of(cls)) + " is not observable in this input";
  return {};
}

double total_of(const std::map<CallClass, double>& calls) {
  double total = 0;
  for (const auto& [cls, n] : calls) total += n;
  return total;
}

UnitTraffic unit_traffic(const Scope& scope, Source source, std::string_view unit, std::map<CallClass, double> calls) {
  UnitTraffic traffic;
  traffic.source = source, traffic.unit = unit;
  traffic.total = total_of(calls);
  traffic.why_not = unobservable(scope.picture.graph, source);
  const Counted sums = counted(calls);
  const auto share = [&](const Counted& c) {
    return source == Source::traces ? share_of_traces(c, scope.trace_sums()) : share_of_all(c);
  };
  if (traffic.why_not.empty()) traffic.share = share(sums);
  if (traffic.why_not.empty() && !traffic.share) traffic.why_not = "no call was counted";
  if (unit != "bytes") traffic.hairpin = flagged(scope.east_west(), source, EdgeFlag::hairpin);
  if (traffic.share && traffic.hairpin > 0)
    traffic.share_without_hairpins = share({sums.north_south, sums.east_west - traffic.hairpin, sums.unknown});
  traffic.calls = std::move(calls);
  return traffic;
}

std::vector<Source> sources_in_order(const Scope& scope) {
  std::vector<Source> order;
  if (const auto first = deciding_source(scope)) order.push_back(*first);
  for (const Source source : {Source::traces, Source::request_logs, Source::graph, Source::flows})
    if (order.empty() || source != order.front()) order.push_back(source);
  return order;
}

}  // namespace

std::vector<UnitTraffic> traffic_by_unit(const Picture& picture) {
  const Scope scope(picture, nullptr);
  std::vector<UnitTraffic> units;
  for (const Source source : sources_in_order(scope)) {
    auto calls = calls_by_class(scope.edges, source);
    if (total_of(calls) > 0) units.push_back(unit_traffic(scope, source, unit_of(source), std::move(calls)));
    auto bytes = bytes_by_class(scope.edges, source);
    if (total_of(bytes) > 0) units.push_back(unit_traffic(scope, source, "bytes", std::move(bytes)));
  }
  return units;
}

FactSheet measure(const Picture& picture, const Component* scored) {
  const Scope scope(picture, scored);
  FactSheet sheet;
  for (const auto family : {measure_traffic, measure_topology, measure_l7, measure_identity, measure_org,
                            measure_existing, measure_constraints, measure_data})
    family(scope, sheet);
  // Of this component, not the largest of all: so that the sheet, read back, gives the same verdict.
  if (scored != nullptr) {
    put(sheet, "topology.largest_component", static_cast<double>(scored->services.size()), "graph");
    put(sheet, "topology.services", scored->services, "graph");
  }
  return sheet;
}

}  // namespace nsew
