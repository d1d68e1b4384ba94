#include "input/reader_table.hpp"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "input/conventions.hpp"
#include "input/ids.hpp"
#include "input/json_values.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;
using Field = std::optional<dom::element>;

struct Endpoint {
  std::string_view service, address;
  std::uint16_t port = 0;
};

// One element of a span list. https://zipkin.io/zipkin-api/ (v2)
class SpanReader {
 public:
  SpanReader(JsonFrame& json, dom::object object, std::string at) : json_(json), object_(object), at_(std::move(at)) {}
  void read();

 private:
  void wrong(std::string_view path, std::string_view wanted, dom::element found);
  std::string_view text(dom::object object, std::string_view key, std::string_view inside = {});
  std::string id(std::string_view key);
  bool flag(std::string_view key);
  std::uint64_t nanoseconds(std::string_view key);
  Endpoint endpoint(std::string_view key);
  void read_tags();
  bool read_ids(Span& span);
  SpanKind kind();
  Peer peer(const Endpoint& remote, SpanKind kind) const;

  JsonFrame& json_;
  dom::object object_;
  std::string at_;
  Attributes tags_;
};

constexpr std::string_view keep_hint = "the span is read without it";

void SpanReader::wrong(std::string_view path, std::string_view wanted, dom::element found) {
  const std::string_view key = path.substr(path.rfind('/') + 1);
  json_.note(fmt::format("{}/{}", at_, path), Severity::warning,
             fmt::format("{} should be {}, not {}", key, wanted, type_of(found)), keep_hint);
}

std::string_view SpanReader::text(dom::object object, std::string_view key, std::string_view inside) {
  const Field value = field(object, key);
  const auto said = value ? text_of(*value) : std::string_view{};
  if (!said) wrong(fmt::format("{}{}", inside, key), "text", *value);
  return said.value_or(std::string_view{});
}

std::string SpanReader::id(std::string_view key) {
  const Field value = field(object_, key);
  if (!value) return {};
  if (const auto said = text_of(*value)) return std::string(*said);
  const auto number = count_of(*value);
  return number ? fmt::format("{:x}", *number) : std::string{};
}

bool SpanReader::flag(std::string_view key) {
  const Field value = field(object_, key);
  bool set = false;
  if (value && value->get_bool().get(set) != simdjson::SUCCESS) wrong(key, "true or false", *value);
  return set;
}

std::uint64_t SpanReader::nanoseconds(std::string_view key) {
  const Field value = field(object_, key);
  if (!value) return 0;
  const auto microseconds = count_of(*value);
  if (microseconds && *microseconds <= std::numeric_limits<std::uint64_t>::max() / 1000) return *microseconds * 1000;
  wrong(key, "a whole number of microseconds", *value);
  return 0;
}

Endpoint SpanReader::endpoint(std::string_view key) {
  const Field value = field(object_, key);
  dom::object object;
  if (!value) return {};
  if (value->get_object().get(object) != simdjson::SUCCESS) {
    wrong(key, "an object", *value);
    return {};
  }
  Endpoint said;
  const std::string inside = fmt::format("{}/", key);
  said.service = text(object, "serviceName", inside);
  said.address = text(object, "ipv4", inside);
  if (said.address.empty()) said.address = text(object, "ipv6", inside);
  const Field port = field(object, "port");
  const auto number = port ? count_of(*port) : std::nullopt;
  if (number && *number <= 65535) said.port = static_cast<std::uint16_t>(*number);
  return said;
}

void SpanReader::read_tags() {
  const Field value = field(object_, "tags");
  dom::object tags;
  if (!value) return;
  if (value->get_object().get(tags) != simdjson::SUCCESS) return wrong("tags", "an object", *value);
  for (const auto& [key, tag] : tags)
    if (const auto said = text_of(tag)) tags_.add(key, *said);
}

bool SpanReader::read_ids(Span& span) {
  const std::string trace = id("traceId");
  span.trace = trace_id(trace);
  span.id = span_id(id("id"));
  span.parent = span_id(id("parentId"));
  if (trace.empty()) json_.skip(at_, "a span without a usable traceId", "the rest is read");
  if (!trace.empty() && span.id == 0) json_.skip(at_, "a span without a usable id", "the rest is read");
  return !trace.empty() && span.id != 0;
}

