// Comma-separated lines (RFC 4180, a record on one line) whose columns a header names.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/reader.hpp"

namespace nsew {

// Cuts lines into fields. Views are good until the next line.
class CsvLine {
 public:
  CsvLine();
  ~CsvLine();
  // Nothing when a quoted field has no end or is followed by more than a comma.
  const std::vector<std::string_view>* cut(std::string_view line);

 private:
  struct Quoted;
  std::vector<std::string_view> fields_;
  std::unique_ptr<Quoted> quoted_;
};

// A column's name as it is compared: lower case without '_', '-' and blanks, so that "rpc_id" and "RpcId" are one.
std::string column_name(std::string_view written);

// The columns of the first line that is not empty: their compared names.
std::vector<std::string> csv_columns(std::string_view head);
bool has_columns(std::span<const std::string> columns, std::initializer_list<std::string_view> wanted);

// One line with its columns by name. A line that names the columns again is no record.
class CsvRecord {
 public:
  // Reads the line; false when it is a header or, after a skip, when it cannot be read.
  bool read(const Frame& frame, RecordSink& sink);
  std::string_view operator[](std::string_view column) const;  // compared name; empty when there is no such column
  std::string_view first_of(std::initializer_list<std::string_view> columns) const;  // the first that is not empty
  const char* at(std::string_view column) const;  // where it stands, for what there is to say about it

 private:
  CsvLine line_;
  const Frame* frame_ = nullptr;
  const std::vector<std::string_view>* fields_ = nullptr;
};

}  // namespace nsew
