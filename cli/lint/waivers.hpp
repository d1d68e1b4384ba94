// Findings that somebody has accepted, with a reason.
#pragma once

#include <vector>

#include "lint/finding.hpp"

namespace nsew {

// Of annotations `ignore.nsew.dev/CODE: "reason (until YYYY-MM-DD)"`, and those that the assessment brings.
std::vector<Waiver> waivers_of(const Assessment&);
Waiver waiver_from_text(std::string code, std::string_view reason_and_date);

// Marks the findings that a waiver covers as suppressed, and returns the findings about the waivers themselves.
std::vector<Finding> apply_waivers(const Assessment&, std::vector<Finding>&);

}  // namespace nsew
