// SkyWalking's segments as its agents post them, and traces as its query protocol answers.
// https://github.com/apache/skywalking-data-collect-protocol, language-agent/Tracing.proto; HTTP: /v3/segments
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "input/ids.hpp"
#include "input/json_object.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

// A number of an enumeration, or its name; protobuf's JSON leaves 0 out.
bool is_one_of(const JsonObject& object, std::string_view key, std::string_view name, std::uint64_t number) {
  const auto value = object.raw(key);
  if (!value) return number == 0;
  const auto said = text_of(*value);
  return said ? lower(*said) == name : count_of(*value) == number;
}

enum class Type : std::uint8_t { entry, exit, local };
enum class Layer : std::uint8_t { other, database, queue, cache };

Type type_of_span(const JsonObject& span) {
  const std::string_view key = span.has("type") ? "type" : "spanType";
  if (is_one_of(span, key, "exit", 1)) return Type::exit;
  return is_one_of(span, key, "local", 2) ? Type::local : Type::entry;
}

Layer layer_of(const JsonObject& span) {
  const std::string_view key = span.has("layer") ? "layer" : "spanLayer";
  if (is_one_of(span, key, "database", 1)) return Layer::database;
  if (is_one_of(span, key, "mq", 4)) return Layer::queue;
  return is_one_of(span, key, "cache", 5) ? Layer::cache : Layer::other;
}

SpanKind kind_of(Type type, Layer layer) {
  if (type == Type::local) return SpanKind::internal;
  if (type == Type::exit) return layer == Layer::queue ? SpanKind::producer : SpanKind::client;
  return layer == Layer::queue ? SpanKind::consumer : SpanKind::server;
}

std::uint64_t nanoseconds(std::optional<std::uint64_t> milliseconds) {
  return milliseconds && *milliseconds < 18'000'000'000'000 ? *milliseconds * 1'000'000 : 0;
}

std::string_view first(std::string_view one, std::string_view other) { return one.empty() ? other : one; }

// What a segment says of all of its spans; an answer to a query says it at each span.
struct Segment {
  std::string trace, id;
  std::string_view service, instance;
};

struct Tags {
  Attributes known;
  std::string_view store, queue;
};

Tags tags_of(const JsonObject& span) {
  Tags tags;
  span.each("tags", [&](const JsonObject& tag) {
    const std::string_view key = tag.text("key");
    const auto value = tag.raw("value");
    const auto text = value ? text_of(*value) : std::nullopt;
    if (key == "db.type" || key == "cache.type") tags.store = text.value_or("");
    if (key == "mq.queue" || key == "mq.topic") tags.queue = text.value_or("");
    if (value)
      add_value(tags.known, key == "url" ? "http.url" : key == "status_code" ? "http.status_code" : key, *value);
  });
  return tags;
}

class SpanReader {
 public:
  SpanReader(const JsonObject& object, Segment segment) : object_(object), segment_(std::move(segment)) {}
  void read();

 private:
  static SpanId id_in(std::string_view segment, std::int64_t number) {
    return number < 0 ? 0 : span_id(fmt::format("{}.{}", segment, number));
  }
  std::int64_t number(const JsonObject& object, std::string_view key) const;
  void read_parent(Span& span);
  Resource resource() const;
  Peer peer(const Tags& tags, SpanKind kind, Layer layer, std::string& buffer) const;

  const JsonObject& object_;
  Segment segment_;
  std::vector<Link> links_;
};

std::int64_t SpanReader::number(const JsonObject& object, std::string_view key) const {
  const auto said = object.number(key).value_or(0);
  return said >= 0 && said < 1e15 ? static_cast<std::int64_t>(said) : -1;
}

// The first reference into its own trace is the parent; what comes from other traces is a link.
void SpanReader::read_parent(Span& span) {
  const std::int64_t own = number(object_, "spanId");
  span.parent = own == 0 && !object_.has("parentSpanId") ? 0 : id_in(segment_.id, number(object_, "parentSpanId"));
  bool found = false;
  object_.each("refs", [&](const JsonObject& reference) {
    const std::string trace = reference.id("traceId");
    std::string above = reference.id("parentTraceSegmentId");
    if (above.empty()) above = reference.id("parentSegmentId");
    const Link link{trace.empty() ? span.trace : trace_id(trace), id_in(above, number(reference, "parentSpanId"))};
    if (above.empty() || link.span == 0) return;
    if (found || link.trace != span.trace) return links_.push_back(link);
    span.parent = link.span;
    found = true;
  });
}

