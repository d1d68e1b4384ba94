#include "measure/summary.hpp"

#include <algorithm>

#include "measure/scope.hpp"

namespace nsew {
namespace {

// The source of each unit, as the list of units decided.
struct Units {
  std::optional<Source> requests, connections, bytes;

  std::optional<Source> first() const { return requests ? requests : connections; }
};

// One row per unit; the first source of a unit is its best.
std::vector<UnitTraffic> one_per_unit(std::vector<UnitTraffic> rows) {
  std::vector<UnitTraffic> kept;
  for (UnitTraffic& row : rows) {
    const auto same = [&](const UnitTraffic& other) { return other.unit == row.unit; };
    if (std::none_of(kept.begin(), kept.end(), same)) kept.push_back(std::move(row));
  }
  return kept;
}

Units units_in(const std::vector<UnitTraffic>& rows) {
  Units units;
  for (const UnitTraffic& row : rows) {
    if (row.unit == "requests") units.requests = row.source;
    if (row.unit == "connections") units.connections = row.source;
    if (row.unit == "bytes") units.bytes = row.source;
  }
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
  if (const Edge::Seen* seen = seen_by(edge, units.requests)) row.calls = seen->calls.estimate();
  if (const Edge::Seen* seen = seen_by(edge, units.connections)) row.connections = seen->calls.estimate();
  if (const Edge::Seen* seen = seen_by(edge, units.bytes)) row.bytes = seen->bytes;
  const Edge::Seen* first = seen_by(edge, units.first());
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
  for (const EdgeSummary& row : summary.edges) {
    if (row.key->cls != CallClass::unknown) continue;
    if (const Edge::Seen* seen = seen_by(*row.edge, units.first())) {
      for (const auto& [reason, calls] : seen->reasons) summary.unknown_reasons[reason] += calls.estimate();
    }
  }
}

}  // namespace

Summary summarise(const Picture& picture) {
  Summary summary;
  summary.units = one_per_unit(traffic_by_unit(picture));
  const Units units = units_in(summary.units);
  for (const EdgeEntry* entry : Scope(picture, nullptr).edges) {
    summary.edges.push_back(edge_summary(entry->first, entry->second, units));
  }
  fill_nodes(summary, picture.graph);
  fill_names(summary, picture);
  fill_window(summary, picture.graph);
  fill_unknown(summary, units);
  return summary;
}

}  // namespace nsew
