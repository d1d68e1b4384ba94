// Runs readers over named bytes: recognises, cuts frames, spreads them over threads, keeps the books.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/diagnostics.hpp"
#include "input/reader.hpp"

namespace nsew {

struct IngestOptions {
  unsigned threads = 1;
  const Reader* as = nullptr;           // --as
  std::optional<double> sampling_rate;  // --sampling-rate: probability where the data gives none
  std::size_t memory = 0;               // --memory: bytes; 0 = no limit
};

// What was read of one input: records + skipped = what was there.
struct InputSummary {
  std::string name, format, role, unit;  // role: traffic | manifests | graph | facts
  std::uint64_t bytes = 0, records = 0, skipped = 0;
  bool cut_short = false;  // ended in the middle of a record or of its compression
};

// A source whose first bytes have been looked at: whoever takes it reads the head, then the rest.
struct OpenInput {
  std::string name;
  std::string head;  // up to 64 KiB
  std::unique_ptr<ByteSource> rest;
};
OpenInput open_input(const std::string& path);

// Reads all of `input` with `reader` into `sinks` (one per thread; at least one). Diagnostics carry line and column.
InputSummary ingest(OpenInput input, const Reader& reader, std::vector<RecordSink>& sinks, const IngestOptions&,
                    Diagnostics&);

}  // namespace nsew