// An agent names its instance <uuid>@<address>.
Resource SpanReader::resource() const {
  const auto at = segment_.instance.rfind('@');
  return {.service = segment_.service,
          .address = at == std::string_view::npos ? std::string_view{} : segment_.instance.substr(at + 1)};
}

Peer SpanReader::peer(const Tags& tags, SpanKind kind, Layer layer, std::string& buffer) const {
  Peer named = peer_of(tags.known, kind);
  if (kind == SpanKind::server || kind == SpanKind::internal) return {};
  const std::string_view said = object_.text("peer");
  const Authority authority = authority_of(said.substr(0, said.find_first_of(",;")));
  if (!authority.host.empty()) named.address = authority.host;
  if (authority.port != 0) named.port = authority.port;
  if (layer == Layer::database || layer == Layer::cache) {
    buffer = lower(tags.store);
    named.db_system = first(buffer, first(named.db_system, layer == Layer::cache ? "cache" : "sql"));
  }
  if (layer == Layer::queue)
    named.messaging_system = first(named.messaging_system, "mq"), named.destination = tags.queue;
  return named;
}

void SpanReader::read() {
  if (segment_.trace.empty()) return object_.skip("a span without a traceId");
  if (segment_.id.empty()) return object_.skip("a span without its segment's id");
  RecordSink& sink = object_.json().sink();
  Span span;
  span.trace = trace_id(segment_.trace);
  span.id = id_in(segment_.id, number(object_, "spanId"));
  if (span.id == 0) return object_.skip("a span without a usable spanId");
  read_parent(span);
  const Layer layer = layer_of(object_);
  const Tags tags = tags_of(object_);
  span.kind = kind_of(type_of_span(object_), layer);
  span.error = object_.flag("isError") || error_of(tags.known);
  span.start_ns = nanoseconds(object_.count("startTime"));
  const std::uint64_t end = nanoseconds(object_.count("endTime"));
  if (span.start_ns != 0 && end > span.start_ns) span.duration_ns = end - span.start_ns;
  span.resource = sink.resource(resource());
  std::string buffer, store;
  const std::string_view name = first(object_.text("operationName"), object_.text("endpointName"));
  span.operation = sink.operation(operation_of(tags.known, name, buffer));
  span.peer = sink.peer(peer(tags, span.kind, layer, store));
  span.links = links_;
  sink.span(span);
}

void read_segment(const JsonObject& segment) {
  const Segment whole{segment.id("traceId"), segment.id("traceSegmentId"), segment.text("service"),
                      segment.text("serviceInstance")};
  segment.each("spans", [&](const JsonObject& span) {
    Segment own = whole;
    if (own.trace.empty()) own.trace = span.id("traceId");
    if (own.id.empty()) own.id = span.id("segmentId");
    own.service = first(own.service, span.text("serviceCode"));
    own.instance = first(own.instance, span.text("serviceInstanceName"));
    SpanReader(span, std::move(own)).read();
  });
  if (!segment.has("spans")) segment.skip("a segment without spans");
}

void read_object(const JsonObject& object) {
  if (const auto answer = object.has("data") ? object.object("data") : std::nullopt) return read_object(*answer);
  if (const auto trace = object.has("trace") ? object.object("trace") : std::nullopt) return read_segment(*trace);
  read_segment(object);
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  each_object(json, "a segment", read_object);
}

bool recognises(std::string_view head) {
  constexpr unsigned in_segment = 2, in_answer = 5;  // [{ and {"data":{"trace":{"spans":[{
  if (has_key(head, "traceSegmentId", in_segment) && has_key(head, "spans", in_segment)) return true;
  return has_key(head, "segmentId", in_answer) && has_key(head, "serviceCode", in_answer) &&
         has_key(head, "spans", in_answer - 2);
}

}  // namespace

const Reader skywalking{
    .name = "skywalking",
    .summary = "SkyWalking segments as agents post them, and traces as swctl prints them",
    .unit = "requests",
    .record = "swctl --display json trace TRACE_ID >> skywalking.jsonl  # one for each of: swctl trace ls",
    .recognises = recognises,
    .framing = list_or_lines,
    .read = read};

}  // namespace nsew
