#include "measure/summary.hpp"

#include <algorithm>

namespace nsew {
namespace {

bool wanted_namespace(const Picture& picture, const std::string& ns) {
  if (picture.except_namespaces.contains(ns)) return false;
  return picture.only_namespaces.empty() || picture.only_namespaces.contains(ns);
}

const std::string& namespace_of(const CallGraph& graph, const std::string& id) {
  static const std::string none;
  const auto node = graph.nodes.find(id);
  return node == graph.nodes.end() ? none : node->second.ns;
}

// -n keeps a call that touches the namespace at either end.
bool in_scope(const Picture& picture, const EdgeKey& key) {
  if (picture.only_namespaces.empty() && picture.except_namespaces.empty()) return true;
  return wanted_namespace(picture, namespace_of(picture.graph, key.from)) ||
         wanted_namespace(picture, namespace_of(picture.graph, key.to));
}

constexpr Source request_sources[] = {Source::traces, Source::request_logs, Source::graph};

// The unit that an edge's figures come in, from the source that decides it.
struct Units {
  std::optional<Source> requests;
  bool connections = false, bytes = false;
};

Units units_in(const std::vector<const std::pair<const EdgeKey, Edge>*>& edges) {
  Units units;
  std::set<Source> seen;
  for (const auto* entry : edges) {
    for (const auto& [source, what] : entry->second.seen) {
      if (!what.calls.empty()) seen.insert(source);
      units.bytes = units.bytes || what.bytes > 0;
    }
  }
  for (const Source source : request_sources) {
    if (!units.requests && seen.contains(source)) units.requests = source;
  }
  units.connections = seen.contains(Source::flows);
  return units;
}

const Edge::Seen* seen_by(const Edge& edge, std::optional<Source> source) {
  if (!source) return nullptr;
  const auto at = edge.seen.find(*source);
  return at == edge.seen.end() ? nullptr : &at->second;
}

std::string commonest(const std::map<std::string, Tally>& reasons) {
  std::string best;
  double most = -1;
  for (const auto& [reason, calls] : reasons) {
    if (calls.estimate() > most) best = reason, most = calls.estimate();
  }
  return best;
}

EdgeSummary edge_summary(const EdgeKey& key, const Edge& edge, const Units& units) {
  EdgeSummary row;
  row.key = &key;
  row.edge = &edge;
  const Edge::Seen* requests = seen_by(edge, units.requests);
  const Edge::Seen* flows = seen_by(edge, Source::flows);
  if (requests != nullptr) row.calls = requests->calls.estimate();
  if (flows != nullptr) row.connections = flows->calls.estimate();
  for (const auto& [source, what] : edge.seen) {
    if (what.bytes > 0) row.bytes = row.bytes.value_or(0) + what.bytes;
  }
  const Edge::Seen* first = requests != nullptr ? requests : units.requests ? nullptr : flows;
  const Edge::Seen* any = first != nullptr ? first : edge.seen.empty() ? nullptr : &edge.seen.begin()->second;
  if (any == nullptr) return row;
  row.why = commonest(any->reasons);
  row.observed = any->calls.observed();
  row.errors = any->errors.estimate();
  row.p50 = any->latency.quantile_ms(0.50);
  row.p95 = any->latency.quantile_ms(0.95);
  row.p99 = any->latency.quantile_ms(0.99);
  for (const auto& [flag, calls] : any->flags) {
    if (calls > 0) row.flags.emplace_back(name_of(flag));
  }
  if (first != nullptr) row.first_unit = first->calls.estimate();
  return row;
}

std::uint64_t hairpins(const Edge::Seen& seen) {
  const auto at = seen.flags.find(EdgeFlag::hairpin);
  return at == seen.flags.end() ? 0 : at->second;
}

UnitSummary unit_summary(const std::string& unit, Source source, const std::vector<EdgeSummary>& edges) {
  UnitSummary summary;
  summary.unit = unit;
  summary.source = source;
  for (const CallClass cls : call_classes) summary.calls[cls] = 0;
  for (const EdgeSummary& row : edges) {
    const Edge::Seen* seen = seen_by(*row.edge, source);
    const double calls = unit == "bytes"   ? static_cast<double>(row.bytes.value_or(0))
                         : seen != nullptr ? seen->calls.estimate()
                                           : 0;
    summary.calls[row.key->cls] += calls;
    summary.total += calls;
    if (seen != nullptr && unit != "bytes") summary.hairpin_calls += static_cast<double>(hairpins(*seen));
  }
  return summary;
}

void fill_units(Summary& summary, const Units& units) {
  if (units.requests) summary.units.push_back(unit_summary("requests", *units.requests, summary.edges));
  if (units.connections) summary.units.push_back(unit_summary("connections", Source::flows, summary.edges));
  if (units.bytes) summary.units.push_back(unit_summary("bytes", Source::flows, summary.edges));
}

void fill_nodes(Summary& summary, const CallGraph& graph) {
  std::map<std::string, NodeSummary> nodes;
  std::map<std::string, std::set<std::string>> out, in;
  for (const EdgeSummary& row : summary.edges) {
    for (const std::string* id : {&row.key->from, &row.key->to}) {
      const auto node = graph.nodes.find(*id);
      if (node != graph.nodes.end()) nodes[*id].node = &node->second;
    }
    nodes[row.key->from].calls_out += row.first_unit;
    nodes[row.key->to].calls_in += row.first_unit;
    if (row.key->cls == CallClass::north_south) nodes[row.key->to].entry = true;
    if (row.key->cls != CallClass::east_west) continue;
    out[row.key->from].insert(row.key->to);
    in[row.key->to].insert(row.key->from);
  }
  for (auto& [id, row] : nodes) {
    if (row.node == nullptr) continue;
    row.fan_out = out[id].size();
    row.fan_in = in[id].size();
    row.entry = row.entry && row.node->kind == NodeKind::service;
    summary.nodes.push_back(row);
  }
}

void fill_names(Summary& summary, const Picture& picture) {
  if (picture.inventory.workloads.empty()) return;
  for (const auto& [id, node] : picture.graph.nodes) {
    if (!node.traced || node.kind == NodeKind::outside) continue;
    if (node.workload.empty()) {
      summary.unmatched_services.push_back(id);
    } else {
      ++summary.matched_services;
    }
  }
}

void fill_window(Summary& summary, const CallGraph& graph) {
  for (const auto& [source, window] : graph.windows) {
    if (window.from_ns != 0 && (summary.from_ns == 0 || window.from_ns < summary.from_ns))
      summary.from_ns = window.from_ns;
    summary.to_ns = std::max(summary.to_ns, window.to_ns);
  }
}

void fill_unknown(Summary& summary, const Units& units) {
  const std::optional<Source> deciding = units.requests ? units.requests : std::optional(Source::flows);
  for (const EdgeSummary& row : summary.edges) {
    if (row.key->cls != CallClass::unknown) continue;
    if (const Edge::Seen* seen = seen_by(*row.edge, deciding)) {
      for (const auto& [reason, calls] : seen->reasons) summary.unknown_reasons[reason] += calls.estimate();
    }
  }
}

}  // namespace

Summary summarise(const Picture& picture) {
  Summary summary;
  std::vector<const std::pair<const EdgeKey, Edge>*> edges;
  for (const auto& entry : picture.graph.edges) {
    if (in_scope(picture, entry.first)) edges.push_back(&entry);
  }
  const Units units = units_in(edges);
  for (const auto* entry : edges) summary.edges.push_back(edge_summary(entry->first, entry->second, units));
  fill_units(summary, units);
  fill_nodes(summary, picture.graph);
  fill_names(summary, picture);
  fill_window(summary, picture.graph);
  fill_unknown(summary, units);
  return summary;
}

}  // namespace nsew
