#include "graph/levels.hpp"

#include <algorithm>

namespace nsew {
namespace {

template <class Key>
void add_counts(std::map<Key, std::uint64_t>& into, const std::map<Key, std::uint64_t>& other) {
  for (const auto& [key, count] : other) into[key] += count;
}

}  // namespace

// Parents come before children, so the place of the call that caused this one is known.
LevelCounter::Place LevelCounter::place_of(const TraceCall& call) const {
  const Settled& settled = settled_[call.call];
  const Place* above = call.parent == nobody ? nullptr : &places_[call.parent];
  Place place;
  // An orphan at a gateway came from outside: its subtree is no orphan's.
  place.orphaned = above != nullptr ? above->orphaned : call.orphaned && !settled.enters_gateway;
  place.synthetic = settled.synthetic || (above != nullptr && above->synthetic && settled.from_gateway);
  if (place.orphaned) return place;
  if (above != nullptr) {
    place.caller = above->callee;
  } else {
    place.caller = settled.from_outside ? 0 : 1;  // a job is the first of its own chain
  }
  place.callee = call.async ? 1 : place.caller + (settled.adds_level ? 1 : 0);
  return place;
}

void LevelCounter::mark_called_on(std::span<const TraceCall> calls) {
  for (const TraceCall& call : calls)
    if (call.parent != nobody) places_[call.parent].called_on = true;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Settled& settled = settled_[calls[i].call];
    places_[i].edge = settled.edge && !(settled.enters_gateway && places_[i].called_on);
  }
}

void LevelCounter::tally(const TraceCall& call, const Place& place, double probability) {
  const Settled& settled = settled_[call.call];
  sums_.levels[call.call][place.caller].add(probability);
  if (place.synthetic && !settled.synthetic && settled.counted && !settled.east_west) ++sums_.synthetic[call.call];
  if (!settled.enters_gateway) return;
  Answered& answered = sums_.answered[call.call];
  answered.calls.add(probability);
  if (call.error) answered.errors.add(probability);
  answered.latency.add(call.latency);
  if (call.minute != 0) ++answered.minutes[call.minute];
}

void LevelCounter::count(std::span<const TraceCall> calls, double probability) {
  std::uint64_t east_west = 0, counted = 0;
  std::uint32_t depth = 0, entry = LevelSums::no_entry;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Settled& settled = settled_[calls[i].call];
    if (!places_[i].edge || !settled.counted) continue;
    ++counted;
    if (settled.east_west) ++east_west;
    if (!settled.east_west) entry = std::min(entry, settled.to);
    depth = std::max(depth, places_[i].callee);
  }
  if (counted == 0) return;
  TraceGroup& group = sums_.traces[entry];
  group.sums[probability].add(east_west, counted);
  if (depth != 0) group.depth[depth].add(probability);
}

void LevelCounter::add(const TraceView& trace) {
  const double probability = names_.probabilities[trace.probability];
  places_.clear();
  for (const TraceCall& call : trace.calls) places_.push_back(place_of(call));
  mark_called_on(trace.calls);
  for (std::size_t i = 0; i < trace.calls.size(); ++i)
    if (places_[i].edge) tally(trace.calls[i], places_[i], probability);
  count(trace.calls, probability);
}

void merge(LevelSums& into, const LevelSums& other) {
  for (const auto& [call, levels] : other.levels)
    for (const auto& [level, tally] : levels) into.levels[call][level].merge(tally);
  for (const auto& [call, theirs] : other.answered) {
    Answered& ours = into.answered[call];
    ours.calls.merge(theirs.calls);
    ours.errors.merge(theirs.errors);
    ours.latency.merge(theirs.latency);
    add_counts(ours.minutes, theirs.minutes);
  }
  add_counts(into.synthetic, other.synthetic);
  for (const auto& [entry, theirs] : other.traces) {
    TraceGroup& ours = into.traces[entry];
    for (const auto& [probability, sums] : theirs.sums) ours.sums[probability].merge(sums);
    for (const auto& [depth, traces] : theirs.depth) ours.depth[depth].merge(traces);
  }
}

}  // namespace nsew
