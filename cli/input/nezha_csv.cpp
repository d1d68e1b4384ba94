// Spans as lines of a table: those of Nezha (https://github.com/IntelligentDDS/Nezha, rca_data/*/trace) and
// TraStrainer. There is no kind and no service: a span is its pod's.
#include "base/text.hpp"
#include "input/conventions.hpp"
#include "input/csv_line.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

bool has_columns_of_spans(std::span<const std::string> columns) {
  return has_columns(columns, {"traceid", "spanid", "parentid", "podname"}) &&
         (has_columns(columns, {"operationname"}) || has_columns(columns, {"starttimeunixnano"}));
}

std::optional<std::uint64_t> nanoseconds(std::string_view text) {
  const auto number = to_integer(text);
  return number && *number >= 0 ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

void read_times(const CsvRecord& line, const Frame& frame, RecordSink& sink, Span& span) {
  const auto start = nanoseconds(line["starttimeunixnano"]), end = nanoseconds(line["endtimeunixnano"]);
  if (!start)
    sink.note(frame, line.at("starttimeunixnano"), Severity::warning,
              "StartTimeUnixNano should be a whole number of nanoseconds", "the span is read without it");
  span.start_ns = start.value_or(0);
  if (start && end && *end > *start) span.duration_ns = *end - *start;
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local CsvRecord line;
  if (!line.read(frame, sink)) return;
  Span span;
  const std::string_view trace = line["traceid"], parent = line["parentid"];
  span.trace = trace_id(trace);
  span.id = span_id(line["spanid"]);
  if (trace.empty()) return sink.skip(frame, nullptr, "a span without TraceID", "the rest is read");
  if (span.id == 0) return sink.skip(frame, nullptr, "a span without SpanID", "the rest is read");
  if (parent != "root") span.parent = span_id(parent);
  read_times(line, frame, sink, span);
  span.resource = sink.resource({.service = line["servicename"], .pod = line["podname"]});
  std::string buffer;
  span.operation = sink.operation(operation_of({}, line["operationname"], buffer));
  sink.span(span);
}

bool recognises(std::string_view head) { return has_columns_of_spans(csv_columns(head)); }

Framing framing(std::string_view head) {
  return {.cut = Framing::Cut::lines, .keys = {}, .columns = csv_columns(head)};
}

}  // namespace

const Reader nezha_csv{.name = "nezha-csv",
                       .summary = "tables of spans by pod, as the Nezha and TraStrainer data sets have them",
                       .unit = "requests",
                       .record = "git clone https://github.com/IntelligentDDS/Nezha && ls Nezha/rca_data/*/trace/*.csv",
                       .recognises = recognises,
                       .framing = framing,
                       .read = read};

}  // namespace nsew
