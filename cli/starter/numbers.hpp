// The numbers that configs carry, each from the graph alone; absence when the recording is too thin for one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "graph/call_graph.hpp"

namespace nsew::starter {

inline constexpr std::uint64_t enough_calls = 1000;  // below this a 99.9th percentile is one call
inline constexpr double safe_share = 0.9;            // retries only where this share of calls changes nothing

// What one rule or callee was seen to do, by one source.
struct Stats {
  double calls = 0, safe_calls = 0;  // weighted
  std::uint64_t observed = 0;
  LatencySketch latency;
  std::map<std::uint32_t, double> minutes;  // weighted

  void add(const OperationKey&, const OperationStats&);
  void merge(const Stats&);
  double peak_rate() const;  // calls per second in the busiest minute; 0 without times
};

// Changes nothing by its definition: GET, HEAD, OPTIONS; an RPC whose name says that it only reads.
bool is_safe(const OperationKey&);

// max(3 × p99, 2 × p99.9), next of 1/2/3/5/10/15/30/60 s.
std::optional<int> timeout_seconds(const LatencySketch&);
bool may_retry(const Stats&);
// Little's law: rate in the busiest minute × p99.
std::optional<double> in_flight(const Stats&);
// Eight times what was in flight, shared by the proxies, never below the floor; steps of 64.
int circuit_limit(double in_flight, int proxies, int floor);
// Four times the busiest minute, next ten, shared by the proxies.
int local_limit(double peak_rate, int proxies);
// Share of requests to trace, in percent: at most 50 spans a second in the busiest minute.
int tracing_percent(double peak_rate, double spans_per_request);

}  // namespace nsew::starter
