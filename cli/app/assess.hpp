// From flags to an assessment: reads every input, then graph, facts, verdict.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/flags.hpp"
#include "judge/assessment.hpp"

namespace nsew {

// Owns what an assessment looks at.
struct Assessed {
  CallGraph graph;
  Inventory inventory;
  PlatformKnowledge knowledge;
  std::optional<Assessment> assessment;  // refers to the three above
  int input_code = 0;                    // 65 or 66 when an input says so
};

// Throws Failure(66) when there is neither an input nor a declared fact.
std::unique_ptr<Assessed> assess(const Flags&, const Config&);

// Whether the verdict is less sure than --min-confidence asks for; never when that is empty.
bool is_weaker(const Verdict&, const std::string& min_confidence);

}  // namespace nsew
