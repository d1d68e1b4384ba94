#include "graph/build_plan.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "graph/gateways.hpp"

namespace nsew {
namespace {

std::vector<Caller> callers_of(const Plan& plan, const PlatformKnowledge& known) {
  std::vector<Caller> callers;
  for (const auto* drafts : {&plan.traced, &plan.observed})
    for (const Draft& draft : *drafts) {
      const bool counts = !draft.message && !draft.own_host && !draft.denied && !draft.unrouted && !draft.intra &&
                          !draft.inside && !platform_call(facts_of(draft, plan.nodes, known));
      callers.push_back({draft.from, draft.to, counts});
    }
  return callers;
}

// A gateway's span whose parent is in no data has a caller outside; a lost parent elsewhere is nobody known.
void settle_late_ends(Plan& plan) {
  for (Draft& draft : plan.traced) {
    if (!draft.orphan) continue;
    const NodeKind callee = plan.nodes[draft.to].kind;
    if (callee == NodeKind::gateway || callee == NodeKind::outside) draft.from = NodeTable::outside;
  }
}

Settled settled(const Plan& plan, const Draft& draft, const Decision& decision, const PlatformKnowledge& known) {
  const Node &from = plan.nodes[draft.from], &to = plan.nodes[draft.to];
  return {.edge = decision.call && !draft.intra,
          .counted = decision.cls == CallClass::north_south || decision.cls == CallClass::east_west,
          .east_west = decision.cls == CallClass::east_west,
          .enters_gateway = enters_gateway(facts_of(draft, plan.nodes, known)),
          .from_outside = from.kind == NodeKind::outside,
          .from_gateway = from.kind == NodeKind::gateway,
          .adds_level = to.kind != NodeKind::gateway && to.kind != NodeKind::outside,
          .synthetic = decision.flags.contains(EdgeFlag::synthetic) || synthetic(from),
          .to = LevelSums::no_entry};
}

// In the order of names, so that a name that joins a namespace later keeps its place.
void rank_nodes(Plan& plan) {
  plan.by_rank.resize(plan.nodes.size());
  std::iota(plan.by_rank.begin(), plan.by_rank.end(), 0U);
  std::ranges::sort(plan.by_rank, {},
                    [&](std::uint32_t node) { return std::tie(plan.nodes[node].name, plan.nodes[node].id); });
  std::vector<std::uint32_t> rank(plan.nodes.size());
  for (std::uint32_t i = 0; i < rank.size(); ++i) rank[plan.by_rank[i]] = i;
  for (std::size_t i = 0; i < plan.traced.size(); ++i)
    if (plan.traced[i].to != NodeTable::outside) plan.settled[i].to = rank[plan.traced[i].to];
}

Plan plan_of(const NodeTable& nodes, const std::vector<Draft>& traced, const std::vector<Draft>& observed,
             const PlatformKnowledge& known, std::set<std::string> without) {
  Plan plan{.without = std::move(without),
            .nodes = nodes,
            .traced = traced,
            .observed = observed,
            .decisions = {},
            .settled = {},
            .by_rank = {}};
  settle_kinds(plan.nodes, callers_of(plan, known), plan.without);
  settle_late_ends(plan);
  for (const Draft& draft : plan.traced) {
    plan.decisions.push_back(decide(facts_of(draft, plan.nodes, known)));
    plan.settled.push_back(settled(plan, draft, plan.decisions.back(), known));
  }
  rank_nodes(plan);
  return plan;
}

std::vector<std::string> gateways_by_name(const Plan& plan) {
  std::set<std::string> ids;
  for (const auto* drafts : {&plan.traced, &plan.observed})
    for (const Draft& draft : *drafts)
      for (const std::uint32_t end : {draft.from, draft.to})
        if (gateway_by_name(plan.nodes[end])) ids.insert(plan.nodes[end].id);
  return {ids.begin(), ids.end()};
}

}  // namespace

std::vector<Plan> plans_of(const NodeTable& nodes, const std::vector<Draft>& traced, const std::vector<Draft>& observed,
                           const PlatformKnowledge& known, bool mergeable) {
  std::vector<Plan> plans;
  plans.push_back(plan_of(nodes, traced, observed, known, {}));
  if (!mergeable) return plans;
  for (const auto& without : sets_of(gateways_by_name(plans[0])))
    plans.push_back(plan_of(nodes, traced, observed, known, without));
  return plans;
}

}  // namespace nsew
