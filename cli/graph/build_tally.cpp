#include "graph/build_tally.hpp"

#include <string>
#include <utility>

namespace nsew {
namespace {

class Tallier {
 public:
  Tallier(const Plan& plan, const LevelSums& sums, const PlatformKnowledge& known)
      : plan_(plan), sums_(sums), known_(known) {}

  CallGraph tally(const std::set<std::uint32_t>& emitters);

 private:
  void add_traced(std::uint32_t place);
  void add_observed(const Draft&);
  void add_answered(const Draft&, const Answered&);
  void add_unrouted(const Draft&);
  void add_blind(const Draft&, CallClass);
  void add_inside(const Draft&);
  Edge::Seen& add(const Draft&, const Decision&);

  const Plan& plan_;
  const LevelSums& sums_;
  const PlatformKnowledge& known_;
  std::set<std::pair<Source, std::uint32_t>> calling_on_;  // who is seen calling, in logs and flows
  std::set<std::uint32_t> used_;                           // nodes that an edge names
  CallGraph graph_;
};

void add_to(OperationStats& operation, const Draft& draft) {
  operation.calls.merge(*draft.calls);
  operation.errors.merge(*draft.errors);
  operation.latency.merge(*draft.latency);
  for (const auto& [minute, count] : *draft.minutes) operation.minutes[minute] += count;
}

Edge::Seen& Tallier::add(const Draft& draft, const Decision& decision) {
  const std::uint32_t from = decision.from_outside ? NodeTable::outside : draft.from;
  used_.insert({from, draft.to});
  Edge& edge = graph_.edges[{plan_.nodes[from].id, plan_.nodes[draft.to].id, decision.cls}];
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
  add_to(seen.operations[draft.operation], draft);
  if (draft.port != 0) edge.ports.insert(std::to_string(draft.port));
  return seen;
}

void Tallier::add_answered(const Draft& draft, const Answered& answered) {
  Draft own = draft;
  own.calls = &answered.calls, own.errors = &answered.errors;
  own.latency = &answered.latency, own.minutes = &answered.minutes;
  Decision decision = decide(facts_of(draft, plan_.nodes, known_));
  decision.reason = answered_reason;
  add(own, decision);
  graph_.gateway_answered += answered.calls.observed();
}

void Tallier::add_traced(std::uint32_t place) {
  const Draft& draft = plan_.traced[place];
  const Settled& settled = plan_.settled[place];
  if (draft.intra) graph_.intra_pod += draft.calls->observed();
  if (!settled.edge) return;
  const auto answered = sums_.answered.find(place);
  if (settled.enters_gateway && answered == sums_.answered.end()) return;
  if (settled.enters_gateway) add_answered(draft, answered->second);
  if (!settled.enters_gateway) add(draft, plan_.decisions[place]);
  const EdgeKey key{plan_.nodes[draft.from].id, plan_.nodes[draft.to].id, plan_.decisions[place].cls};
  Edge::Seen& seen = graph_.edges.at(key).seen.at(Source::traces);
  if (const auto levels = sums_.levels.find(place); levels != sums_.levels.end())
    for (const auto& [level, tally] : levels->second) seen.levels[level].merge(tally);
  if (const auto behind = sums_.synthetic.find(place); behind != sums_.synthetic.end())
    seen.flags[EdgeFlag::synthetic] += behind->second;
}

// A request for which the gateway's log names no route: the gateway answered it itself.
void Tallier::add_unrouted(const Draft& draft) {
  graph_.unrouted += draft.calls->observed();
  if (!draft.by_gateway) return;
  Draft own = draft;
  own.from = NodeTable::outside, own.to = draft.from;
  own.unresolved_from.clear(), own.unresolved_to.clear();
  Decision decision = decide(facts_of(own, plan_.nodes, known_));
  decision.reason = answered_reason;
  add(own, decision);
  graph_.gateway_answered += draft.calls->observed();
}

void Tallier::add_blind(const Draft& draft, CallClass cls) {
  graph_.blind[std::string(name_of(cls))] += draft.records;
  graph_.blind[blind_of(draft.source, cls)] += draft.records;
}

// Requests belong to the edge of their connections; those that would be on an edge of their own (a probe's) to none.
void Tallier::add_inside(const Draft& draft) {
  if (draft.denied || draft.intra || draft.unrouted) return;
  const Decision decision = decide(facts_of(draft, plan_.nodes, known_));
  const std::uint32_t from = decision.from_outside ? NodeTable::outside : draft.from;
  const auto edge = graph_.edges.find({plan_.nodes[from].id, plan_.nodes[draft.to].id, decision.cls});
  if (edge == graph_.edges.end()) return;
  const auto seen = edge->second.seen.find(Source::flows);
  if (seen != edge->second.seen.end()) add_to(seen->second.requests[draft.operation], draft);
}

// Logs and flows cannot tell which arrival at a gateway is behind which call of it: arrivals count only where the
// gateway is never seen calling on.
void Tallier::add_observed(const Draft& draft) {
  if (draft.inside) return add_inside(draft);
  if (draft.by_gateway || draft.no_east_west) add_blind(draft, CallClass::east_west);
  if (draft.no_north_south) add_blind(draft, CallClass::north_south);
  if (draft.denied) graph_.denied += draft.calls->observed();
  if (draft.intra) graph_.intra_pod += draft.calls->observed();
  if (draft.denied || draft.intra) return;
  if (draft.unrouted) return add_unrouted(draft);
  const CallFacts facts = facts_of(draft, plan_.nodes, known_);
  const Decision decision = decide(facts);
  if (!decision.call || (enters_gateway(facts) && calling_on_.contains({draft.source, draft.to}))) return;
  add(draft, decision);
}

CallGraph Tallier::tally(const std::set<std::uint32_t>& emitters) {
  for (const Draft& draft : plan_.observed)
    if (!draft.denied && !draft.unrouted) calling_on_.emplace(draft.source, draft.from);
  for (std::uint32_t place = 0; place < plan_.traced.size(); ++place) add_traced(place);
  for (const Draft& draft : plan_.observed) add_observed(draft);
  for (const auto& [entry, group] : sums_.traces)
    graph_.traces[entry == LevelSums::no_entry ? "" : plan_.nodes[plan_.by_rank[entry]].id] = group;
  used_.insert(emitters.begin(), emitters.end());
  for (const std::uint32_t number : used_) graph_.nodes.emplace(plan_.nodes[number].id, plan_.nodes[number]);
  graph_.without = plan_.without;
  return std::move(graph_);
}

}  // namespace

CallGraph tallied(const Plan& plan, const LevelSums& sums, const std::set<std::uint32_t>& emitters,
                  const PlatformKnowledge& known) {
  return Tallier(plan, sums, known).tally(emitters);
}

}  // namespace nsew
