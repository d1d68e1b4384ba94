// The second pass of the join: the sorted rows of one trace become calls.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "graph/stitch_rows.hpp"

namespace nsew::stitch {

// The calls that one thread met, numbered as they came.
class CallBook {
 public:
  std::uint32_t number_of(const RawCall&);
  const std::vector<RawCall>& calls() const { return calls_; }

 private:
  struct Hash {
    std::size_t operator()(const RawCall&) const;
  };
  std::unordered_map<RawCall, std::uint32_t, Hash> numbers_;
  std::vector<RawCall> calls_;
  std::vector<std::uint32_t> memo_ = std::vector<std::uint32_t>(4096);  // by hash: the number that was last there
};

struct Sums {
  std::uint64_t intra = 0, server_halves = 0, client_halves = 0, traces = 0;
  bool probabilities_known = true;
};

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

class alignas(64) TraceStitcher {
 public:
  TraceStitcher(std::span<const std::uint32_t> node_of, const Details& details, Links& links, bool probabilities_given)
      : node_of_(node_of), details_(details), links_(links), probabilities_given_(probabilities_given) {}

  void stitch(std::span<const SpanRow> rows, TraceWords& words);

  const CallBook& book() const { return book_; }
  const Sums& sums() const { return sums_; }

 private:
  using Index = std::uint32_t;
  struct Place {  // of one span in its trace
    Index parent = nobody;
    std::uint32_t entry = nobody;                         // the call that its work is part of
    bool covered = false;                                 // a client half whose call is told by another span
    bool passed_crossing = false, passed_client = false;  // cover() has been here
    bool orphaned = false;
    bool visited = false, on_the_way = false;
  };

  void find_parents();
  Index parent_of(Index) const;
  Index client_half_of(Index) const;
  Index best_with_id(std::uint64_t id, Index child) const;
  void cover_callers();
  bool in_own_cycle(Index) const;
  void cover(Index from, bool crossing);
  void visit_all();
  void visit(Index);

  bool take_messages(Index);
  void take_from_parent(Index, bool crossing);
  void begin_here(Index, bool took_message);
  void call_out(Index);
  void emit(const RawCall&, Index at, std::uint32_t parent, bool error, const SpanRow& timed, bool async);
  void emit_pair(CallForm, Index caller, Index callee);
  void choose_probability();

  std::uint32_t node(Index i) const { return node_of_[rows_[i].resource]; }
  SpanKind kind(Index i) const { return static_cast<SpanKind>(rows_[i].kind); }
  const Detail& detail(Index i) const { return details_.all[rows_[i].detail]; }
  bool taken_by_link(Index) const;
  bool poses_as_callee(Index) const;

  std::span<const std::uint32_t> node_of_;
  const Details& details_;
  Links& links_;
  bool probabilities_given_;

  std::span<const SpanRow> rows_;
  std::vector<Place> places_;
  std::vector<Index> way_;
  std::vector<TraceCall> calls_;  // of this trace
  std::uint32_t probability_ = 0;
  CallBook book_;
  Sums sums_;
};

}  // namespace nsew::stitch