// A span without kind is local work of its service.
SpanKind SpanReader::kind() {
  const Field value = field(object_, "kind");
  if (!value) return SpanKind::absent;
  const auto said = text_of(*value);
  const auto known = said ? span_kind(*said) : std::nullopt;
  if (!known)
    json_.note(at_ + "/kind", Severity::warning, "a kind that is none of CLIENT, SERVER, PRODUCER and CONSUMER",
               keep_hint);
  return known.value_or(SpanKind::absent);
}

Peer SpanReader::peer(const Endpoint& remote, SpanKind kind) const {
  if (kind == SpanKind::server || kind == SpanKind::internal) return {};
  Peer named = peer_of(tags_, kind);
  if (!remote.service.empty()) named.service = remote.service;
  if (!remote.address.empty()) named.address = remote.address;
  if (remote.port != 0) named.port = remote.port;
  return named;
}

void SpanReader::read() {
  Span span;
  if (!read_ids(span)) return;
  span.kind = kind();
  span.shared_id = flag("shared");
  span.start_ns = nanoseconds("timestamp");
  span.duration_ns = nanoseconds("duration");
  read_tags();
  span.error = error_of(tags_);
  // A trace for debugging is kept whatever the sampler says, so that it stands for itself alone.
  const auto probability = flag("debug") ? std::optional{1.0} : probability_of(tags_);
  span.probability = probability.value_or(1);
  span.probability_known = probability.has_value();
  Resource resource = resource_of(tags_);
  const Endpoint local = endpoint("localEndpoint");
  if (!local.service.empty()) resource.service = local.service;
  if (!local.address.empty()) resource.address = local.address;
  span.resource = json_.sink().resource(resource);
  std::string buffer;
  span.operation = json_.sink().operation(operation_of(tags_, text(object_, "name"), buffer));
  span.peer = json_.sink().peer(peer(endpoint("remoteEndpoint"), span.kind));
  json_.sink().span(span);
}

void read_element(JsonFrame& json, dom::element element, const std::string& at) {
  dom::object span;
  dom::array list;
  if (element.get_object().get(span) == simdjson::SUCCESS) return SpanReader(json, span, at).read();
  if (element.get_array().get(list) != simdjson::SUCCESS)
    return json.skip(at, fmt::format("a span should be an object, not {}", type_of(element)), "the rest is read");
  std::size_t place = 0;
  for (const dom::element item : list) {
    const std::string inner = fmt::format("{}/{}", at, place++);
    dom::object object;
    if (item.get_object().get(object) == simdjson::SUCCESS)
      SpanReader(json, object, inner).read();
    else
      json.skip(inner, fmt::format("a span should be an object, not {}", type_of(item)), "the rest is read");
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (json.root()) read_element(json, *json.root(), "");
}

// Version 1 has no local endpoint: it hangs its endpoints on annotations.
bool recognises(std::string_view head) {
  constexpr unsigned depth = 3;  // [[{
  if (!has_key(head, "traceId", depth) || !has_key(head, "id", depth)) return false;
  if (has_key(head, "binaryAnnotations", depth)) return false;
  return has_key(head, "localEndpoint", depth) || has_key(head, "remoteEndpoint", depth) ||
         has_key(head, "kind", depth);
}

Framing framing(std::string_view head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  const bool list = first != std::string_view::npos && head[first] == '[';
  if (list) return {Framing::Cut::elements, {}};
  return {is_one_document(head) ? Framing::Cut::whole : Framing::Cut::lines, {}};
}

}  // namespace

const Reader zipkin_json{.name = "zipkin-json",
                         .summary = "Zipkin v2 span lists",
                         .unit = "requests",
                         .record = "curl -s 'http://zipkin:9411/api/v2/traces?limit=1000' > zipkin.json",
                         .recognises = recognises,
                         .framing = framing,
                         .read = read};

}  // namespace nsew
