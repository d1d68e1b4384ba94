#include "graph/build.hpp"

#include <algorithm>
#include <numeric>

#include "graph/build_drafts.hpp"
#include "graph/build_select.hpp"
#include "graph/gateways.hpp"
#include "graph/levels.hpp"
#include "graph/merge.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

class Builder {
 public:
  Builder(std::vector<RecordSink>& sinks, const Inventory& inventory, const PlatformKnowledge& known,
          const GraphOptions& options)
      : sinks_(sinks), known_(known), options_(options), identity_(inventory, known, options) {}

  CallGraph build();

 private:
  void settle();
  void settle_late_ends(std::vector<Draft>&) const;
  std::vector<Caller> callers() const;
  void add_traced(const Joined&, const Names&);
  void add_answered(const Draft&, const Answered&);
  void add_observed();
  void add_observed(const Draft&);
  Edge::Seen& add(const Draft&, const Decision&);
  Settled settled(const Draft&, const Decision&) const;
  std::vector<std::uint32_t> ranks() const;
  void add_nodes(const std::vector<std::uint32_t>& emitters, const Names&);
  void add_books(const Joined&, const Observed&, const Names&);
  bool goes_on(const Draft&) const;

  std::vector<RecordSink>& sinks_;
  const PlatformKnowledge& known_;
  const GraphOptions& options_;
  Identity identity_;
  std::vector<Draft> traced_, observed_;
  std::set<std::uint32_t> used_;  // nodes that an edge names
  CallGraph graph_;
};

CallGraph Builder::build() {
  graph_.environments = select_records(sinks_, options_);
  const Names names = gather(sinks_);
  const std::vector<std::uint32_t> emitters = identity_.emitters(names);
  const Joined joined = join(sinks_, names, emitters, options_.threads);
  const Observed seen = observe(sinks_, names, {options_.since_ns, options_.until_ns});
  traced_ = drafts_of(joined, names, identity_);
  observed_ = drafts_of(seen, names, identity_);
  settle();
  add_traced(joined, names);
  add_observed();
  add_nodes(emitters, names);
  add_books(joined, seen, names);
  finalise(graph_);
  return std::move(graph_);
}

std::vector<Caller> Builder::callers() const {
  std::vector<Caller> callers;
  for (const auto* drafts : {&traced_, &observed_})
    for (const Draft& draft : *drafts) {
      const bool counts = !draft.message && !draft.own_host && !draft.denied && !draft.unrouted && !draft.intra &&
                          !platform_call(facts_of(draft, identity_.nodes, known_));
      callers.push_back({draft.from, draft.to, counts});
    }
  return callers;
}

void Builder::settle() {
  settle_kinds(identity_.nodes, callers());
  settle_late_ends(traced_);
}

// A gateway's span whose parent is in no data has a caller outside; a lost parent elsewhere is nobody known.
void Builder::settle_late_ends(std::vector<Draft>& drafts) const {
  for (Draft& draft : drafts) {
    if (!draft.orphan) continue;
    const NodeKind callee = identity_.nodes[draft.to].kind;
    if (callee == NodeKind::gateway || callee == NodeKind::outside) draft.from = NodeTable::outside;
  }
}

Edge::Seen& Builder::add(const Draft& draft, const Decision& decision) {
  const std::uint32_t from = decision.from_outside ? NodeTable::outside : draft.from;
  used_.insert({from, draft.to});
  Edge& edge = graph_.edges[{identity_.nodes[from].id, identity_.nodes[draft.to].id, decision.cls}];
  Edge::Seen& seen = edge.seen[draft.source];
  const std::uint64_t observed = draft.calls->observed();
  seen.calls.merge(*draft.calls);
  seen.errors.merge(*draft.errors);
  seen.latency.merge(*draft.latency);
  seen.bytes += draft.bytes;
  seen.reasons[decision.reason].merge(*draft.calls);
  for (const EdgeFlag flag : decision.flags) seen.flags[flag] += observed;
  if (draft.inferred) seen.flags[EdgeFlag::inferred] += observed;
  if (draft.one_sided) seen.one_sided += observed;
  OperationStats& operation = seen.operations[draft.operation];
  operation.calls.merge(*draft.calls);
  operation.errors.merge(*draft.errors);
  operation.latency.merge(*draft.latency);
  for (const auto& [minute, count] : *draft.minutes) operation.minutes[minute] += count;
  if (draft.port != 0) edge.ports.insert(std::to_string(draft.port));
  return seen;
}

Settled Builder::settled(const Draft& draft, const Decision& decision) const {
  const Node &from = identity_.nodes[draft.from], &to = identity_.nodes[draft.to];
  return {.edge = decision.call && !draft.intra,
          .counted = decision.cls == CallClass::north_south || decision.cls == CallClass::east_west,
          .east_west = decision.cls == CallClass::east_west,
          .enters_gateway = enters_gateway(facts_of(draft, identity_.nodes, known_)),
          .from_outside = from.kind == NodeKind::outside,
          .from_gateway = from.kind == NodeKind::gateway,
          .adds_level = to.kind != NodeKind::gateway && to.kind != NodeKind::outside,
          .synthetic = decision.flags.contains(EdgeFlag::synthetic) || synthetic(from),
          .to = draft.to};
}

// Node number -> place in the order of names: a name that joins a namespace later keeps its place.
std::vector<std::uint32_t> Builder::ranks() const {
  std::vector<std::uint32_t> order(identity_.nodes.size()), rank(identity_.nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {},
                    [&](std::uint32_t node) { return std::tie(identity_.nodes[node].name, identity_.nodes[node].id); });
  for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  return rank;
}

