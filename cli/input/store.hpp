// The inside of a sink: what ingest fills and graph empties.
#pragma once

#include <array>
#include <vector>

#include "input/reader.hpp"
#include "input/sink.hpp"

namespace nsew {

struct Complaint {  // resolved to line and column by ingest, which knows where lines begin
  std::uint64_t offset;
  bool placed;
  Severity level;
  std::string message, hint;
};

struct RecordSink::Store {
  Interner resources, operations, peers, parties;
  std::vector<double> probabilities;                   // distinct, in order of arrival; [0] = 1
  std::vector<Detail> details;                         // distinct
  std::array<std::vector<SpanRow>, partitions> spans;  // hot path may replace the vectors by block lists
  std::vector<LinkRow> links;
  std::vector<Observation> observations;
  std::vector<EdgeCount> edges;
  std::vector<Complaint> complaints;
  std::uint64_t records = 0, skipped = 0;
  std::uint64_t first_ns = 0, last_ns = 0;  // of everything with a time; 0 = none
  bool probabilities_known = true;          // every span said its own
};

}  // namespace nsew
