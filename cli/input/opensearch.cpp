// Spans as documents of OpenSearch: Data Prepper's otel-v1-apm-span-* and the newer ss4o_traces-*, as bulk lines, hits
// of a search, or bare. https://github.com/opensearch-project/data-prepper/blob/main/docs/schemas/trace-analytics/
#include <algorithm>

#include "input/json_span.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view of_resource = "resource.attributes.", of_span = "span.attributes.";

// "resource.attributes.service@name": "cart", {"resource": {"attributes": {…}}} or {"resource": {…}}.
void add_field(JsonSpan& span, std::string_view key, dom::element value) {
  dom::object object;
  if (key.starts_with(of_resource)) return JsonSpan::add(span.resource, key.substr(of_resource.size()), value);
  if (key.starts_with(of_span)) return JsonSpan::add(span.attributes, key.substr(of_span.size()), value);
  if (value.get_object().get(object) != simdjson::SUCCESS) return;
  if (key == "resource") JsonSpan::add(span.resource, object_in(object, "attributes").value_or(object));
  if (key == "attributes") JsonSpan::add(span.attributes, object);
  if (key == "span")
    if (const auto attributes = object_in(object, "attributes")) JsonSpan::add(span.attributes, *attributes);
}

void add_links(JsonSpan& span) {
  const auto value = field(span.object(), "links");
  dom::array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element item : list) {
    dom::object link;
    if (item.get_object().get(link) == simdjson::SUCCESS)
      span.add_link(span.text(link, {"traceId", "trace_id"}), span.text(link, {"spanId", "span_id"}));
  }
}

bool has_failed(dom::object object) {
  const auto status = object_in(object, "status");
  const auto code = status ? field(*status, "code") : field(object, "status.code");
  return code && is_failure(*code);
}

void read_times(JsonSpan& span) {
  span.span.start_ns = span.time({"startTime", "@timestamp"});
  const std::uint64_t end = span.time({"endTime"});
  span.span.duration_ns = span.count({"durationInNanos", "duration"});
  if (span.span.duration_ns == 0 && end > span.span.start_ns && span.span.start_ns != 0)
    span.span.duration_ns = end - span.span.start_ns;
}

void read_span(JsonFrame& json, dom::object object, const std::string& at) {
  JsonSpan span(json, object, at);
  span.name = span.text({"name"});
  span.trace_state = span.text({"traceState", "trace_state"});
  span.span.kind = span.kind({"kind"});
  read_times(span);
  span.span.error = has_failed(object);
  if (const auto service = span.text({"serviceName"}); !service.empty()) span.resource.add("service.name", service);
  for (const auto& [key, value] : object) add_field(span, key, value);
  add_links(span);
  span.put(span.text({"traceId", "trace_id"}), span.text({"spanId", "span_id"}),
           span.text({"parentSpanId", "parent_span_id"}));
}

// What stands before each document of a bulk request.
bool is_action(dom::object object) {
  constexpr std::string_view actions[] = {"index", "create", "update", "delete"};
  return object.size() == 1 &&
         std::ranges::any_of(actions, [&](std::string_view action) { return object_in(object, action).has_value(); });
}

void read_document(JsonFrame& json, dom::object object, const std::string& at) {
  if (is_action(object)) return;
  const auto hits = object_in(object, "hits");
  if (const auto list = hits ? field(*hits, "hits") : std::nullopt)
    return each_object(
        json, *list, at + "/hits/hits",
        [&](dom::object hit, const std::string& where) { read_document(json, hit, where); }, 1);
  if (const auto source = object_in(object, "_source")) return read_span(json, *source, at + "/_source");
  read_span(json, object, at);
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  each_object(json, *json.root(), "",
              [&](dom::object object, const std::string& at) { read_document(json, object, at); });
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 5;  // {"hits": {"hits": [{"_source": {
  const auto has = [&](std::string_view key) { return has_key(head, key, depth); };
  const bool camel = has("traceId") && has("spanId") && has("parentSpanId") && (has("startTime") || has("endTime"));
  return camel || (has("trace_id") && has("span_id") && has("@timestamp") && has("kind") && has("duration"));
}

Framing framing(std::string_view head) {
  static constexpr std::string_view keys[] = {"hits"};
  return framing_of_objects(head, keys);
}

}  // namespace

const Reader opensearch_spans{
    .name = "opensearch-spans",
    .summary = "spans in OpenSearch: Data Prepper's otel-v1-apm-span documents, searches and bulk files",
    .unit = "requests",
    .record = "curl -s 'http://opensearch:9200/otel-v1-apm-span-*/_search?size=10000' > spans.json",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