void Builder::add_answered(const Draft& draft, const Answered& answered) {
  Draft own = draft;
  own.calls = &answered.calls, own.errors = &answered.errors;
  own.latency = &answered.latency, own.minutes = &answered.minutes;
  Decision decision = decide(facts_of(draft, identity_.nodes, known_));
  decision.reason = answered_reason;
  add(own, decision);
  graph_.gateway_answered += answered.calls.observed();
}

void Builder::add_traced(const Joined& joined, const Names& names) {
  const std::vector<std::uint32_t> rank = ranks();
  std::vector<Settled> all;
  std::vector<Decision> decisions;
  for (const Draft& draft : traced_) {
    decisions.push_back(decide(facts_of(draft, identity_.nodes, known_)));
    all.push_back(settled(draft, decisions.back()));
    all.back().to = draft.to == NodeTable::outside ? LevelSums::no_entry : rank[draft.to];
  }
  std::vector<LevelCounter> counters(std::max(1U, options_.threads), LevelCounter(all, names));
  walk(sinks_, names, joined, options_.threads,
       [&](unsigned thread, const TraceView& trace) { counters[thread].add(trace); });
  LevelSums sums;
  for (const LevelCounter& counter : counters) merge(sums, counter.sums());

  for (std::uint32_t i = 0; i < traced_.size(); ++i) {
    const Draft& draft = traced_[i];
    if (draft.intra) graph_.intra_pod += draft.calls->observed();
    if (!all[i].edge) continue;
    const auto answered = sums.answered.find(i);
    if (all[i].enters_gateway && answered == sums.answered.end()) continue;
    if (all[i].enters_gateway) add_answered(draft, answered->second);
    if (!all[i].enters_gateway) add(draft, decisions[i]);
    Edge::Seen& seen = graph_.edges.at({identity_.nodes[draft.from].id, identity_.nodes[draft.to].id, decisions[i].cls})
                           .seen.at(Source::traces);
    for (const auto& [level, tally] : sums.levels[i]) seen.levels[level].merge(tally);
    if (const auto at = sums.synthetic.find(i); at != sums.synthetic.end())
      seen.flags[EdgeFlag::synthetic] += at->second;
  }
  std::vector<std::uint32_t> by_rank(rank.size());
  for (std::uint32_t node = 0; node < rank.size(); ++node) by_rank[rank[node]] = node;
  for (const auto& [entry, group] : sums.traces)
    graph_.traces[entry == LevelSums::no_entry ? "" : identity_.nodes[by_rank[entry]].id] = group;
}

// Whether the gateway that a flow ends at is seen calling on.
bool Builder::goes_on(const Draft& arriving) const {
  return std::ranges::any_of(observed_, [&](const Draft& draft) {
    return draft.source == arriving.source && draft.from == arriving.to && !draft.denied && !draft.unrouted;
  });
}

void Builder::add_observed() {
  for (const Draft& draft : observed_) add_observed(draft);
}

// Logs and flows cannot tell which arrival at a gateway is behind which call of it: arrivals count only where the
// gateway is never seen calling on.
void Builder::add_observed(const Draft& draft) {
  const std::uint64_t observed = draft.calls->observed();
  if (draft.by_gateway) graph_.blind["east-west"] += draft.records;
  if (draft.denied) graph_.denied += observed;
  if (draft.unrouted) graph_.unrouted += observed;
  if (draft.intra) graph_.intra_pod += observed;
  if (draft.denied || draft.intra) return;
  if (draft.unrouted) {
    if (!draft.by_gateway) return;
    Draft own = draft;
    own.from = NodeTable::outside, own.to = draft.from;
    own.unresolved_from.clear(), own.unresolved_to.clear();
    Decision decision = decide(facts_of(own, identity_.nodes, known_));
    decision.reason = answered_reason;
    add(own, decision);
    graph_.gateway_answered += observed;
    return;
  }
  const CallFacts facts = facts_of(draft, identity_.nodes, known_);
  const Decision decision = decide(facts);
  if (!decision.call || (enters_gateway(facts) && goes_on(draft))) return;
  add(draft, decision);
}

void Builder::add_nodes(const std::vector<std::uint32_t>& emitters, const Names& names) {
  for (std::size_t i = 0; i < emitters.size(); ++i)
    if (names.resource_spans[i] > 0) used_.insert(emitters[i]);
  for (const std::uint32_t number : used_) {
    const Node& node = identity_.nodes[number];
    graph_.nodes.emplace(node.id, node);
  }
  graph_.joined = identity_.joined;
}

void Builder::add_books(const Joined& joined, const Observed& seen, const Names& names) {
  graph_.repeated = joined.repeated + seen.repeated;
  graph_.intra_pod += joined.intra;
  for (const auto& [call, stats] : joined.calls) {
    if (call.form == CallForm::orphan_server) graph_.unmatched.server_without_parent += stats.calls.observed();
    if (call.form == CallForm::consumer_only) graph_.unmatched.consumer_without_producer += stats.calls.observed();
  }
  graph_.unmatched.all_halves = joined.server_halves + joined.client_halves;
  nsew::add_books(graph_, sinks_, names, joined, seen);
}

}  // namespace

CallGraph build_graph(std::vector<RecordSink>& sinks, const Inventory& inventory, const PlatformKnowledge& known,
                      const GraphOptions& options) {
  return Builder(sinks, inventory, known, options).build();
}

}  // namespace nsew
