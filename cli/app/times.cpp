#include "app/times.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

std::string day(std::time_t seconds) { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds)); }

}  // namespace

std::uint64_t time_from_text(const std::string& text, const std::string& flag) {
  if (const auto seconds = to_integer(text); seconds && *seconds >= 0)
    return static_cast<std::uint64_t>(*seconds) * second;
  for (const char* format : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"}) {
    std::tm time{};
    const char* end = ::strptime(text.c_str(), format, &time);
    if (end != nullptr && *end == '\0') return static_cast<std::uint64_t>(::timegm(&time)) * second;
  }
  throw Failure(exit_code::usage, fmt::format("{} does not understand the time '{}'", flag, text), {},
                "write 2026-11-02, 2026-11-02T09:00:00Z or seconds since 1970");
}

std::string today(const std::string& now) {
  if (!now.empty()) return day(static_cast<std::time_t>(time_from_text(now, "--now") / second));
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    if (const auto seconds = to_integer(epoch)) return day(static_cast<std::time_t>(*seconds));
  }
  return day(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

}  // namespace nsew
