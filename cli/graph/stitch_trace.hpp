// The second pass of the join: the sorted rows of one trace become calls.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/stitch_book.hpp"
#include "graph/stitch_rows.hpp"

namespace nsew::stitch {

struct Sums {
  std::uint64_t intra = 0, server_halves = 0, client_halves = 0, traces = 0;
  bool probabilities_known = true;
};

class alignas(64) TraceStitcher {
 public:
  TraceStitcher(std::span<const std::uint32_t> node_of, const Details& details, Links& links, CallCounter counter,
                bool probabilities_given)
      : node_of_(node_of),
        details_(details),
        links_(links),
        counter_(std::move(counter)),
        probabilities_given_(probabilities_given) {}

  void stitch(std::span<const SpanRow> rows, TraceWords& words);

  void finish() { counter_.flush(); }
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
  struct Timing {
    std::uint32_t minute, latency;
  };
  static Timing timing(const SpanRow& row) { return {row.minute, row.latency}; }
  void emit(const RawCall&, Index at, std::uint32_t parent, bool error, const Timing&, bool async);
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
  CallCounter counter_;
  bool probabilities_given_;

  std::span<const SpanRow> rows_;
  std::vector<Place> places_;
  std::vector<Index> way_;
  std::vector<TraceCall> calls_;  // of this trace
  std::uint32_t probability_ = 0;
  Sums sums_;
};

}  // namespace nsew::stitch
