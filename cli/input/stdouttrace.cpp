// Spans as the Go SDK of OpenTelemetry prints them, on a line each or indented, and the lists of its versions
// before 1.0. https://github.com/open-telemetry/opentelemetry-go/blob/main/exporters/stdout/stdouttrace/trace_test.go
#include "input/json_span.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

// [{"Key": "http.method", "Value": {"Type": "STRING", "Value": "GET"}}]
void add_pairs(Attributes& to, dom::object owner, std::string_view key) {
  const auto value = field(owner, key);
  dom::array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element item : list) {
    dom::object pair;
    if (item.get_object().get(pair) != simdjson::SUCCESS) continue;
    const auto name = field(pair, "Key");
    const auto holder = object_in(pair, "Value");
    const auto text = name ? text_of(*name) : std::nullopt;
    if (const auto said = text && holder ? field(*holder, "Value") : std::nullopt) JsonSpan::add(to, *text, *said);
  }
}

void add_links(JsonSpan& span) {
  const auto value = field(span.object(), "Links");
  dom::array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element item : list) {
    dom::object link;
    if (item.get_object().get(link) != simdjson::SUCCESS) continue;
    const dom::object context = object_in(link, "SpanContext").value_or(link);
    span.add_link(span.text(context, {"TraceID"}), span.text(context, {"SpanID"}));
  }
}

bool has_failed(dom::object object) {
  const auto status = object_in(object, "Status");
  const auto code = status ? field(*status, "Code") : field(object, "StatusCode");
  return code && is_failure(*code);
}

void read_span(JsonFrame& json, dom::object object, const std::string& at) {
  JsonSpan span(json, object, at);
  const auto context = object_in(object, "SpanContext"), parent = object_in(object, "Parent");
  if (!context) return json.skip(at, "an object without SpanContext where a span should be", "it was left out");
  span.name = span.text({"Name"});
  const auto state = field(*context, "TraceState");  // older versions: a list
  span.trace_state = state ? text_of(*state).value_or("") : std::string_view{};
  span.span.kind = span.kind({"SpanKind"});
  span.span.start_ns = span.time({"StartTime"});
  const std::uint64_t end = span.time({"EndTime"});
  span.span.duration_ns = end > span.span.start_ns && span.span.start_ns != 0 ? end - span.span.start_ns : 0;
  span.span.error = has_failed(object);
  add_pairs(span.attributes, object, "Attributes");
  add_pairs(span.resource, object, "Resource");
  add_links(span);
  span.put(span.text(*context, {"TraceID"}), span.text(*context, {"SpanID"}),
           parent ? span.text(*parent, {"SpanID"}) : span.text({"ParentSpanID"}));
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  each_object(json, *json.root(), "", [&](dom::object object, const std::string& at) { read_span(json, object, at); });
}

bool recognises(std::string_view head) { return has_key(head, "SpanContext", 2) && has_key(head, "SpanKind", 2); }
Framing framing(std::string_view head) { return framing_of_objects(head, {}); }

}  // namespace

const Reader otel_stdouttrace{
    .name = "otel-stdouttrace",
    .summary = "spans as OpenTelemetry's Go SDK prints them (stdouttrace)",
    .unit = "requests",
    .record = "stdouttrace.New(stdouttrace.WithWriter(file)) as the exporter of every service; give all files",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
