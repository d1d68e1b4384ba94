// Flow logs that are tables: lines of fields that a header, or a known order, names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nsew {

// Which of a format's fields stands in which column: one byte per column, the place of its name in the format's list,
// or `none`. It travels as the last of Framing::columns, so that no line has to look names up.
class TableLayout {
 public:
  static constexpr char none = '\x7f';
  static constexpr std::size_t most_columns = 256;

  TableLayout(char separator, std::string places) : separator_(separator), places_(std::move(places)) {}
  static TableLayout of(char separator, std::span<const std::string_view> columns,
                        std::span<const std::string_view> known);

  std::size_t size() const { return places_.size(); }
  bool names(std::size_t field) const { return places_.find(static_cast<char>(field)) != std::string::npos; }
  char separator() const { return separator_; }
  std::string_view places() const { return places_; }

  std::vector<std::string> as_columns() const { return {separator_ + places_}; }

 private:
  char separator_;
  std::string places_;
};

// A line's fields by their place in the format's list. Columns that the layout does not know are passed over; a line
// may have fewer columns than the layout, or more.
template <std::size_t Fields>
struct TableRow {
  std::array<std::string_view, Fields> fields{};
  std::size_t columns = 0;

  std::string_view operator[](std::size_t field) const { return fields[field]; }
};

// The front of `text` up to `separator`, which is taken off with it. Blanks count as one separator.
inline std::string_view take_column(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view column = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (separator != ' ') return column;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return column;
}

inline std::string_view unquoted(std::string_view column) {
  const bool quoted = column.size() >= 2 && column.front() == '"' && column.back() == '"';
  return quoted ? column.substr(1, column.size() - 2) : column;
}

template <std::size_t Fields>
TableRow<Fields> table_row(std::string_view line, char separator, std::string_view places) {
  TableRow<Fields> row;
  for (; !line.empty(); ++row.columns) {
    const std::string_view column = take_column(line, separator);
    if (row.columns >= places.size()) continue;
    const auto place = static_cast<std::size_t>(static_cast<unsigned char>(places[row.columns]));
    if (place < Fields) row.fields[place] = unquoted(column);
  }
  return row;
}

std::vector<std::string_view> columns_of(std::string_view line, char separator);

// The first lines of an input, blank ones left out, without their ends.
std::vector<std::string_view> first_lines(std::string_view head, std::size_t most);

}  // namespace nsew
