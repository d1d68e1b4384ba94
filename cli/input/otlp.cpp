#include "input/otlp.hpp"

#include "base/text.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

constexpr std::string_view arrays[] = {"resourceSpans", "batches", "resource_spans"};

// {"resourceSpans":[…]}, {"batches":[…]} (Tempo), {"result":{"resourceSpans":[…]}} (Jaeger's API v3),
// {"trace":{"resourceSpans":[…]}} (Tempo's API v2), or elements of such an array.
bool recognises(std::string_view head) {
  for (const std::string_view key : {"resourceSpans", "scopeSpans", "instrumentationLibrarySpans", "resource_spans",
                                     "scope_spans", "instrumentation_library_spans"})
    if (has_key(head, key, 3)) return true;
  return has_key(head, "batches", 2) && (has_key(head, "scopeSpans", 4) || has_key(head, "spans", 6));
}

// A first line that is complete, and no element of an array.
bool has_lines(std::string_view head) {
  const std::string_view line = trim(head.substr(0, head.find('\n')));
  return line.size() < head.size() && line.starts_with('{') && line.ends_with('}') && !is_one_document(head);
}

Framing framing(std::string_view head) {
  return {has_lines(trim(head)) ? Framing::Cut::lines : Framing::Cut::elements, arrays};
}

void read(const Frame& frame, RecordSink& sink) {
  if (!otlp::read_by_cursor(frame, sink)) otlp::read_as_document(frame, sink);
}

}  // namespace

const Reader otlp_json{.name = "otlp-json",
                       .summary = "OpenTelemetry traces as JSON: collector file exports, Tempo and Jaeger API answers",
                       .unit = "requests",
                       .record = "add `exporters: {file: {path: traces.json}}` to the OpenTelemetry collector",
                       .recognises = recognises,
                       .framing = framing,
                       .read = read,
                       .read_line = otlp::read_line_by_cursor};

}  // namespace nsew
