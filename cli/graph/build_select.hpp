// Which records a graph is built from (--environment, --since, --until), and the books that the sinks keep.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/build.hpp"
#include "graph/edge_counts.hpp"
#include "graph/observe.hpp"
#include "graph/stitch.hpp"

namespace nsew {

// Drops the spans of other environments and the traces that begin outside [since, until); gives the spans per
// environment as they were.
std::map<std::string, std::uint64_t> select_records(std::vector<RecordSink>&, const GraphOptions&);

// Windows, records and what is known of sampling, per source.
void add_books(CallGraph&, const std::vector<RecordSink>&, const Names&, const Joined&, const Observed&,
               const CountedEdges&);

}  // namespace nsew
