// Rules + facts -> verdict. interface.md, "JSON report", `verdict`; the model is decision.md §4.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "measure/facts.hpp"

namespace nsew {

struct Reason {
  std::string rule;
  std::string kind;  // points | gate | guard | fit | advice
  std::string fact;  // what it looked at first
  std::optional<FactValue> value;
  std::optional<double> points, points_low, points_high;  // points rules; low/high where they differ
  std::string effect;  // gates, guards, fit: "need: no", "outcome: keep-current", …; empty for points and advice
  std::string says;    // one sentence with its number
  std::string remedy;
  std::string source;
};

struct Family {
  std::string id;
  double points = 0, low_cap = 0, high_cap = 0;
  std::optional<double> points_low, points_high;
};

struct Verdict {
  std::string outcome;             // interface.md, "Outcomes"
  std::string mode;                // ambient-l4 | ambient-l7 | sidecar; empty = null
  std::string lean;                // insufficient-data only
  std::vector<std::string> scope;  // services of the scored component
  double score = 0, score_low = 0, score_high = 0;
  std::string confidence;       // low | medium | high
  std::string settles;          // insufficient-data: the input that would settle it
  std::vector<Reason> because;  // every rule that applied, in the order in which they act
  std::vector<Family> families;
};

class RulePack;  // rules/*.yaml, parsed and checked

// Throws Failure(65) with file:line:column at the first rule that does not make sense.
const RulePack& embedded_rules();
RulePack load_rules(std::span<const std::pair<std::string, std::string>> files);  // (name, text)

Verdict judge(const FactSheet&, const RulePack&);

// Fact sheets as YAML, nested or dotted, null = unknown. Refuses unknown names with the nearest spelling (Failure 64,
// with place).
FactSheet facts_from_yaml(std::string_view text, const std::string& name);
Fact fact_from_text(std::string_view name, std::string_view value, const std::string& source);  // --set FACT=VALUE
std::string to_yaml(const FactSheet&);                                                          // -o facts

}  // namespace nsew
