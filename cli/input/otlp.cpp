#include "input/otlp.hpp"

#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

constexpr std::string_view arrays[] = {"resourceSpans", "batches"};

// {"resourceSpans":[…]}, {"batches":[…]} (Tempo), {"result":{"resourceSpans":[…]}} (Jaeger's API v3), or elements of
// such an array.
bool recognises(std::string_view head) {
  for (const std::string_view key : {"resourceSpans", "scopeSpans", "instrumentationLibrarySpans"})
    if (has_key(head, key, 3)) return true;
  return has_key(head, "batches", 2) && (has_key(head, "scopeSpans", 4) || has_key(head, "spans", 6));
}

Framing framing(std::string_view head) {
  const bool lines = !is_one_document(head) && head.find('\n') != std::string_view::npos;
  return {lines ? Framing::Cut::lines : Framing::Cut::elements, arrays};
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
                       .read = read};

}  // namespace nsew
