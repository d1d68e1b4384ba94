#include "graph/stitch_trace.hpp"

#include <algorithm>

namespace nsew::stitch {
namespace {

// Spans of one trace that are looked at for one id, and links of one span: more are nonsense.
constexpr std::uint32_t most_alike = 64;

bool is_none(const SpanRow& row) { return row.parent == 0 || row.parent == row.span; }

}  // namespace

void TraceStitcher::stitch(std::span<const SpanRow> rows, TraceWords& words) {
  rows_ = rows;
  places_.assign(rows.size(), Place{});
  calls_.clear();
  choose_probability();
  find_parents();
  cover_callers();
  visit_all();
  ++sums_.traces;
  if (calls_.empty()) return;
  words.push_back(words::head(calls_.size(), probability_));
  for (const TraceCall& call : calls_) {
    words.push_back(words::first(call)), words.push_back(words::second(call));
    counter_.count(call, probability_);
  }
}

// The smallest that a span gives; where none does, the smallest that was assumed.
void TraceStitcher::choose_probability() {
  std::uint32_t known = nobody, assumed = nobody;
  for (const SpanRow& row : rows_) {
    const std::uint32_t p = details_.all[row.detail].probability;
    (row.sampling_known != 0 ? known : assumed) = std::min(row.sampling_known != 0 ? known : assumed, p);
  }
  probability_ = known != nobody ? known : assumed;
  if (known == nobody && !probabilities_given_) sums_.probabilities_known = false;
}

void TraceStitcher::find_parents() {
  for (Index i = 0; i < rows_.size(); ++i) places_[i].parent = parent_of(i);
}

TraceStitcher::Index TraceStitcher::parent_of(Index i) const {
  if (const Index half = client_half_of(i); half != nobody) return half;
  return is_none(rows_[i]) ? nobody : best_with_id(rows_[i].parent, i);
}

// Zipkin: the server half has its client's id.
TraceStitcher::Index TraceStitcher::client_half_of(Index i) const {
  if (side_of(rows_[i]) == Side::client) return nobody;
  if (rows_[i].shared == 0 && side_of(rows_[i]) != Side::server) return nobody;
  Index first = i;
  while (first > 0 && i - first < most_alike && rows_[first - 1].span == rows_[i].span) --first;
  for (Index j = first; j < rows_.size() && rows_[j].span == rows_[i].span && j - first < 2 * most_alike; ++j)
    if (j != i && rows_[j].shared == 0 && side_of(rows_[j]) == Side::client) return j;
  return nobody;
}

TraceStitcher::Index TraceStitcher::best_with_id(std::uint64_t id, Index child) const {
  const auto at = std::ranges::lower_bound(rows_, id, {}, &SpanRow::span);
  Index best = nobody;
  int best_score = -1;
  const auto first = static_cast<Index>(at - rows_.begin());
  for (Index j = first; j < rows_.size() && rows_[j].span == id && j - first < most_alike; ++j) {
    const int score = (node(j) == node(child) ? 2 : 0) + (side_of(rows_[j]) == Side::server ? 1 : 0);
    if (j != child && score > best_score) best = j, best_score = score;
  }
  return best;
}

void TraceStitcher::cover_callers() {
  for (Index i = 0; i < rows_.size(); ++i) {
    const Index p = places_[i].parent;
    if (p == nobody) continue;
    const Side mine = side_of(rows_[i]);
    if (node(i) != node(p) || (mine == Side::server && side_of(rows_[p]) == Side::client))
      cover(p, true);
    else if (mine == Side::client && !in_own_cycle(i))
      cover(p, false);
  }
}

// Whether the way up through the service's inner spans leads back to the span itself: broken data, and no part of it.
bool TraceStitcher::in_own_cycle(Index i) const {
  std::size_t steps = 0;
  Index at = places_[i].parent;
  while (at != nobody && at != i && node(at) == node(i) && side_of(rows_[at]) == Side::neutral && ++steps < most_alike)
    at = places_[at].parent;
  return at == i;
}

// Up through the service's inner spans to the client half that they are part of.
void TraceStitcher::cover(Index from, bool crossing) {
  const std::uint32_t here = node(from);
  for (Index i = from; i != nobody && node(i) == here; i = places_[i].parent) {
    bool& passed = crossing ? places_[i].passed_crossing : places_[i].passed_client;
    if (passed) return;
    passed = true;
    if (side_of(rows_[i]) == Side::neutral) continue;
    if (side_of(rows_[i]) == Side::client && (crossing || kind(i) == SpanKind::client)) places_[i].covered = true;
    return;
  }
}

// Parents first. A cycle is entered at its smallest span, as below a parent that is in no data.
void TraceStitcher::visit_all() {
  for (Index i = 0; i < rows_.size(); ++i) {
    for (Index j = i; j != nobody && !places_[j].visited && !places_[j].on_the_way; j = places_[j].parent) {
      places_[j].on_the_way = true;
      way_.push_back(j);
    }
    while (!way_.empty()) {
      visit(way_.back());
      places_[way_.back()].on_the_way = false;
      way_.pop_back();
    }
  }
}

void TraceStitcher::visit(Index i) {
  Place& place = places_[i];
  place.visited = true;
  const Index p = place.parent;
  if (p == nobody)
    place.orphaned = !is_none(rows_[i]);
  else if (places_[p].visited)
    place.orphaned = places_[p].orphaned, place.entry = places_[p].entry;
  else
    place.orphaned = true;
  const bool took_message = take_messages(i);
  if (p == nobody)
    begin_here(i, took_message);
  else
    take_from_parent(i, node(i) != node(p));
  const bool goes_on = p != nobody && node(p) == node(i) && kind(p) == SpanKind::consumer;
  if (kind(i) == SpanKind::consumer && !took_message && !goes_on)
    emit({CallForm::consumer_only, nobody, node(i), 0, detail(i).operation, detail(i).peer}, i, place.entry,
         rows_[i].error != 0, timing(rows_[i]), true);
  if (side_of(rows_[i]) == Side::client) call_out(i);
}

// One message from the parent, and one from each linked span that is not the parent.
bool TraceStitcher::take_messages(Index i) {
  const Index p = places_[i].parent;
  bool took = false;
  if (p != nobody && (kind(i) == SpanKind::consumer || kind(p) == SpanKind::producer)) {
    took = node(p) != node(i) || (kind(p) == SpanKind::producer && kind(i) == SpanKind::consumer);
    if (took && node(p) != node(i))
      emit_pair(CallForm::async_pair, p, i);
    else if (took)
      ++sums_.intra;
  }
  if (rows_[i].has_links == 0 || links_.links.empty()) return took;
  for (const LiveLink& link : links_of(links_.links, rows_[i].trace, rows_[i].span)) {
    const Target& from = links_.targets[link.target];
    const bool is_parent = took && p != nobody && from.trace == rows_[i].trace && from.span == rows_[p].span;
    if (!link.found || is_parent || side_of(rows_[i]) == Side::client) continue;
    took = true;
    if (from.node == node(i)) {
      ++sums_.intra;
      continue;
    }
    const Detail& theirs = details_.all[from.detail];
    emit({CallForm::async_pair, from.node, node(i), theirs.operation, detail(i).operation, theirs.peer}, i,
         places_[i].entry, from.error || rows_[i].error != 0, {from.minute, from.latency}, true);
  }
  return took;
}

void TraceStitcher::take_from_parent(Index i, bool crossing) {
  const Index p = places_[i].parent;
  if (kind(i) == SpanKind::consumer || kind(p) == SpanKind::producer) return;
  const bool both_halves = side_of(rows_[p]) == Side::client && side_of(rows_[i]) == Side::server;
  if (crossing)
    emit_pair(both_halves ? CallForm::paired : CallForm::inferred, p, i);
  else if (both_halves)
    ++sums_.intra;
  if (crossing || both_halves) ++sums_.server_halves, ++sums_.client_halves;
}

// A trace, or what is left of one, begins with a server half.
void TraceStitcher::begin_here(Index i, bool took_message) {
  if (took_message || (kind(i) != SpanKind::server && kind(i) != SpanKind::absent)) return;
  const CallForm form = is_none(rows_[i]) ? CallForm::root_server : CallForm::orphan_server;
  ++sums_.server_halves;
  emit({form, nobody, node(i), 0, detail(i).operation, 0}, i, nobody, rows_[i].error != 0, timing(rows_[i]), false);
}

void TraceStitcher::call_out(Index i) {
  if (places_[i].covered || taken_by_link(i) || poses_as_callee(i)) return;
  const bool message = kind(i) == SpanKind::producer;
  if (!message) ++sums_.client_halves;
  const std::uint32_t above = places_[i].entry;
  emit({message ? CallForm::producer_only : CallForm::client_only, node(i), nobody, detail(i).operation, 0,
        detail(i).peer},
       i, above, rows_[i].error != 0, timing(rows_[i]), message);
  places_[i].entry = above;
}

// The callee's half of an inferred call that names nobody further: a driver that poses as its database.
bool TraceStitcher::poses_as_callee(Index i) const {
  const Index p = places_[i].parent;
  return p != nobody && node(p) != node(i) && kind(i) == SpanKind::client && detail(i).peer == 0;
}

bool TraceStitcher::taken_by_link(Index i) const {
  if (links_.targets.empty() || kind(i) != SpanKind::producer) return false;
  const auto key = [](const Target& t) { return std::pair(t.trace, t.span); };
  const auto at = std::ranges::lower_bound(links_.targets, std::pair(rows_[i].trace, rows_[i].span), {}, key);
  return at != links_.targets.end() && key(*at) == std::pair(rows_[i].trace, rows_[i].span) && at->taken;
}

void TraceStitcher::emit_pair(CallForm form, Index caller, Index callee) {
  const SpanRow& theirs = rows_[caller];
  const bool half = side_of(theirs) == Side::client;
  const bool answers = side_of(rows_[callee]) != Side::client;
  emit({form, node(caller), node(callee), half ? detail(caller).operation : 0, answers ? detail(callee).operation : 0,
        half ? detail(caller).peer : 0},
       callee, places_[caller].entry, (half && theirs.error != 0) || rows_[callee].error != 0,
       timing(half ? theirs : rows_[callee]), form == CallForm::async_pair);
}

// `at` is the span that the call is counted at: what it does from here on is part of this call.
void TraceStitcher::emit(const RawCall& call, Index at, std::uint32_t parent, bool error, const Timing& timed,
                         bool async) {
  std::uint32_t minute = timed.minute != 0 ? timed.minute : rows_[at].minute;
  if (minute != 0) minute += static_cast<std::uint32_t>(minutes_before_2020) - 1;
  places_[at].entry = static_cast<std::uint32_t>(calls_.size());
  calls_.push_back({counter_.number_of(call), parent, places_[at].orphaned, async, error, minute, timed.latency});
}

}  // namespace nsew::stitch
