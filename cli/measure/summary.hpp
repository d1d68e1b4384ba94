// The figures of traffic[], nodes[] and edges[], computed once so that every report shows the same.
// Units are never added to each other; each comes from the one source that decides it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/measure.hpp"

namespace nsew {

struct NodeSummary {
  const Node* node = nullptr;
  bool entry = false;                     // receives a north-south call
  std::uint64_t fan_out = 0, fan_in = 0;  // distinct services called (calling) by east-west calls
  double calls_in = 0, calls_out = 0;     // first unit
};

struct EdgeSummary {
  const EdgeKey* key = nullptr;
  const Edge* edge = nullptr;
  std::string why;  // the commonest reason
  std::optional<double> calls, connections;
  std::optional<std::uint64_t> bytes;
  std::uint64_t observed = 0;
  double errors = 0;
  std::optional<double> p50, p95, p99;  // ms
  std::vector<std::string> flags;
  double first_unit = 0;  // in the unit that decides
};

struct Summary {
  std::vector<UnitTraffic> units;               // the first one decides
  std::vector<NodeSummary> nodes;               // by id
  std::vector<EdgeSummary> edges;               // by (from, to, class)
  std::uint64_t from_ns = 0, to_ns = 0;         // 0 = no times
  std::vector<std::string> unmatched_services;  // traced, but matched by no workload though there are manifests
  std::uint64_t matched_services = 0;
  std::map<std::string, double> unknown_reasons;  // of class unknown, in the first unit
};

Summary summarise(const Picture&);

}  // namespace nsew
