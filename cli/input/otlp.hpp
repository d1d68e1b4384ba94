// OTLP traces. As JSON they are read in two ways: the cursor takes the layout that collectors write, in one pass and
// without a tree; whatever it does not expect is read as a document, which also says what is wrong with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/conventions.hpp"
#include "input/reader.hpp"

namespace nsew::otlp {

// The whole frame, or nothing of it: false when there is anything in it that the cursor does not know.
bool read_by_cursor(const Frame&, RecordSink&);

// The line with which the text begins, as Reader::read_line.
std::size_t read_line_by_cursor(std::string_view text, RecordSink&);

void read_as_document(const Frame&, RecordSink&);

// How the messages of the protobuf input that begins with `head` are framed; nothing when it is not OTLP traces.
std::optional<Framing::Prefix> protobuf_prefix(std::string_view head);

}  // namespace nsew::otlp
