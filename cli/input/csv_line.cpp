#include "input/csv_line.hpp"

#include <csv.h>

#include <algorithm>
#include <new>

#include "base/text.hpp"

namespace nsew {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_header(std::span<const std::string> columns, const std::vector<std::string_view>& fields) {
  return std::ranges::equal(columns, fields, {}, {}, column_name);
}

}  // namespace

// libcsv takes a field's quotes off; what is put together here is only where each one ends.
struct CsvLine::Quoted {
  csv_parser parser{};
  std::string text;
  std::vector<std::size_t> ends;
  bool usable = false;

  Quoted() { usable = csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0; }
  Quoted(const Quoted&) = delete;
  Quoted& operator=(const Quoted&) = delete;
  ~Quoted() { csv_free(&parser); }

  static void take(void* field, std::size_t size, void* self) {
    auto& quoted = *static_cast<Quoted*>(self);
    quoted.text.append(static_cast<const char*>(field), size);
    quoted.ends.push_back(quoted.text.size());
  }
  static void end_line(int, void*) {}

  bool cut(std::string_view line) {
    text.clear(), ends.clear();
    const bool read = csv_parse(&parser, line.data(), line.size(), take, end_line, this) == line.size();
    if (usable && read && csv_fini(&parser, take, end_line, this) == 0) return true;
    csv_free(&parser);
    usable = csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
    return false;
  }
};

CsvLine::CsvLine() = default;
CsvLine::~CsvLine() = default;

const std::vector<std::string_view>* CsvLine::cut(std::string_view line) {
  if (line.find('"') == std::string_view::npos) {  // nothing is quoted: commas are nothing but ends of fields
    fields_ = split(line, ',');
    return &fields_;
  }
  if (!quoted_) quoted_ = std::make_unique<Quoted>();
  if (!quoted_->cut(line)) return nullptr;
  fields_.clear();
  std::size_t from = 0;
  for (const std::size_t end : quoted_->ends) {
    fields_.push_back(std::string_view(quoted_->text).substr(from, end - from));
    from = end;
  }
  return &fields_;
}

std::string column_name(std::string_view written) {
  std::string name = lower(trim(written));
  std::erase_if(name, [](char c) { return c == '_' || c == '-' || c == ' '; });
  return name;
}

std::vector<std::string> csv_columns(std::string_view head) {
  if (head.starts_with(byte_order_mark)) head.remove_prefix(byte_order_mark.size());
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  CsvLine line;
  std::vector<std::string> names;
  const auto* fields = line.cut(head.substr(0, head.find_first_of("\r\n")));
  if (fields != nullptr) std::ranges::transform(*fields, std::back_inserter(names), column_name);
  return names;
}

bool has_columns(std::span<const std::string> columns, std::initializer_list<std::string_view> wanted) {
  return std::ranges::all_of(wanted,
                             [&](std::string_view name) { return std::ranges::find(columns, name) != columns.end(); });
}

bool CsvRecord::read(const Frame& frame, RecordSink& sink) {
  frame_ = &frame;
  fields_ = line_.cut(frame.text);
  if (fields_ == nullptr) {
    sink.skip(frame, nullptr, "a quoted field that does not end", "the rest is read; records have to be on one line");
    return false;
  }
  if (is_header(frame.columns, *fields_)) return false;
  if (fields_->size() == frame.columns.size()) return true;
  sink.skip(frame, nullptr, "a line with more or fewer fields than there are columns", "the rest is read");
  return false;
}

std::string_view CsvRecord::operator[](std::string_view column) const {
  const auto named = std::ranges::find(frame_->columns, column);
  if (named == frame_->columns.end()) return {};
  return trim((*fields_)[static_cast<std::size_t>(named - frame_->columns.begin())]);
}

std::string_view CsvRecord::first_of(std::initializer_list<std::string_view> columns) const {
  for (const std::string_view column : columns)
    if (const auto said = (*this)[column]; !said.empty()) return said;
  return {};
}

const char* CsvRecord::at(std::string_view column) const {
  const std::string_view field = (*this)[column], line = frame_->text;
  const bool inside = !field.empty() && field.data() >= line.data() && field.data() < line.data() + line.size();
  return inside ? field.data() : line.data();
}

}  // namespace nsew
