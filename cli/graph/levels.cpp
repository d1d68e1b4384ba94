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

void LevelCounter::answered(const TraceCall& call, std::uint32_t probability) {
  Answered& answered = answered_[call.call];
  answered.calls.add(names_.probabilities[probability]);
  if (call.error) answered.errors.add(names_.probabilities[probability]);
  answered.latency.add(call.latency);
  if (call.minute != 0) ++answered.minutes[call.minute];
}

void LevelCounter::tally(const TraceCall& call, const Place& place, std::uint32_t probability) {
  const Settled& settled = settled_[call.call];
  auto& levels = levels_[call.call];
  const auto same = std::ranges::find_if(
      levels, [&](const LevelCount& count) { return count.level == place.caller && count.probability == probability; });
  if (same != levels.end()) {
    ++same->calls;
  } else {
    levels.push_back({place.caller, probability, 1});
  }
  if (place.synthetic && !settled.synthetic && settled.counted && !settled.east_west) ++synthetic_[call.call];
  if (settled.enters_gateway) answered(call, probability);
}

LevelCounter::Group& LevelCounter::group(std::uint32_t entry, std::uint32_t probability) {
  std::vector<Group>& groups = groups_[entry];
  const auto same = std::ranges::find(groups, probability, &Group::probability);
  return same != groups.end() ? *same : groups.emplace_back(Group{probability, {}, {}});
}

void LevelCounter::count(const TraceView& trace) {
  std::uint64_t east_west = 0, counted = 0;
  std::uint32_t depth = 0, entry = LevelSums::no_entry;
  for (std::size_t i = 0; i < trace.calls.size(); ++i) {
    const Settled& settled = settled_[trace.calls[i].call];
    if (!places_[i].edge || !settled.counted) continue;
    ++counted;
    if (settled.east_west) ++east_west;
    if (!settled.east_west) entry = std::min(entry, settled.to);
    depth = std::max(depth, places_[i].callee);
  }
  if (counted == 0) return;
  Group& sums = group(entry, trace.probability);
  sums.sums.add(east_west, counted);
  if (sums.depths.size() <= depth) sums.depths.resize(depth + 1);
  ++sums.depths[depth];
}

void LevelCounter::add(const TraceView& trace) {
  places_.clear();
  for (const TraceCall& call : trace.calls) places_.push_back(place_of(call));
  mark_called_on(trace.calls);
  for (std::size_t i = 0; i < trace.calls.size(); ++i)
    if (places_[i].edge) tally(trace.calls[i], places_[i], trace.probability);
  count(trace);
}

LevelSums LevelCounter::sums() const {
  LevelSums sums;
  for (std::uint32_t call = 0; call < levels_.size(); ++call)
    for (const LevelCount& count : levels_[call])
      sums.levels[call][count.level].add(names_.probabilities[count.probability], count.calls);
  for (const auto& [entry, groups] : groups_)
    for (const Group& group : groups) {
      const double probability = names_.probabilities[group.probability];
      sums.traces[entry].sums[probability].merge(group.sums);
      for (std::uint32_t depth = 1; depth < group.depths.size(); ++depth)
        if (group.depths[depth] != 0) sums.traces[entry].depth[depth].add(probability, group.depths[depth]);
    }
  sums.answered = answered_;
  sums.synthetic = synthetic_;
  return sums;
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
