#include "graph/stitch_book.hpp"

#include <algorithm>

namespace nsew::stitch {
namespace {

std::uint64_t stirred(std::uint64_t h, std::uint64_t value) {
  h = (h ^ value) * 0x9e3779b97f4a7c15;
  return h ^ h >> 29;
}

// Sorts the events and adds them up by minute and probability.
void count_events(std::span<std::uint64_t> events, const Names& names, RawCallStats& stats) {
  std::ranges::sort(events);
  for (std::size_t i = 0; i < events.size();) {
    const std::uint64_t minute = events[i] >> 32, probability = events[i] >> 10 & ((1U << 22) - 1);
    std::uint64_t calls = 0, errors = 0;
    while (i < events.size() && events[i] >> 10 == (minute << 22 | probability)) {
      const std::uint64_t bucket = events[i] >> 1 & 511, from = i;
      for (; i < events.size() && events[i] >> 1 == (minute << 31 | probability << 9 | bucket); ++i)
        errors += events[i] & 1;
      stats.latency.add(static_cast<std::uint32_t>(bucket), i - from);
      calls += i - from;
    }
    stats.calls.add(names.probabilities[probability], calls);
    stats.errors.add(names.probabilities[probability], errors);
    if (minute != 0) stats.minutes[static_cast<std::uint32_t>(minute)] += calls;
  }
}

}  // namespace

std::size_t RawCallHash::operator()(const RawCall& c) const {
  std::uint64_t h = stirred(static_cast<std::uint64_t>(c.form), std::uint64_t{c.caller} << 32 | c.callee);
  h = stirred(h, std::uint64_t{c.client_operation} << 32 | c.server_operation);
  return stirred(h, c.peer);
}

std::uint32_t CallBook::number_of(const RawCall& call) {
  const std::lock_guard lock(mutex_);
  const auto next = static_cast<std::uint32_t>(numbers_.size());
  const auto [found, added] = numbers_.try_emplace(call, next);
  auto& chunk = stats_[chunk_of(next)];
  if (added && chunk == nullptr) chunk = std::make_unique<RawCallStats[]>(first_chunk << chunk_of(next));
  return found->second;
}

// Where all of one call's events stand together counting is cheap.
void CallBook::count(std::span<const Event> events, const Names& names) {
  std::vector<std::uint32_t> ends;
  for (const Event& event : events) {
    if (event.call + 2 > ends.size()) ends.resize(event.call + 2);
    ++ends[event.call + 1];
  }
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<std::uint64_t> sorted(events.size());
  for (const Event& event : events) sorted[ends[event.call]++] = event.what;
  for (std::size_t stripe = 0; stripe < stripes; ++stripe) {
    const std::lock_guard lock(counting_[stripe]);
    for (std::size_t call = stripe; call + 1 < ends.size(); call += stripes) {
      const std::uint32_t from = call == 0 ? 0 : ends[call - 1];
      if (ends[call] == from) continue;
      RawCallStats& mine = stats(static_cast<std::uint32_t>(call));
      const std::size_t before = mine.latency.by_bucket().size();
      count_events(std::span(sorted).subspan(from, ends[call] - from), names, mine);
      if (tight_ && mine.latency.by_bucket().size() > before) mine.latency = LatencySketch(mine.latency);
    }
  }
}

std::vector<std::pair<RawCall, RawCallStats>> CallBook::finish(std::vector<std::uint32_t>& places) {
  std::vector<std::pair<RawCall, std::uint32_t>> order(numbers_.begin(), numbers_.end());
  numbers_.clear();
  std::ranges::sort(order);
  places.resize(order.size());
  std::vector<std::pair<RawCall, RawCallStats>> all;
  all.reserve(order.size());
  for (const auto& [call, number] : order) {
    places[number] = static_cast<std::uint32_t>(all.size());
    all.emplace_back(call, std::move(stats(number)));
  }
  stats_ = {};
  return all;
}

std::uint32_t CallCounter::number_of(const RawCall& call) {
  Known& known = memo_[RawCallHash{}(call) % memo_.size()];
  if (known.number != nobody && known.call == call) return known.number;
  const auto [found, added] = numbers_.try_emplace(call, nobody);
  if (added) found->second = book_.number_of(call);
  known = {call, found->second};
  const std::uint32_t number = found->second;
  if (added && numbers_.size() > memo_.size() / 2 && memo_.size() < largest_memo)
    memo_.assign(memo_.size() * 4, Known{});
  return number;
}

void CallCounter::flush() {
  book_.count(events_, names_);
  events_.clear();
}

}  // namespace nsew::stitch
