#include "report/numbers.hpp"

#include <cmath>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), " ");
  return digits;
}

// At most `places` decimals, without trailing zeros.
std::string trimmed(double value, int places) {
  std::string text = fmt::format("{:.{}f}", value, places);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

struct Shown {
  std::string operator()(double value) const {
    return std::isinf(value) ? "infinite" : trimmed(value, std::abs(value) < 10 ? 2 : 1);
  }
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<double>& values) const {
    std::vector<std::string> parts;
    for (const double value : values) parts.push_back((*this)(value));
    return parts.empty() ? "none" : join(parts, ", ");
  }
  std::string operator()(const std::vector<std::string>& values) const {
    return values.empty() ? "none" : join(values, ", ");
  }
};

}  // namespace

std::string count(double value) {
  if (std::isinf(value)) return "infinite";
  if (value >= 1e12) return trimmed(value / 1e12, 1) + " T";
  if (value >= 1e9) return trimmed(value / 1e9, 1) + " G";
  if (value >= 1e8) return trimmed(value / 1e6, 1) + " M";
  if (value < 100 && std::floor(value) != value) return trimmed(value, 1);
  return grouped(static_cast<std::uint64_t>(std::llround(value)));
}

std::string percent(double share) {
  const double value = share * 100;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value < 100 && value > 99.9) return "> 99.9 %";
  return trimmed(value, 1) + " %";
}

std::string percent_range(double low, double high) {
  return fmt::format("{} – {} %", trimmed(low * 100, 1), trimmed(high * 100, 1));
}

std::string milliseconds(double value) {
  if (value >= 1000) return trimmed(value / 1000, value < 10000 ? 1 : 0) + " s";
  return trimmed(value, value < 10 ? 1 : 0) + " ms";
}

std::string bytes(double value) {
  constexpr const char* units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) value /= 1000, ++unit;
  return fmt::format("{} {}", trimmed(value, unit == 0 ? 0 : 1), units[unit]);
}

std::string signed_points(double value) {
  const double rounded = std::round(value * 10) / 10;
  if (rounded == 0) return "0";
  return (rounded > 0 ? "+" : "-") + trimmed(std::abs(rounded), 1);
}

std::string timestamp(std::uint64_t ns) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(ns / 1'000'000'000)));
}

std::string shown(const FactValue& value) { return std::visit(Shown{}, value); }

std::size_t columns(const std::string& text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

std::string fit(const std::string& text, std::size_t width) {
  const std::size_t have = columns(text);
  if (have <= width) return text + std::string(width - have, ' ');
  std::string cut;
  std::size_t n = 0;
  for (const char c : text) {
    n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (n >= width) break;
    cut += c;
  }
  return cut + "…";
}

}  // namespace nsew
