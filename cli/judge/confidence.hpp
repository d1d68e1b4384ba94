#pragma once

#include <string>

#include "judge/pass.hpp"

namespace nsew {

struct Decided {
  const std::string& outcome;
  bool both_ends;
  const Pass &middle, &low, &high;
};

std::string confidence_of(const RulePack&, const FactSheet&, const Decided&);

}  // namespace nsew
