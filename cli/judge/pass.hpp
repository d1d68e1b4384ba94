// One walk over the rules, with every interval taken at one end.
#pragma once

#include <string>
#include <vector>

#include "judge/rule.hpp"
#include "judge/weigh.hpp"

namespace nsew {

struct Scored {
  const Rule* rule;
  double points;
};

struct Pass {
  std::vector<Scored> points;    // of every points rule that applied
  std::vector<double> families;  // as in the scale, capped
  double total = 0;
  Need need = Need::no;
  std::vector<const Rule*> acted;  // gates, guards and fits that fired, in order
  std::string kept;  // "mesh", "edge", "mesh+gateway", or the outcome that a gate named; empty = fit decides
  std::string outcome, mode;
  bool gate_decided = false;  // a gate, not the points, had the last word on the need or the outcome

  bool acted_on(std::string_view id) const;
};

// What only guards change before anything is counted; true when both ends must agree.
bool prepare(FactSheet&, const RulePack&);

// Stops before the rule `stop_before`, when one is given.
Pass walk_rules(const RulePack&, const FactSheet&, End, std::string_view stop_before = {});

}  // namespace nsew
