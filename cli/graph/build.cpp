#include "graph/build.hpp"

#include <algorithm>
#include <iterator>

#include "graph/build_drafts.hpp"
#include "graph/build_plan.hpp"
#include "graph/build_select.hpp"
#include "graph/build_tally.hpp"
#include "graph/edge_counts.hpp"
#include "graph/levels.hpp"
#include "graph/merge.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

// One walk over the traces serves all plans.
std::vector<LevelSums> walked(const std::vector<RecordSink>& sinks, const Names& names, const Joined& joined,
                              const std::vector<Plan>& plans, unsigned threads) {
  threads = std::max(1U, threads);
  std::vector<std::vector<LevelCounter>> counters(threads);
  for (auto& of_thread : counters)
    for (const Plan& plan : plans) of_thread.emplace_back(plan.settled, names);
  walk(sinks, names, joined, threads, [&](unsigned thread, const TraceView& trace) {
    for (LevelCounter& counter : counters[thread]) counter.add(trace);
  });
  std::vector<LevelSums> sums(plans.size());
  for (const auto& of_thread : counters)
    for (std::size_t i = 0; i < plans.size(); ++i) merge(sums[i], of_thread[i].sums());
  return sums;
}

std::set<std::uint32_t> in_the_data(const std::vector<std::uint32_t>& emitters, const Names& names) {
  std::set<std::uint32_t> nodes;
  for (std::size_t i = 0; i < emitters.size(); ++i)
    if (names.resource_spans[i] > 0) nodes.insert(emitters[i]);
  return nodes;
}

void add_halves(CallGraph& graph, const Joined& joined) {
  graph.intra_pod += joined.intra;
  for (const auto& [call, stats] : joined.calls) {
    if (call.form == CallForm::orphan_server) graph.unmatched.server_without_parent += stats.calls.observed();
    if (call.form == CallForm::consumer_only) graph.unmatched.consumer_without_producer += stats.calls.observed();
  }
  graph.unmatched.all_halves = joined.server_halves + joined.client_halves;
}

}  // namespace

CallGraph build_graph(std::vector<RecordSink>& sinks, const Inventory& inventory, const PlatformKnowledge& known,
                      const GraphOptions& options) {
  const auto environments = select_records(sinks, options);
  const Names names = gather(sinks);
  Identity identity(inventory, known, options);
  const std::vector<std::uint32_t> emitters = identity.emitters(names);
  const Joined joined = join(sinks, names, emitters, options.threads);
  const Observed seen = observe(sinks, names, {options.since_ns, options.until_ns, tenancies(inventory)});
  std::vector<Draft> traced = drafts_of(joined, names, identity);
  const CountedEdges counted = counted_edges(sinks, names, {options.since_ns, options.until_ns});
  std::vector<Draft> observed = drafts_of(seen, names, identity);
  std::ranges::move(drafts_of(counted, names, identity), std::back_inserter(observed));
  const std::vector<Plan> plans = plans_of(identity.nodes, traced, observed, known, options.mergeable);
  traced = {}, observed = {};  // the plans have their own
  const std::vector<LevelSums> sums = walked(sinks, names, joined, plans, options.threads);
  if (!sinks.empty()) sinks[0].store().traces = {};  // walked for the last time

  std::vector<CallGraph> graphs;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    CallGraph& graph = graphs.emplace_back(tallied(plans[i], sums[i], in_the_data(emitters, names), known));
    graph.environments = environments;
    graph.joined = identity.joined;
    graph.repeated = joined.repeated + seen.repeated;
    add_halves(graph, joined);
    add_books(graph, sinks, names, joined, seen, counted);
  }
  CallGraph graph = std::move(graphs.front());
  graph.alternatives.assign(std::make_move_iterator(graphs.begin() + 1), std::make_move_iterator(graphs.end()));
  finalise(graph);
  return graph;
}

}  // namespace nsew
