#pragma once

#include <cstdint>
#include <string>

namespace nsew {

// "2026-11-02", "2026-11-02T09:00:00Z" (UTC) or seconds since 1970 as nanoseconds since 1970. Throws Failure(64).
std::uint64_t time_from_text(const std::string& text, const std::string& flag);

// --now, else SOURCE_DATE_EPOCH, else the clock, as YYYY-MM-DD.
std::string today(const std::string& now);

}  // namespace nsew
