#include <algorithm>
#include <set>

#include "measure/scope.hpp"

namespace nsew {
namespace {

bool saw_calls(const CallGraph& graph, Source source) {
  return std::ranges::any_of(graph.edges, [&](const EdgeEntry& e) { return e.second.seen.contains(source); });
}

void put_sources(const Scope& scope, FactSheet& sheet) {
  std::vector<std::string> sources;
  for (const Source source : {Source::traces, Source::request_logs, Source::flows, Source::graph})
    if (saw_calls(scope.picture.graph, source)) sources.emplace_back(name_of(source));
  if (!scope.picture.inventory.empty()) sources.emplace_back("manifests");
  put(sheet, "data.sources", sources, "inputs");
}

void put_flow_shares(const Scope& scope, FactSheet& sheet) {
  const auto share_fact = [&](std::string_view name, const std::map<CallClass, double>& sums) {
    const CallGraph& graph = scope.picture.graph;
    if (!shows(graph, CallClass::north_south, Source::flows) || !shows(graph, CallClass::east_west, Source::flows))
      return;
    if (const auto share = share_of_all(counted(sums))) put(sheet, name, *share, "flows");
  };
  share_fact("data.east_west_share_connections", calls_by_class(scope.edges, Source::flows));
  share_fact("data.east_west_share_bytes", bytes_by_class(scope.edges, Source::flows));
}

// How traces were chosen is known when every record says so or the user does. Some that say so beside some that do not
// is a reason to doubt; silence is none, and the fact stays absent.
void put_sampling(const Scope& scope, const std::map<double, TraceSums>& sums, FactSheet& sheet) {
  const auto& known = scope.picture.graph.probabilities_known;
  const auto at = known.find(Source::traces);
  const bool told = scope.picture.sampling_rate.has_value() || (at != known.end() && at->second);
  const bool partly = std::ranges::any_of(sums, [](const auto& pair) { return pair.first != 1; });
  if (!told && !partly) return;
  put(sheet, "data.sampling", told ? "head" : "unknown", "traces");
  put(sheet, "data.weights_known", told, "traces");
}

void put_traces(const Scope& scope, FactSheet& sheet) {
  const auto sums = scope.trace_sums();
  const bool traced = saw_calls(scope.picture.graph, Source::traces);
  if (traced || scope.picture.graph.edges.empty())
    put(sheet, "data.traces", effective_traces(sums), traced ? "traces" : "inputs");
  if (traced) put_sampling(scope, sums, sheet);
}

void put_orphan_rate(const CallGraph& graph, FactSheet& sheet) {
  const UnmatchedHalves& halves = graph.unmatched;
  if (halves.all_halves == 0) return;
  const auto lost = static_cast<double>(halves.server_without_parent + halves.client_without_server);
  put(sheet, "data.orphan_rate", lost / static_cast<double>(halves.all_halves), "traces");
}

void put_window(const CallGraph& graph, Source source, FactSheet& sheet) {
  constexpr double nanoseconds_per_day = 86400e9;
  const auto at = graph.windows.find(source);
  if (at == graph.windows.end() || at->second.from_ns == 0 || at->second.to_ns < at->second.from_ns) return;
  const auto length = static_cast<double>(at->second.to_ns - at->second.from_ns);
  put(sheet, "data.window_days", length / nanoseconds_per_day, name_of(source));
}

}  // namespace

std::vector<const DeclaredPart*> app_parts(const Scope& scope) {
  std::vector<const DeclaredPart*> apps;
  for (const DeclaredPart& part : scope.parts)
    if (part.kind == NodeKind::service && !part.job) apps.push_back(&part);
  return apps;
}

std::optional<double> coverage(const Scope& scope) {
  const auto apps = app_parts(scope);
  if (apps.empty()) return {};
  std::set<const DeclaredPart*> seen;
  for (const auto& [key, edge] : scope.picture.graph.edges) {
    if (edge.seen.empty()) continue;
    for (const std::string& id : {key.from, key.to})
      if (const DeclaredPart* part = scope.part_of(id)) seen.insert(part);
  }
  const auto met = std::ranges::count_if(apps, [&](const DeclaredPart* part) { return seen.contains(part); });
  return static_cast<double>(met) / static_cast<double>(apps.size());
}

void measure_data(const Scope& scope, FactSheet& sheet) {
  const CallGraph& graph = scope.picture.graph;
  put_sources(scope, sheet);
  put_flow_shares(scope, sheet);
  put_traces(scope, sheet);
  put_orphan_rate(graph, sheet);
  if (const auto source = deciding_source(scope)) put_window(graph, *source, sheet);
  const auto seen = coverage(scope);
  if (seen && !graph.edges.empty()) put(sheet, "data.coverage", *seen, "manifests");
}

}  // namespace nsew
