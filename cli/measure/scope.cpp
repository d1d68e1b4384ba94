#include "measure/scope.hpp"

#include <algorithm>

namespace nsew {
namespace {

const Edge::Seen* seen_by(const Edge& edge, Source source) {
  const auto at = edge.seen.find(source);
  return at == edge.seen.end() ? nullptr : &at->second;
}

bool is_counted(CallClass cls) { return cls == CallClass::north_south || cls == CallClass::east_west; }

std::map<CallClass, double> by_class(const std::vector<const EdgeEntry*>& edges, Source source,
                                     double (*measure_edge)(const Edge&, Source)) {
  std::map<CallClass, double> sums;
  for (const CallClass cls : call_classes) sums[cls] = 0;
  for (const EdgeEntry* entry : edges) sums[entry->first.cls] += measure_edge(entry->second, source);
  return sums;
}

double sum_of(const std::map<CallClass, double>& sums, CallClass cls) {
  const auto at = sums.find(cls);
  return at == sums.end() ? 0 : at->second;
}

}  // namespace

bool chosen(const Picture& picture, std::string_view ns) {
  const std::string name(ns);
  return (picture.only_namespaces.empty() || picture.only_namespaces.contains(name)) &&
         !picture.except_namespaces.contains(name);
}

Scope::Scope(const Picture& p, const Component* scored) : picture(p) {
  all_parts = declared_parts(p.inventory, p.knowledge);
  for (const DeclaredPart& part : all_parts)
    if (chosen(p, part.ns)) parts.push_back(part);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    part_by_name_.try_emplace(parts[i].ns + "/" + parts[i].name, i);
    for (const Workload* w : parts[i].workloads)
      part_by_name_.try_emplace(parts[i].ns + "/" + w->object.kind + "/" + w->object.name, i);
  }
  if (scored != nullptr) services.insert(scored->services.begin(), scored->services.end());
  for (const auto& [id, node] : p.graph.nodes)
    if (scored == nullptr && scorable(id)) services.insert(id);
  gateways_ = own_gateways();
  const bool everything = scored == nullptr && p.only_namespaces.empty() && p.except_namespaces.empty();
  for (const EdgeEntry& entry : p.graph.edges)
    if (!everything && is_counted(entry.first.cls) && !owns(entry.first)) whole = false;
  for (const EdgeEntry& entry : p.graph.edges)
    if (whole || owns(entry.first)) edges.push_back(&entry);
}

bool Scope::scorable(const std::string& id) const {
  const auto at = picture.graph.nodes.find(id);
  return at != picture.graph.nodes.end() && at->second.kind == NodeKind::service && chosen(picture, at->second.ns);
}

// Gateways all of whose backends are here: what they answer themselves belongs here too.
std::set<std::string> Scope::own_gateways() const {
  std::set<std::string> own, foreign;
  const auto is_service = [&](const std::string& id) {  // in the chosen namespaces or not
    const auto at = picture.graph.nodes.find(id);
    return at != picture.graph.nodes.end() && at->second.kind == NodeKind::service;
  };
  for (const auto& [key, edge] : picture.graph.edges)
    if (key.cls == CallClass::north_south && is_service(key.to)) (has(key.to) ? own : foreign).insert(key.from);
  for (const std::string& id : foreign) own.erase(id);
  return own;
}

// An east-west call is its caller's, unless the caller is not scored at all (-n).
bool Scope::owns(const EdgeKey& key) const {
  if (key.cls == CallClass::north_south) return has(key.to) || (!scorable(key.to) && gateways_.contains(key.to));
  if (key.cls == CallClass::east_west) return has(key.from) || (has(key.to) && !scorable(key.from));
  return has(key.from) || has(key.to);
}

const DeclaredPart* Scope::part_of(const std::string& id) const {
  const auto node = picture.graph.nodes.find(id);
  if (node == picture.graph.nodes.end()) return nullptr;
  for (const std::string& ns : {node->second.ns, std::string()}) {  // manifests may leave the namespace to kubectl
    auto at = part_by_name_.find(ns + "/" + node->second.workload);
    if (at == part_by_name_.end()) at = part_by_name_.find(ns + "/" + node->second.name);
    if (at != part_by_name_.end()) return &parts[at->second];
  }
  return nullptr;
}

