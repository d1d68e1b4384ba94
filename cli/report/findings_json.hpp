// How findings and places look in JSON: the same in the report, in `lint -o json` and, where SARIF allows, there.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "base/diagnostics.hpp"
#include "lint/finding.hpp"

namespace nsew {

nlohmann::ordered_json location_json(const Location&);
nlohmann::ordered_json findings_json(const std::vector<Finding>&);

}  // namespace nsew
