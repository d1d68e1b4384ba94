// Between the join and the graph: what was tallied, with both ends named and everything the direction table looks at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/direction.hpp"
#include "graph/identity.hpp"
#include "graph/observe.hpp"
#include "graph/stitch.hpp"

namespace nsew {

struct Draft {
  std::uint32_t from = NodeTable::unknown, to = NodeTable::unknown;
  Source source = Source::traces;
  OperationKey operation;
  std::string agent, db_system, messaging_system;
  std::uint16_t port = 0;
  bool message = false, root = false, orphan = false, one_sided = false, inferred = false;
  bool own_host = false, mesh = false, exposed = false, by_gateway = false;
  bool intra = false;  // inside one pod or service
  bool denied = false, unrouted = false;
  bool no_north_south = false, no_east_west = false;  // what its record's format cannot show at all
  bool inside = false;                                // requests inside connections that are drafts of their own
  std::string unresolved_from, unresolved_to;
  // What was tallied; of the join's or the observations' own books, which outlive the drafts.
  const Tally* calls = nullptr;
  const Tally* errors = nullptr;
  const LatencySketch* latency = nullptr;
  const std::map<std::uint32_t, std::uint64_t>* minutes = nullptr;
  std::uint64_t bytes = 0, records = 0;
};

CallFacts facts_of(const Draft&, const NodeTable&, const PlatformKnowledge&);

// One draft per entry of joined.calls, in its order.
std::vector<Draft> drafts_of(const Joined&, const Names&, Identity&);
std::vector<Draft> drafts_of(const Observed&, const Names&, Identity&);

}  // namespace nsew
