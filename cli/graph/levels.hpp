// What only whole traces show: levels of callers, the sums behind the share's interval, depths, and which requests a
// gateway answered itself. definitions.md §4, decision.md §3.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "graph/call_graph.hpp"
#include "graph/stitch.hpp"

namespace nsew {

// What was decided about one entry of Joined::calls.
struct Settled {
  bool edge = false;     // it is an edge of the graph
  bool counted = false;  // north-south or east-west
  bool east_west = false;
  bool enters_gateway = false;  // an edge only where nothing was recorded behind it
  bool from_outside = false, from_gateway = false;
  bool adds_level = true;  // callee is neither gateway nor outside
  bool synthetic = false;  // caller is a load generator or probe, or says so
  std::uint32_t to = 0;    // callee's place in the order of names; no_entry when it is outside
};

struct Answered {
  Tally calls, errors;
  LatencySketch latency;
  std::map<std::uint32_t, std::uint64_t> minutes;
};

struct LevelSums {
  std::map<std::uint32_t, std::map<std::uint32_t, Tally>> levels;  // call -> caller's level
  std::map<std::uint32_t, Answered> answered;                      // call
  std::map<std::uint32_t, std::uint64_t> synthetic;                // call -> behind a gateway that a generator called
  std::map<std::uint32_t, TraceGroup> traces;                      // by Settled::to of the entry; no_entry for none
  static constexpr std::uint32_t no_entry = nobody;
};

// Adds up one trace at a time, in flat tables; the sums of threads are merged in any order.
class LevelCounter {
 public:
  LevelCounter(std::span<const Settled> settled, const Names& names)
      : settled_(settled), names_(names), levels_(settled.size()) {}
  void add(const TraceView&);
  LevelSums sums() const;

 private:
  struct Place {
    std::uint32_t caller = 0, callee = 0;  // levels
    bool orphaned = false, synthetic = false, called_on = false, edge = false;
  };
  struct LevelCount {
    std::uint32_t level, probability;
    std::uint64_t calls;
  };
  struct Group {
    std::uint32_t probability;
    TraceSums sums;
    std::vector<std::uint64_t> depths;
  };
  Place place_of(const TraceCall&) const;
  void mark_called_on(std::span<const TraceCall>);
  void tally(const TraceCall&, const Place&, std::uint32_t probability);
  void answered(const TraceCall&, std::uint32_t probability);
  void count(const TraceView&);
  Group& group(std::uint32_t entry, std::uint32_t probability);

  std::span<const Settled> settled_;
  const Names& names_;
  std::vector<Place> places_;                    // of the trace at hand
  std::vector<std::vector<LevelCount>> levels_;  // by call; few for each
  std::unordered_map<std::uint32_t, std::vector<Group>> groups_;
  std::map<std::uint32_t, Answered> answered_;
  std::map<std::uint32_t, std::uint64_t> synthetic_;
};

void merge(LevelSums& into, const LevelSums& other);

}  // namespace nsew
