#include <algorithm>

#include "measure/scope.hpp"

namespace nsew {
namespace {

// Flags and classes that are set aside: shown, never in the share.
void put_set_aside(const Scope& scope, Source source, const std::map<CallClass, double>& calls, FactSheet& sheet) {
  const std::string_view from = name_of(source);
  put(sheet, "traffic.datastore_calls", calls.at(CallClass::datastore), from);
  put(sheet, "traffic.egress_calls", calls.at(CallClass::egress), from);
  put(sheet, "traffic.unknown_calls", calls.at(CallClass::unknown), from);
  put(sheet, "traffic.platform_calls", calls.at(CallClass::platform), from);
  put(sheet, "traffic.async_messages", calls.at(CallClass::async), from);
  put(sheet, "traffic.hairpin_calls", flagged(scope.edges, source, EdgeFlag::hairpin), from);
  put(sheet, "traffic.synthetic_calls", flagged(scope.edges, source, EdgeFlag::synthetic), from);
  if (scope.whole) put(sheet, "traffic.intra_pod_calls", static_cast<double>(scope.picture.graph.intra_pod), from);
}

void put_calls(const Scope& scope, Source source, const std::map<CallClass, double>& calls, FactSheet& sheet) {
  const CallGraph& graph = scope.picture.graph;
  const std::string_view from = name_of(source);
  if (shows(graph, CallClass::north_south, source))
    put(sheet, "traffic.north_south_calls", calls.at(CallClass::north_south), from);
  if (shows(graph, CallClass::east_west, source))
    put(sheet, "traffic.east_west_calls", calls.at(CallClass::east_west), from);
  put_set_aside(scope, source, calls, sheet);
}

bool both_sides(const Scope& scope, Source source) {
  return shows(scope.picture.graph, CallClass::north_south, source) &&
         shows(scope.picture.graph, CallClass::east_west, source);
}

void put_share(const Scope& scope, Source source, const std::map<CallClass, double>& calls, FactSheet& sheet) {
  if (!both_sides(scope, source)) return;
  std::optional<Share> share =
      source == Source::traces ? share_of_traces(counted(calls), scope.trace_sums()) : share_of_all(counted(calls));
  if (source == Source::flows) share = hull(share, share_of_all(counted(bytes_by_class(scope.edges, source))));
  if (share) put(sheet, "traffic.east_west_share", *share, name_of(source));
}

// Levels are the callers'; a call that is below no entry (level 0) may be nested or not.
void put_nested(const Scope& scope, FactSheet& sheet) {
  double nested = 0, unclear = 0;
  for (const EdgeEntry* entry : scope.east_west()) {
    const auto at = entry->second.seen.find(Source::traces);
    if (at == entry->second.seen.end()) continue;
    for (const auto& [level, calls] : at->second.levels) {
      if (level >= 2) nested += calls.estimate();
      if (level == 0) unclear += calls.estimate();
    }
  }
  put(sheet, "traffic.nested_calls", Share{nested, nested, nested + unclear}, "traces");
}

// Who makes the calls: the busiest edge, the busiest caller, and how many callers there are in effect.
void put_callers(const Scope& scope, Source source, double total, FactSheet& sheet) {
  std::map<std::string, double> by_caller;
  double busiest_edge = 0, busiest_caller = 0, squares = 0;
  for (const EdgeEntry* entry : scope.east_west()) {
    const double calls = calls_of(entry->second, source);
    by_caller[entry->first.from] += calls;
    busiest_edge = std::max(busiest_edge, calls);
  }
  for (const auto& [caller, calls] : by_caller) {
    busiest_caller = std::max(busiest_caller, calls);
    if (total > 0) squares += calls / total * (calls / total);
  }
  const std::string_view from = name_of(source);
  put(sheet, "traffic.top_pair_share", total > 0 ? busiest_edge / total : 0, from);
  put(sheet, "traffic.top_caller_share", total > 0 ? busiest_caller / total : 0, from);
  put(sheet, "topology.caller_diversity", squares > 0 ? 1 / squares : 0, from);
}

// Bytes come from flows where there are any, else from logs; never from both.
void put_bytes(const Scope& scope, FactSheet& sheet) {
  for (const Source source : {Source::flows, Source::request_logs}) {
    const auto bytes = bytes_by_class(scope.edges, source);
    if (counted(bytes).north_south + counted(bytes).east_west <= 0) continue;
    const std::string_view from = name_of(source);
    if (shows(scope.picture.graph, CallClass::north_south, source))
      put(sheet, "traffic.north_south_bytes", bytes.at(CallClass::north_south), from);
    if (shows(scope.picture.graph, CallClass::east_west, source))
      put(sheet, "traffic.east_west_bytes", bytes.at(CallClass::east_west), from);
    return;
  }
}

}  // namespace

void measure_traffic(const Scope& scope, FactSheet& sheet) {
  put_bytes(scope, sheet);
  const auto source = deciding_source(scope);
  if (!source) return;
  const auto calls = calls_by_class(scope.edges, *source);
  put_share(scope, *source, calls, sheet);
  if (*source != Source::flows) put_calls(scope, *source, calls, sheet);  // connections are no calls
  if (*source == Source::traces) put_nested(scope, sheet);
  if (shows(scope.picture.graph, CallClass::east_west, *source))
    put_callers(scope, *source, calls.at(CallClass::east_west), sheet);
}

}  // namespace nsew
