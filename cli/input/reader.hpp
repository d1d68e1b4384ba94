// A traffic format. To add one: a file here with a `const Reader`, and one line in reader_table.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "input/sink.hpp"

namespace nsew {

// How a reader's input is cut, so that a file larger than memory is read piece by piece and by several threads.
struct Framing {
  enum class Cut {
    lines,     // one frame per line
    elements,  // one frame per element of a JSON array: the outermost one, or the one under one of `keys`
    whole,     // the whole document is one frame
    messages,  // one frame per binary message, or per top-level field of a bare one
  };
  enum class Prefix { none, big_endian, varint };  // messages: how their lengths stand before them
  Cut cut = Cut::lines;
  std::span<const std::string_view> keys;  // elements: "data", "resourceSpans", …; at depth 1 or 2 of the document
  // Names of the columns of every line, where a header among the first lines names them: framing() finds them once.
  std::vector<std::string> columns = {};
  Prefix prefix = Prefix::none;
  // lines: the key that begins the object of a line which all lines until the next such one need, as their frames' only
  // column.
  std::string_view section = {};
};

// A piece of input. At least `padding` readable bytes follow `text`, so that simdjson needs no copy.
struct Frame {
  static constexpr std::size_t padding = 64;
  std::string_view text;
  std::uint64_t offset = 0;                   // of text in the decompressed input
  std::span<const std::string> columns = {};  // as framing() found them
};

struct Reader {
  std::string_view name;     // "otlp-json": as in --as, `nsew list formats` and inputs[].format
  std::string_view summary;  // one line
  std::string_view unit;     // "requests" or "connections"
  std::string_view record;   // how to record it: one command, for `nsew explain FORMAT`
  // How much is enough. Traces are a sample and say so; what counts every call has no interval.
  std::string_view enough =
      "385 sampled traces give an interval of about ten points; below 30 nothing is decided from them.";
  // By content, never by file name. `head` is the first 64 KiB or the whole input, whichever is less.
  bool (*recognises)(std::string_view head);
  Framing (*framing)(std::string_view head);
  // Hands every record of the frame to the sink. What cannot be read is reported with sink.skip() and read over: a
  // reader never throws and never stops at a bad record.
  void (*read)(const Frame&, RecordSink&);
  // Only where one is asked for many lines, else null: reads the line with which `text` begins without its end being
  // looked for. Gives its bytes, end and all; 0 when it is not as machines write it: then nothing was handed on, and
  // read() gets it.
  std::size_t (*read_line)(std::string_view text, RecordSink&) = nullptr;
};

std::span<const Reader* const> readers();            // in the order in which they are asked
const Reader* reader_called(std::string_view name);  // null when there is none
const Reader* recognise(std::string_view head);      // null when none does

// Traffic that nobody can count calls of, and what to do instead.
struct Refusal {
  bool (*recognises)(std::string_view head);
  std::string_view reason, hint;
};
const Refusal* refused(std::string_view head);  // null when it is none of these

}  // namespace nsew
