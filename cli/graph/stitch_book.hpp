// The join's books: which calls there are, and what was tallied of each.
#pragma once

#include <array>
#include <bit>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/stitch.hpp"

namespace nsew::stitch {

// How a trace's calls are kept between join() and walk(): a head, then its calls.
namespace words {
inline constexpr std::uint32_t no_parent = (1U << 30) - 1;
inline constexpr std::size_t per_call = 2;
constexpr std::uint64_t head(std::uint64_t calls, std::uint32_t probability) { return calls << 32 | probability; }
constexpr std::uint64_t first(const TraceCall& call) {
  return std::uint64_t{call.call} << 32 | std::uint64_t{call.parent & no_parent} << 2 |
         std::uint64_t{call.orphaned} << 1 | std::uint64_t{call.async};
}
constexpr std::uint64_t second(const TraceCall& call) {
  return std::uint64_t{call.minute} << 32 | std::uint64_t{call.latency} << 1 | std::uint64_t{call.error};
}
constexpr TraceCall call(std::uint64_t first, std::uint64_t second) {
  const auto parent = static_cast<std::uint32_t>(first >> 2) & no_parent;
  return {.call = static_cast<std::uint32_t>(first >> 32),
          .parent = parent == no_parent ? nobody : parent,
          .orphaned = (first >> 1 & 1) != 0,
          .async = (first & 1) != 0,
          .error = (second & 1) != 0,
          .minute = static_cast<std::uint32_t>(second >> 32),
          .latency = static_cast<std::uint32_t>(second) >> 1};
}
}  // namespace words

struct RawCallHash {
  std::size_t operator()(const RawCall&) const;
};

// What all threads tallied. Calls are numbered as they come; nothing of that may show.
class CallBook {
 public:
  explicit CallBook(bool tight) : tight_(tight) {}
  std::uint32_t number_of(const RawCall&);
  // One call of a kind in 8 bytes: minute, probability, latency, error.
  static constexpr std::uint64_t event(std::uint64_t second_word, std::uint32_t probability) {
    return second_word | std::uint64_t{probability} << 10;
  }
  struct Event {
    std::uint32_t call;
    std::uint64_t what;
  };
  void count(std::span<const Event>, const Names&);
  // Gives everything away, sorted, with each number's place in it.
  std::vector<std::pair<RawCall, RawCallStats>> finish(std::vector<std::uint32_t>& places);

 private:
  static constexpr std::size_t stripes = 32, first_chunk = 64;
  static std::size_t chunk_of(std::uint32_t number) {
    return static_cast<std::size_t>(std::bit_width(number / first_chunk + 1)) - 1;
  }
  RawCallStats& stats(std::uint32_t number) {
    const std::size_t chunk = chunk_of(number);
    return stats_[chunk][number - first_chunk * ((std::size_t{1} << chunk) - 1)];
  }

  bool tight_;        // memory is worth more than time
  std::mutex mutex_;  // of the numbers
  std::unordered_map<RawCall, std::uint32_t, RawCallHash> numbers_;
  // By number, each chunk twice as large as the one before: what is there is never moved. A thread only looks where a
  // number points that it was given, so that this needs no lock.
  std::array<std::unique_ptr<RawCallStats[]>, 27> stats_;
  std::array<std::mutex, stripes> counting_;  // of the stats, by number
};

// One thread's view of the book: it asks for each call once, and counts many at a time.
class CallCounter {
 public:
  CallCounter(CallBook& book, const Names& names) : book_(book), names_(names) {}
  std::uint32_t number_of(const RawCall&);
  void count(const TraceCall& call, std::uint32_t probability) {
    if (events_.size() == at_a_time) flush();
    events_.push_back({call.call, CallBook::event(words::second(call), probability)});
  }
  void flush();

 private:
  static constexpr std::size_t at_a_time = std::size_t{1} << 13, largest_memo = std::size_t{1} << 13;
  struct Known {
    RawCall call;
    std::uint32_t number = nobody;
  };

  CallBook& book_;
  const Names& names_;
  std::vector<CallBook::Event> events_;
  std::vector<Known> memo_ = std::vector<Known>(16);  // by hash: what was last there
  std::unordered_map<RawCall, std::uint32_t, RawCallHash> numbers_;
};

}  // namespace nsew::stitch
