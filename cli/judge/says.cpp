#include "judge/says.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "judge/fact_value.hpp"
#include "judge/readers.hpp"

namespace nsew {
namespace {

std::string with_thousands(double value) {
  const std::string digits = fmt::format("{:.0f}", value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string plain(double value) {
  if (std::isinf(value)) return "endlessly many";
  if (value >= 100 || value == std::floor(value)) return with_thousands(value);
  return value >= 10 ? fmt::format("{:.1f}", value) : number(std::round(value * 100) / 100);
}

std::string percent(double share) {
  const double value = share * 100;
  const bool close = (value > 0 && value < 1) || (value > 99 && value < 100);
  return fmt::format("{} %", close ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value));
}

// Sizes that are only bounds are said as bounds.
std::string amount(const FactInfo& row, const Fact& fact) {
  const double low = low_end(fact), high = high_end(fact);
  if (row.unit == "services" && low != high)
    return std::isinf(high) ? plain(low) + " or more" : fmt::format("{} to {}", plain(low), plain(high));
  const double value = std::get<double>(fact.value);
  return row.unit == "share" ? percent(value) : plain(value);
}

std::string list_text(const std::vector<std::string>& words) { return words.empty() ? "nothing" : join(words, ", "); }

// As the sentence goes on: "makes an unknown share of the calls", "connected services: unknown".
std::string unknown_text(const FactInfo* row, bool after_colon) {
  if (after_colon || row == nullptr || row->type != FactType::number) return "unknown";
  return row->unit == "share" ? "an unknown share" : "an unknown number of";
}

std::string fact_text(const FactSheet& sheet, const std::string& name, bool after_colon) {
  const Fact* fact = sheet.find(name);
  const FactInfo* row = fact_called(name);
  if (!fact || !row) return unknown_text(row, after_colon);
  if (std::holds_alternative<double>(fact->value)) return amount(*row, *fact);
  if (const auto* truth = std::get_if<bool>(&fact->value)) return *truth ? "yes" : "no";
  if (const auto* word = std::get_if<std::string>(&fact->value)) return *word;
  if (const auto* words = std::get_if<std::vector<std::string>>(&fact->value)) return list_text(*words);
  std::vector<std::string> numbers;
  for (const double value : std::get<std::vector<double>>(fact->value)) numbers.push_back(plain(value));
  return list_text(numbers);
}

// Calls `text(literal)` and `name(placeholder)` in turn.
template <class Text, class Name>
void walk_template(std::string_view text, Text on_text, Name on_name) {
  for (;;) {
    const auto open = text.find('{');
    on_text(text.substr(0, open));
    if (open == std::string_view::npos) return;
    const auto close = text.find('}', open);
    on_name(std::string(text.substr(open + 1, close == std::string_view::npos ? close : close - open - 1)));
    if (close == std::string_view::npos) return;
    text.remove_prefix(close + 1);
  }
}

}  // namespace

std::string points_text(double points) {
  const double rounded = std::round(points * 10) / 10;
  return number(rounded == 0 ? 0 : rounded);
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  walk_template(
      text, [](std::string_view) {}, [&](std::string name) { names.push_back(std::move(name)); });
  return names;
}

std::string fill_in(std::string_view text, const FactSheet& sheet, const std::map<std::string, std::string>& extra) {
  std::string filled;
  walk_template(
      text, [&](std::string_view part) { filled += part; },
      [&](const std::string& name) {
        const auto at = extra.find(name);
        filled += at == extra.end() ? fact_text(sheet, name, filled.ends_with(": ")) : at->second;
      });
  return filled;
}

void check_template(const Yaml& text, const std::vector<std::string>& extra) {
  for (const std::string& name : names_in(text_of(text))) {
    if (std::ranges::find(extra, name) == extra.end()) fact_named(text, name);
  }
}

}  // namespace nsew
