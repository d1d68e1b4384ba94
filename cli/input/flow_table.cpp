#include "input/flow_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace nsew {

TableLayout TableLayout::of(char separator, std::span<const std::string_view> columns,
                            std::span<const std::string_view> known) {
  std::string places;
  for (const std::string_view column : columns.subspan(0, std::min(columns.size(), most_columns))) {
    const auto found = std::ranges::find(known, column);
    places += found == known.end() ? none : static_cast<char>(found - known.begin());
  }
  return {separator, places};
}

std::vector<std::string_view> columns_of(std::string_view line, char separator) {
  std::vector<std::string_view> columns;
  while (!line.empty() && columns.size() < TableLayout::most_columns)
    columns.push_back(unquoted(take_column(line, separator)));
  return columns;
}

std::vector<std::string_view> first_lines(std::string_view head, std::size_t most) {
  std::vector<std::string_view> lines;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty() && lines.size() < most) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = trim(head.substr(0, end));
    if (!line.empty()) lines.push_back(line);
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return lines;
}

}  // namespace nsew
