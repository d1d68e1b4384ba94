#include "input/timestamp.hpp"

#include <chrono>
#include <optional>

namespace nsew {
namespace {

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  if (at + count > text.size()) return std::nullopt;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

// Takes ".188" off the front, as nanoseconds; decimals beyond nine are read over.
std::uint64_t take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::uint64_t value = 0, unit = 100'000'000;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
    value += unit * static_cast<std::uint64_t>(text[0] - '0');
  return value;
}

// "Z" or "+02:00" as seconds east of Greenwich.
std::optional<int> zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const auto hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (text.size() != 6 || text[3] != ':' || !hours || !minutes || (text[0] != '+' && text[0] != '-'))
    return std::nullopt;
  const int seconds = static_cast<int>(*hours * 3600 + *minutes * 60);
  return text[0] == '-' ? -seconds : seconds;
}

std::optional<std::int64_t> day_of(std::string_view text) {
  using namespace std::chrono;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
  const year_month_day date{year(static_cast<int>(*y)), month(*m), day(*d)};
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

}  // namespace

std::uint64_t timestamp_ns(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ')) return 0;
  const auto days = day_of(text);
  const auto h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!days || !h || !m || !s || text[13] != ':' || text[16] != ':') return 0;
  std::string_view rest = text.substr(19);
  const std::uint64_t fraction = take_fraction(rest);
  const auto east = zone(rest);
  const std::int64_t seconds = *days * 86400 + *h * 3600 + *m * 60 + *s - east.value_or(0);
  constexpr std::int64_t last_second = 18'446'744'073;  // of 64 bits of nanoseconds: the year 2554
  if (!east || seconds <= 0 || seconds >= last_second) return 0;
  return static_cast<std::uint64_t>(seconds) * 1'000'000'000 + fraction;
}

}  // namespace nsew
