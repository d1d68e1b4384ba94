// Waivers that do not stand on the object itself: -S and .nsew.yaml's lint.waivers.
#pragma once

#include <string>

#include "judge/assessment.hpp"

namespace nsew {

// "NSEW0301", "Service reports.shop-admin" (or "Namespace shop"), "reason (until 2026-12-31)". Throws Failure(64).
Waiver waiver_of(const std::string& code, const std::string& object, const std::string& reason, const Location& where);

// -S "NSEW0301=Service reports.shop-admin: reason (until 2026-12-31)".
Waiver waiver_from_flag(const std::string& text);

}  // namespace nsew
