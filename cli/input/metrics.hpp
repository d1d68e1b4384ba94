// Series of Prometheus that count calls between two ends, however they were written down: what their names and labels
// mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "input/reader.hpp"

namespace nsew {

// One series: its name (empty where a query took it away), its labels, and its last value.
struct Series {
  struct Label {
    std::string_view name, value;
  };
  std::string_view name;
  std::vector<Label> labels;
  double value = 0;
  std::uint64_t from_ns = 0, to_ns = 0;

  std::string_view operator[](std::string_view label) const;  // empty when absent or "unknown"
  bool has(std::string_view label) const;
};

// The text, or nothing where it stands for "not known".
std::string_view known_text(std::string_view text);

// Whether a series of this name or with these labels counts calls. Of those that do, read_series() makes an edge.
bool counts_calls(const Series&);
bool names_call_metric(std::string_view name);
// False when the series is of another kind: nothing is said of it then.
bool read_series(const Series&, RecordSink&);

// What a user should be told of series like this one; empty when nothing.
std::string_view doubt_about(const Series&);

}  // namespace nsew
