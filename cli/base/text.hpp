// Small things about text that more than one room needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nsew {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string lower(std::string_view);      // ASCII
std::string_view trim(std::string_view);  // blanks at both ends
std::vector<std::string_view> split(std::string_view, char separator);
std::string join(const std::vector<std::string>&, std::string_view separator);
std::optional<double> to_number(std::string_view);      // the whole text, any locale
std::optional<long long> to_integer(std::string_view);  // the whole text

// Shortest text that reads back as the same number, the same on every machine: 3, 0.5, 1e+30.
std::string number(double);

// The candidate that is nearest to a misspelt word, if it is near enough to be meant.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace nsew
