// How findings and places look in JSON: the same in the report, in `lint -o json` and, where SARIF allows, there.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "base/diagnostics.hpp"
#include "lint/finding.hpp"

namespace nsew {

// ASCII only and without "</", so that a report may be pasted into a page or a terminal as it is.
std::string dumped(const nlohmann::ordered_json&);

nlohmann::ordered_json location_json(const Location&);
nlohmann::ordered_json findings_json(const std::vector<Finding>&);

}  // namespace nsew
