// .nsew.yaml: inputs, facts, gateways, inside, decision, lint (interface.md, "Lint").
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "judge/assessment.hpp"
#include "measure/facts.hpp"

namespace nsew {

struct Config {
  std::string path;  // empty: there is none
  std::vector<std::string> inputs, gateways, inside;
  std::optional<FactSheet> facts;
  std::optional<RecordedDecision> decision;
  std::optional<std::string> fail_on;
  std::vector<Waiver> waivers;
};

// The file named, or the nearest .nsew.yaml upwards to the repository root (the folder that holds .git). An unknown key
// is refused with the nearest spelling and its place (Failure 64).
Config read_config(const std::string& named);

// The nearest folder, upwards, that holds .git.
std::optional<std::string> repository_root(const std::string& folder);

}  // namespace nsew
