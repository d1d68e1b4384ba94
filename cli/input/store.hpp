// The inside of a sink: what ingest fills and graph empties.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "input/pages.hpp"
#include "input/reader.hpp"
#include "input/sink.hpp"
#include "input/span_rows.hpp"

namespace nsew {

struct Complaint {  // resolved to line and column by ingest, which knows where lines begin
  std::uint64_t offset;
  bool placed;
  Severity level;
  std::string message, hint;
};

// The calls of one partition's traces, as graph/stitch leaves them for its walk: a head for each trace, then its calls.
using TraceWords = Pages<std::uint64_t>;

// What a span's name, kind and attributes mean: they repeat from span to span.
struct SpanMeaning {
  // Of kind, name and attributes, each with its length; 0 = none yet. One is compared with one: in 10^9 spans 5·10^-11
  // wrong ones are expected.
  std::uint64_t hash = 0;
  OperationId operation = 0;
  PeerId peer = 0;
  bool error = false, is_utf8 = true;
  double probability = 0;  // 0 = not said
};

struct RecordSink::Store {
  Interner resources, operations, peers, parties;
  std::vector<double> probabilities;  // distinct, in order of arrival; [0] = 1
  std::vector<Detail> details;        // distinct; [0] = nothing known
  std::array<SpanRows, partitions> spans;
  std::vector<std::uint64_t> resource_spans;  // by resource: its spans
  Pages<LinkRow> links;
  Pages<Observation> observations;
  Pages<EdgeCount> edges;
  std::vector<Complaint> complaints;
  std::uint64_t records = 0, skipped = 0;
  std::uint64_t first_ns = 0, last_ns = 0;  // of everything with a time; 0 = none
  bool probabilities_known = true;          // every span said its own
  double assumed_probability = 0;           // --sampling-rate; 0 = none given

  std::map<Detail, std::uint32_t> detail_ids;
  std::vector<std::uint32_t> detail_memo = std::vector<std::uint32_t>(4096);  // by hash: the detail that was last there
  std::map<double, std::uint32_t> probability_ids;

  std::vector<SpanMeaning> meanings;  // by hash: what was last there

  struct RawResource {
    std::string raw;
    ResourceId id;
  };
  std::unordered_map<std::uint64_t, RawResource> raw_resources;  // by quick_hash of raw
  // By hash of their first bytes: a service's pods, up to a few of them.
  std::vector<std::vector<const RawResource*>> raw_beginnings = std::vector<std::vector<const RawResource*>>(1024);
  std::size_t raw_bytes = 0;
  std::uint64_t dropped_complaints = 0;  // beyond what is kept between two drains

  // Of the first sink only, after graph/stitch joined: the numbers in the words -> places in Joined::calls.
  std::array<TraceWords, partitions> traces;
  std::vector<std::uint32_t> call_places;

  PageFile* file = nullptr;  // takes what has no room in memory; none = everything has
  std::size_t rows_in_memory = 0, most_rows_in_memory = 0;
};

}  // namespace nsew
