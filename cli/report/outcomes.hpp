// Outcomes in plain words, one table for every report and for `nsew explain`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "judge/verdict.hpp"

namespace nsew {

struct Outcome {
  std::string_view name;
  std::string_view headline;  // "Use a gateway."
  std::string_view meaning;   // one or two sentences for a newcomer
  std::string_view target;    // starter target that fits; empty = none
};
std::span<const Outcome> outcomes();
const Outcome* outcome_called(std::string_view name);

std::string headline(const Verdict&);  // with the mode, and the lean where data is insufficient
std::string mode_meaning(std::string_view mode);

}  // namespace nsew
