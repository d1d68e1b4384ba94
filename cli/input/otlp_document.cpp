#include <fmt/format.h>
#include <algorithm>

#include <limits>
#include <vector>

#include "input/ids.hpp"
#include "input/json_span.hpp"
#include "input/otlp.hpp"

namespace nsew::otlp {
namespace {

namespace dom = simdjson::dom;
using Field = std::optional<dom::element>;
using Names = std::initializer_list<std::string_view>;  // of one field: as protobuf's JSON mapping has it, as it is in
                                                        // trace.proto

Field field_of(dom::object owner, Names names) {
  for (const std::string_view name : names)
    if (const Field value = field(owner, name)) return value;
  return std::nullopt;
}

constexpr std::string_view keep_hint = "the span is read without it";

class DocumentReader {
 public:
  explicit DocumentReader(JsonFrame& json) : json_(json) {}
  void read_root(dom::element root);

 private:
  struct At {  // a JSON pointer that is only written out when something has to be said
    const At* above;
    std::string_view key;
    std::size_t index = none;
    static constexpr std::size_t none = ~std::size_t{0};
    std::string text() const {
      std::string start = above == nullptr ? std::string() : above->text();
      if (key.empty() && index == none) return start;
      return index == none ? fmt::format("{}/{}", start, key) : fmt::format("{}/{}", start, index);
    }
  };

  void read_document(dom::object document, const At& at);
  void read_resource_spans(dom::element item, const At& at);
  void read_resource(dom::object object, const At& at);
  void read_scope_spans(dom::element item, const At& at);
  void read_span(dom::element item, const At& at);
  void read_attributes(dom::object owner, const At& at);
  void read_links(dom::object span, const At& at);
  void read_status(dom::object span, const At& at);
  SpanKind read_kind(dom::object span, const At& at);
  void add_value(std::string_view name, dom::object value);
  std::uint64_t read_time(dom::object span, Names names, const At& at);
  std::string_view read_text(dom::object owner, Names names, const At& at);
  template <class Each>
  bool each_of(dom::object owner, std::string_view key, const At& at, const Each& each);
  void skip(const At& at, std::string_view message, std::string_view hint) { json_.skip(at.text(), message, hint); }
  void wrong_type(const At& at, std::string_view key, std::string_view wanted, dom::element found) {
    json_.note(fmt::format("{}/{}", at.text(), key), Severity::warning,
               fmt::format("{} should be {}, not {}", key, wanted, type_of(found)), keep_hint);
  }

