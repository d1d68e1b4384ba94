// The east-west share and how sure it is (decision.md §3, "The interval of the share").
#pragma once

#include <map>
#include <optional>

#include "graph/sketch.hpp"
#include "measure/facts.hpp"

namespace nsew {

// In one unit; weighted.
struct Counted {
  double north_south = 0, east_west = 0, unknown = 0;
};

// Traces are clusters: the variance is linearised over them, then Wilson's interval at the sample size it is worth.
std::optional<Share> share_of_traces(const Counted&, const std::map<double, TraceSums>& by_probability);
// Logs and connections have no clusters: only what is unknown widens.
std::optional<Share> share_of_all(const Counted&);
// The value of the first, the bounds of both: connections and bytes of the same flows.
std::optional<Share> hull(const std::optional<Share>&, const std::optional<Share>&);

double effective_traces(const std::map<double, TraceSums>& by_probability);  // (Σw)²/Σw²

}  // namespace nsew
