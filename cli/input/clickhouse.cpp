// Rows of the table otel_traces as the collector's ClickHouse exporter makes it, in FORMAT JSONEachRow or JSON.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/clickhouseexporter/internal/sqltemplates
#include "input/json_span.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

std::vector<std::string_view> texts_in(dom::object row, std::string_view key) {
  const auto value = field(row, key);
  dom::array list;
  std::vector<std::string_view> texts;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return texts;
  for (const dom::element item : list) texts.push_back(text_of(item).value_or(""));
  return texts;
}

// A Nested column is an array for each of its fields, or (flatten_nested = 0) one of objects.
void add_links(JsonSpan& span) {
  const auto traces = texts_in(span.object(), "Links.TraceId"), spans = texts_in(span.object(), "Links.SpanId");
  for (std::size_t i = 0; i < std::min(traces.size(), spans.size()); ++i) span.add_link(traces[i], spans[i]);
  const auto value = field(span.object(), "Links");
  dom::array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element item : list) {
    dom::object link;
    if (item.get_object().get(link) == simdjson::SUCCESS)
      span.add_link(span.text(link, {"TraceId"}), span.text(link, {"SpanId"}));
  }
}

void read_row(JsonFrame& json, dom::object row, const std::string& at) {
  JsonSpan span(json, row, at);
  span.name = span.text({"SpanName"});
  span.trace_state = span.text({"TraceState"});
  span.span.kind = span.kind({"SpanKind"});
  span.span.start_ns = span.time({"Timestamp"});
  span.span.duration_ns = span.count({"Duration"});
  const auto status = field(row, "StatusCode");
  span.span.error = status && is_failure(*status);
  if (const auto service = span.text({"ServiceName"}); !service.empty()) span.resource.add("service.name", service);
  if (const auto said = object_in(row, "ResourceAttributes")) JsonSpan::add(span.resource, *said);
  if (const auto said = object_in(row, "SpanAttributes")) JsonSpan::add(span.attributes, *said);
  add_links(span);
  span.put(span.text({"TraceId"}), span.text({"SpanId"}), span.text({"ParentSpanId"}));
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  each_object(json, *json.root(), "", [&](dom::object row, const std::string& at) { read_row(json, row, at); });
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 3;  // {"data": [{
  const auto has = [&](std::string_view key) { return has_key(head, key, depth); };
  return has("TraceId") && has("SpanId") && has("ParentSpanId") && (has("SpanKind") || has("ServiceName"));
}

Framing framing(std::string_view head) {
  static constexpr std::string_view keys[] = {"data"};
  return framing_of_objects(head, keys);
}

}  // namespace

const Reader clickhouse_spans{
    .name = "clickhouse-otel",
    .summary = "rows of the OpenTelemetry collector's ClickHouse table otel_traces, as JSON",
    .unit = "requests",
    .record =
        "clickhouse-client -q 'SELECT * FROM otel_traces WHERE Timestamp > now() - INTERVAL 1 HOUR FORMAT "
        "JSONEachRow' > spans.jsonl",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