  JsonFrame& json_;
  ResourceId resource_ = 0;
  Attributes attributes_;
  std::vector<Link> links_;
  bool failed_ = false;
  std::string buffer_;
};

bool holds_one_of(dom::object object, Names keys) {
  return std::ranges::any_of(keys,
                             [&](std::string_view key) { return object.at_key(key).error() == simdjson::SUCCESS; });
}
bool holds_spans(dom::object object) {
  return holds_one_of(object, {"resource", "scopeSpans", "scope_spans", "instrumentationLibrarySpans",
                               "instrumentation_library_spans", "spans"});
}
// The collector writes metrics and logs into the same file, each on lines of their own.
bool holds_other_signals(dom::object object) {
  return holds_one_of(object, {"resourceMetrics", "resource_metrics", "resourceLogs", "resource_logs"});
}

// Every element of an array under `key`; false when there is no such key.
template <class Each>
bool DocumentReader::each_of(dom::object owner, std::string_view key, const At& at, const Each& each) {
  const Field value = field(owner, key);
  if (!value) return false;
  dom::array list;
  if (value->get_array().get(list) != simdjson::SUCCESS) {
    wrong_type(at, key, "an array", *value);
    return true;
  }
  const At here{&at, key};
  std::size_t i = 0;
  for (const dom::element item : list) each(item, At{&here, {}, i++});
  return true;
}

void DocumentReader::read_root(dom::element root) {
  const At top{nullptr, {}};
  dom::array list;
  if (root.get_array().get(list) == simdjson::SUCCESS) {
    std::size_t i = 0;
    for (const dom::element item : list) {
      dom::object object;
      const At at{&top, {}, i++};
      if (item.get_object().get(object) == simdjson::SUCCESS)
        read_document(object, at);
      else
        skip(at, fmt::format("{} where trace data should be", type_of(item)), "it was left out");
    }
    return;
  }
  dom::object object;
  if (root.get_object().get(object) == simdjson::SUCCESS) return read_document(object, top);
  skip(top, fmt::format("{} where trace data should be", type_of(root)), "it was left out");
}

void DocumentReader::read_document(dom::object document, const At& at) {
  for (const std::string_view wrapper : {"result", "trace", "data"}) {
    const Field inner = field(document, wrapper);
    dom::object object;
    if (inner && inner->get_object().get(object) == simdjson::SUCCESS) return read_document(object, {&at, wrapper});
  }
  bool any = false;
  for (const std::string_view key : {"resourceSpans", "batches", "resource_spans"})
    any =
        each_of(document, key, at, [&](dom::element item, const At& here) { read_resource_spans(item, here); }) || any;
  if (any || holds_other_signals(document)) return;
  if (document.size() > 0 && !holds_spans(document)) return skip(at, "no trace data in it", "is it of another format?");
  read_resource(document, at);
}

void DocumentReader::read_resource_spans(dom::element item, const At& at) {
  dom::object object;
  if (item.get_object().get(object) == simdjson::SUCCESS) return read_resource(object, at);
  skip(at, fmt::format("{} where the spans of a resource should be", type_of(item)), "it was left out");
}

void DocumentReader::read_resource(dom::object object, const At& at) {
  dom::object resource;
  attributes_.clear();
  if (const Field said = field(object, "resource")) {
    if (said->get_object().get(resource) == simdjson::SUCCESS)
      read_attributes(resource, {&at, "resource"});
    else
      wrong_type(at, "resource", "an object", *said);
  }
  resource_ = json_.sink().resource(resource_of(attributes_));
  for (const std::string_view key :
       {"scopeSpans", "instrumentationLibrarySpans", "scope_spans", "instrumentation_library_spans"})
    each_of(object, key, at, [&](dom::element scope, const At& here) { read_scope_spans(scope, here); });
}

void DocumentReader::read_scope_spans(dom::element item, const At& at) {
  dom::object object;
  if (item.get_object().get(object) != simdjson::SUCCESS)
    return skip(at, fmt::format("{} where the spans of a scope should be", type_of(item)), "it was left out");
  each_of(object, "spans", at, [&](dom::element span, const At& here) { read_span(span, here); });
}

void DocumentReader::read_span(dom::element item, const At& at) {
  dom::object object;
  if (item.get_object().get(object) != simdjson::SUCCESS)
    return skip(at, fmt::format("{} where a span should be", type_of(item)), "it was left out");
  Span span;
  const std::string_view trace = read_text(object, {"traceId", "trace_id"}, at);
  span.trace = trace_id(trace);
  span.id = span_id(read_text(object, {"spanId", "span_id"}, at));
  if (trace.empty() || span.id == 0 || span.trace == TraceId{})
    return skip(at, "a span without traceId or spanId", "it belongs to no trace and was left out");
  span.parent = span_id(read_text(object, {"parentSpanId", "parent_span_id"}, at));
  span.kind = read_kind(object, at);
  span.start_ns = read_time(object, {"startTimeUnixNano", "start_time_unix_nano"}, at);
  const std::uint64_t end = read_time(object, {"endTimeUnixNano", "end_time_unix_nano"}, at);
  span.duration_ns = end > span.start_ns && span.start_ns != 0 ? end - span.start_ns : 0;

  attributes_.clear();
  failed_ = false;
  read_attributes(object, at);
  read_status(object, at);
  read_links(object, at);
  span.links = links_;
  span.error = failed_ || error_of(attributes_);
  const auto by_state = tracestate_probability(read_text(object, {"traceState", "trace_state"}, at));
  const auto said = by_state ? by_state : probability_of(attributes_);
  span.probability_known = said.has_value();
  span.probability = said.value_or(1);
  span.resource = resource_;
  span.operation = json_.sink().operation(operation_of(attributes_, read_text(object, {"name"}, at), buffer_));
  span.peer = json_.sink().peer(peer_of(attributes_, span.kind));
  json_.sink().span(span);
}

void DocumentReader::read_attributes(dom::object owner, const At& at) {
  each_of(owner, "attributes", at, [&](dom::element item, const At&) {
    dom::object object, value;
    if (item.get_object().get(object) != simdjson::SUCCESS) return;
    const Field key = field(object, "key"), holder = field(object, "value");
    const auto name = key ? text_of(*key) : std::nullopt;
    if (!name || !holder || holder->get_object().get(value) != simdjson::SUCCESS) return;
    dom::object inner;
    const Field wrapped = field(value, "Value");  // Go's structs printed without protobuf's JSON mapping
    if (wrapped && wrapped->get_object().get(inner) == simdjson::SUCCESS) value = inner;
    add_value(*name, value);
  });
}

void DocumentReader::add_value(std::string_view name, dom::object value) {
  if (const Field text = field_of(value, {"stringValue", "string_value", "StringValue"}))
    attributes_.add(name, text_of(*text).value_or(""));
  bool truth = false;
  const Field flag = field_of(value, {"boolValue", "bool_value", "BoolValue"});
  if (flag && flag->get_bool().get(truth) == simdjson::SUCCESS) attributes_.add(name, truth ? "true" : "false");
  const Field number =
      field_of(value, {"intValue", "int_value", "IntValue", "doubleValue", "double_value", "DoubleValue"});
  if (const auto n = number ? number_of(*number) : std::nullopt) attributes_.add(name, *n);
}

void DocumentReader::read_links(dom::object span, const At& at) {
  links_.clear();
  each_of(span, "links", at, [&](dom::element item, const At& here) {
    dom::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS) return;
    const Link link{trace_id(read_text(object, {"traceId", "trace_id"}, here)),
                    span_id(read_text(object, {"spanId", "span_id"}, here))};
    if (link.span != 0) links_.push_back(link);
  });
}

void DocumentReader::read_status(dom::object span, const At& at) {
  const Field status = field(span, "status");
  dom::object object;
  if (!status) return;
  if (status->get_object().get(object) != simdjson::SUCCESS) return wrong_type(at, "status", "an object", *status);
  const Field code = field(object, "code");
  failed_ = code && is_failure(*code);
}

SpanKind DocumentReader::read_kind(dom::object span, const At& at) {
  const Field kind = field(span, "kind");
  if (!kind) return SpanKind::absent;
  const auto number = count_of(*kind);
  const auto known = number ? span_kind(fmt::format("{}", *number)) : span_kind(text_of(*kind).value_or("?"));
  if (!known) json_.note(at.text() + "/kind", Severity::warning, "a span kind that is not known", keep_hint);
  return known.value_or(SpanKind::absent);
}

// JavaScript without whole numbers of 64 bits writes {"low": …, "high": …}.
std::optional<std::uint64_t> halves(dom::element value) {
  dom::object object;
  std::int64_t low = 0, high = 0;
  if (value.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  if (object["low"].get_int64().get(low) != simdjson::SUCCESS) return std::nullopt;
  if (object["high"].get_int64().get(high) != simdjson::SUCCESS) return std::nullopt;
  return static_cast<std::uint64_t>(high) << 32 | (static_cast<std::uint64_t>(low) & 0xFFFFFFFF);
}

std::uint64_t DocumentReader::read_time(dom::object span, Names names, const At& at) {
  const Field value = field_of(span, names);
  if (!value) return 0;
  const auto count = count_of(*value);
  const auto time = count ? count : halves(*value);
  if (!time) wrong_type(at, *names.begin(), "a whole number of nanoseconds", *value);
  return time.value_or(0);
}

std::string_view DocumentReader::read_text(dom::object owner, Names names, const At& at) {
  const Field value = field_of(owner, names);
  if (!value) return {};
  const auto text = text_of(*value);
  if (!text) wrong_type(at, *names.begin(), "text", *value);
  return text.value_or(std::string_view{});
}

}  // namespace

void read_as_document(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;  // keeps its buffers from frame to frame
  JsonFrame json(frame, sink, parser);
  if (json.root()) DocumentReader(json).read_root(*json.root());
}

}  // namespace nsew::otlp
