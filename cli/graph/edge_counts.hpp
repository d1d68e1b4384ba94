// Ready-made edges (input/record.hpp, EdgeCount) to what was observed: equal ones are added up, and of what several
// proxies counted of one edge only one side is taken. The result does not depend on the order or split of the input.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "graph/build_drafts.hpp"
#include "graph/observe.hpp"
#include "input/record.hpp"

namespace nsew {

struct CountedEdge {
  std::uint32_t source = 0, destination = 0, operation = 0;  // places in Names
  Unit unit = Unit::requests;
  Recorder recorder = Recorder::unknown;
  bool mesh = false, message = false, database = false, denied = false, unrouted = false;
  bool no_north_south = false, no_east_west = false;
  std::uint16_t port = 0;
  auto operator<=>(const CountedEdge&) const = default;
};
using CountedEdges = std::vector<std::pair<CountedEdge, ObservedStats>>;  // sorted, distinct

CountedEdges counted_edges(const std::vector<RecordSink>&, const Names&, const ObserveOptions& = {});

// One draft for each that speaks. Requests go beside other graphs, connections beside flows: units are never added.
std::vector<Draft> drafts_of(const CountedEdges&, const Names&, Identity&);
inline Source source_of(Unit unit) { return unit == Unit::connections ? Source::flows : Source::graph; }

}  // namespace nsew