bool Scope::owns_trace(const std::string& entry) const {
  if (whole || has(entry) || gateways_.contains(entry)) return true;
  const auto at = picture.graph.nodes.find(entry);  // of a service that -n leaves out
  return at != picture.graph.nodes.end() && at->second.kind == NodeKind::service && !scorable(entry);
}

std::vector<const EdgeEntry*> Scope::east_west() const {
  std::vector<const EdgeEntry*> own;
  for (const EdgeEntry* entry : edges)
    if (entry->first.cls == CallClass::east_west) own.push_back(entry);
  return own;
}

std::map<double, TraceSums> Scope::trace_sums() const {
  std::map<double, TraceSums> sums;
  for (const auto& [entry, group] : picture.graph.traces)
    if (owns_trace(entry))
      for (const auto& [probability, s] : group.sums) sums[probability].merge(s);
  return sums;
}

double calls_of(const Edge& edge, Source source) {
  const auto* seen = seen_by(edge, source);
  return seen != nullptr ? seen->calls.estimate() : 0;
}

double observed_of(const Edge& edge, Source source) {
  const auto* seen = seen_by(edge, source);
  return seen != nullptr ? static_cast<double>(seen->calls.observed()) : 0;
}

double bytes_of(const Edge& edge, Source source) {
  const auto* seen = seen_by(edge, source);
  return seen != nullptr ? static_cast<double>(seen->bytes) : 0;
}

std::map<CallClass, double> calls_by_class(const std::vector<const EdgeEntry*>& edges, Source source) {
  return by_class(edges, source, calls_of);
}

std::map<CallClass, double> bytes_by_class(const std::vector<const EdgeEntry*>& edges, Source source) {
  return by_class(edges, source, bytes_of);
}

Counted counted(const std::map<CallClass, double>& sums) {
  return {sum_of(sums, CallClass::north_south), sum_of(sums, CallClass::east_west), sum_of(sums, CallClass::unknown)};
}

double flagged(const std::vector<const EdgeEntry*>& edges, Source source, EdgeFlag flag) {
  double sum = 0;
  for (const EdgeEntry* entry : edges) {
    const auto* seen = seen_by(entry->second, source);
    if (seen == nullptr || seen->calls.empty()) continue;
    const auto at = seen->flags.find(flag);
    if (at == seen->flags.end()) continue;
    sum += static_cast<double>(at->second) * seen->calls.estimate() / static_cast<double>(seen->calls.observed());
  }
  return sum;
}

bool shows(const CallGraph& graph, CallClass cls, Source source) {
  return !graph.not_observable.contains(std::string(name_of(cls))) &&
         !graph.not_observable.contains(blind_of(source, cls));
}

std::optional<Source> deciding_source(const Scope& scope) {
  constexpr double enough_traces = 30, enough_coverage = 0.5;  // what "best source wins" means by traces
  const CallGraph& graph = scope.picture.graph;
  const bool traces_first =
      effective_traces(scope.trace_sums()) >= enough_traces && coverage(scope).value_or(1) >= enough_coverage;
  std::vector<Source> order = {Source::request_logs, Source::graph, Source::flows};
  order.insert(traces_first ? order.begin() : order.end(), Source::traces);
  std::optional<Source> one_sided;
  for (const Source source : order) {
    const Counted calls = counted(calls_by_class(scope.edges, source));
    if (calls.north_south + calls.east_west <= 0) continue;
    if (shows(graph, CallClass::north_south, source) && shows(graph, CallClass::east_west, source)) return source;
    if (!one_sided) one_sided = source;
  }
  return one_sided;
}

void put(FactSheet& sheet, std::string_view name, FactValue value, std::string_view source) {
  Fact fact;
  fact.value = std::move(value);
  fact.source = source;
  sheet.facts.insert_or_assign(std::string(name), std::move(fact));
}

void put(FactSheet& sheet, std::string_view name, const Share& share, std::string_view source) {
  put(sheet, name, share.value, source);
  Fact& fact = sheet.facts.find(name)->second;
  fact.low = share.low, fact.high = share.high;
}

}  // namespace nsew
