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
  double score = 0;
};

// .nsew.yaml `decision`
struct RecordedDecision {
  std::string outcome;
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
  std::string today;  // YYYY-MM-DD
};

}  // namespace nsew
