// Everything that a report, a check or a target may look at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/verdict.hpp"
#include "measure/facts.hpp"
#include "measure/picture.hpp"

namespace nsew {

struct InputRow {  // inputs[] of the report
  std::string name, format, role, unit;
  std::uint64_t bytes = 0, records = 0, skipped = 0;
};

struct ScoredComponent {
  Component component;
  std::optional<double> score;  // none: too small to be judged beside the others
};

// .nsew.yaml `decision`
struct RecordedDecision {
  std::string outcome;
  Location where;
};

// A finding that is accepted: an annotation on its object, -S, or .nsew.yaml's lint.waivers.
struct Waiver {
  std::string code;  // "NSEW0301"
  std::string kind, ns, object;
  std::string reason;  // without it the waiver does not count
  std::string until;   // YYYY-MM-DD, the last day that it holds; empty = always
  Location where;
};

struct Assessment {
  Picture picture;
  FactSheet facts;
  Verdict verdict;
  std::vector<ScoredComponent> components;  // highest score first
  std::vector<InputRow> inputs;
  std::vector<Diagnostic> diagnostics;
  std::optional<RecordedDecision> decision;
  std::vector<Waiver> waivers;  // of -S and .nsew.yaml; lint finds those in annotations itself
  std::string today;            // YYYY-MM-DD
};

}  // namespace nsew
