// Zipkin's first span format: whose half a span is, is said by annotations, and one span may hold both.
// https://zipkin.io/zipkin-api/zipkin-api.yaml and zipkin2.v1.V1SpanConverter, which says how halves are told apart.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "input/ids.hpp"
#include "input/json_object.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

struct Endpoint {
  std::string_view service, address;
  std::uint16_t port = 0;
};

Endpoint endpoint_of(const JsonObject& object) {
  Endpoint said{object.text("serviceName"), object.text("ipv4"), 0};
  if (said.address.empty()) said.address = object.text("ipv6");
  const auto port = object.count("port");
  if (port && *port <= 65535) said.port = static_cast<std::uint16_t>(*port);
  return said;
}

std::optional<Endpoint> endpoint_in(const JsonObject& owner) {
  const auto object = owner.object("endpoint");
  return object ? std::optional{endpoint_of(*object)} : std::nullopt;
}

std::uint64_t nanoseconds(std::optional<std::uint64_t> microseconds) {
  const bool fits = microseconds && *microseconds <= std::numeric_limits<std::uint64_t>::max() / 1000;
  return fits ? *microseconds * 1000 : 0;
}

// What one service says of the span.
struct Half {
  std::optional<Endpoint> local;
  SpanKind kind = SpanKind::absent;
  Attributes tags;
  std::optional<Endpoint> remote;
  std::uint64_t begin = 0, end = 0;  // ns
  bool shared = false;
};

struct Core {
  std::string_view value;
  SpanKind kind;
  bool begins;
};
constexpr Core cores[] = {{"cs", SpanKind::client, true},    {"cr", SpanKind::client, false},
                          {"sr", SpanKind::server, true},    {"ss", SpanKind::server, false},
                          {"ms", SpanKind::producer, true},  {"mr", SpanKind::consumer, true},
                          {"ws", SpanKind::producer, false}, {"wr", SpanKind::consumer, false}};

const Core* core_of(std::string_view value) {
  const auto* found = std::ranges::find(cores, value, &Core::value);
  return found == std::end(cores) ? nullptr : found;
}

class SpanReader {
 public:
  explicit SpanReader(const JsonObject& object) : object_(object) {}
  void read();

 private:
  Half& half_of(const std::optional<Endpoint>& endpoint);
  Half& half_of(const std::optional<Endpoint>& endpoint, SpanKind kind);
  Half* of_kind(SpanKind kind);
  void read_annotation(const JsonObject& annotation);
  void read_binary(const JsonObject& annotation);
  void settle_addresses();
  void settle_without_core();
  void settle_times();
  void emit(const Half& half, Span span, bool first);

  const JsonObject& object_;
  std::vector<Half> halves_;
  std::optional<Endpoint> client_address_, server_address_, broker_address_;
  bool core_ = false;
};

Half& SpanReader::half_of(const std::optional<Endpoint>& endpoint) {
  if (halves_.empty()) halves_.emplace_back();
  if (!endpoint) return halves_.front();
  for (Half& half : halves_) {
    if (!half.local) half.local = endpoint;
    if (half.local->service == endpoint->service) return half;
  }
  halves_.emplace_back().local = endpoint;
  return halves_.back();
}

// A service that calls itself has two halves of one name.
Half& SpanReader::half_of(const std::optional<Endpoint>& endpoint, SpanKind kind) {
  Half& first = half_of(endpoint);
  if (first.kind == SpanKind::absent || first.kind == kind) return first;
  for (Half& half : halves_)
    if (half.kind == kind && half.local && half.local->service == endpoint->service) return half;
  halves_.emplace_back().local = endpoint;
  return halves_.back();
}

Half* SpanReader::of_kind(SpanKind kind) {
  const auto found = std::ranges::find(halves_, kind, &Half::kind);
  return found == halves_.end() ? nullptr : &*found;
}

void SpanReader::read_annotation(const JsonObject& annotation) {
  const std::string_view value = annotation.text("value");
  const Core* core = core_of(value);
  const auto endpoint = endpoint_in(annotation);
  if (value == "error") half_of(endpoint).tags.add("error", "true");
  if (core == nullptr || !endpoint) return;
  const std::uint64_t time = nanoseconds(annotation.count("timestamp"));
  Half& half = half_of(endpoint, core->kind);
  if (value != "ws" && value != "wr") half.kind = core->kind, core_ = true;
  (core->begins ? half.begin : half.end) = time;
}

// "sa", "ca" and "ma" are whole addresses, written as true; anything else is a tag of the service that says it.
void SpanReader::read_binary(const JsonObject& annotation) {
  const std::string_view key = annotation.text("key");
  const auto endpoint = endpoint_in(annotation);
  const auto value = annotation.raw("value");
  const bool is_text = value && text_of(*value).has_value();
  const bool address = !is_text && (key == "sa" || key == "ca" || key == "ma");
  if (address)
    (key == "sa" ? server_address_ : key == "ca" ? client_address_ : broker_address_) = endpoint;
  else if (value)
    add_value(half_of(endpoint).tags, key, *value);
}

// Addresses alone: who asks and who is asked, but not which annotations there were.
void SpanReader::settle_without_core() {
  if (server_address_) {
    Half& caller = client_address_ ? half_of(client_address_) : half_of(std::nullopt);
    const bool itself = caller.local && caller.local->service == server_address_->service;
    caller.remote = server_address_;
    if (!itself && caller.local && !caller.local->service.empty()) caller.kind = SpanKind::client;
  } else if (client_address_) {
    Half& callee = half_of(std::nullopt);
    callee.kind = SpanKind::server;
    callee.remote = client_address_;
  }
}

void SpanReader::settle_addresses() {
  if (!core_) return settle_without_core();
  if (Half* client = of_kind(SpanKind::client); client != nullptr && server_address_) client->remote = server_address_;
  if (Half* server = of_kind(SpanKind::server); server != nullptr && client_address_) server->remote = client_address_;
  for (const SpanKind kind : {SpanKind::producer, SpanKind::consumer})
    if (Half* half = of_kind(kind); half != nullptr && broker_address_) half->remote = broker_address_;
}

// The span's own times are those of the half that began it; the other half's stand in its annotations.
void SpanReader::settle_times() {
  const std::uint64_t begin = nanoseconds(object_.count("timestamp"));
  const std::uint64_t took = nanoseconds(object_.count("duration"));
  Half* client = of_kind(SpanKind::client);
  Half* server = of_kind(SpanKind::server);
  Half& owner = client != nullptr ? *client : server != nullptr ? *server : halves_.front();
  if (begin != 0) owner.begin = begin, owner.end = took != 0 ? begin + took : owner.end;
  if (server == nullptr) return;
  server->shared = client != nullptr || begin == 0 || (server->end != 0 && took == 0);
}

void SpanReader::emit(const Half& half, Span span, bool first) {
  RecordSink& sink = object_.json().sink();
  span.kind = half.kind;
  span.shared_id = half.shared;
  span.start_ns = half.begin;
  span.duration_ns = half.begin != 0 && half.end > half.begin ? half.end - half.begin : 0;
  span.error = error_of(half.tags);
  const auto probability = span.probability_known ? std::optional{1.0} : probability_of(half.tags);
  span.probability = probability.value_or(1);
  span.probability_known = probability.has_value();
  Resource resource = resource_of(half.tags);
  if (half.local && !half.local->service.empty()) resource.service = half.local->service;
  if (half.local && !half.local->address.empty()) resource.address = half.local->address;
  span.resource = sink.resource(resource);
  std::string buffer;
  span.operation = sink.operation(operation_of(half.tags, object_.text("name"), buffer));
  Peer peer = peer_of(half.tags, half.kind);
  const bool calls =
      half.kind == SpanKind::client || half.kind == SpanKind::producer || half.kind == SpanKind::consumer;
  if (calls && half.remote) {
    if (!half.remote->service.empty()) peer.service = half.remote->service;
    if (!half.remote->address.empty()) peer.address = half.remote->address;
    if (half.remote->port != 0) peer.port = half.remote->port;
  }
  span.peer = sink.peer(peer);
  first ? sink.span(span) : sink.also(span);
}

void SpanReader::read() {
  Span span;
  const std::string high = object_.id("traceIdHigh"), trace = object_.id("traceId");
  span.trace = trace_id(high.empty() || trace.size() > 16 ? trace : fmt::format("{}{:0>16}", high, trace));
  span.id = span_id(object_.id("id"));
  span.parent = span_id(object_.id("parentId"));
  if (trace.empty()) return object_.skip("a span without a usable traceId");
  if (span.id == 0) return object_.skip("a span without a usable id");
  span.probability_known = object_.flag("debug");  // kept whatever the sampler says: it stands for itself alone
  object_.each("annotations", [&](const JsonObject& annotation) { read_annotation(annotation); });
  object_.each("binaryAnnotations", [&](const JsonObject& annotation) { read_binary(annotation); });
  if (halves_.empty()) halves_.emplace_back();
  settle_addresses();
  settle_times();
  // Where a service's part in the call is known, what others merely say about the span is no half.
  const bool known = std::ranges::any_of(halves_, [](const Half& half) { return half.kind != SpanKind::absent; });
  bool first = true;
  for (const Half& half : halves_) {
    if (known ? half.kind == SpanKind::absent : !first) continue;
    emit(half, span, first);
    first = false;
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  each_object(json, "a span", [](const JsonObject& object) { SpanReader(object).read(); });
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 3;  // [[{
  if (!has_key(head, "traceId", depth) || !has_key(head, "id", depth)) return false;
  if (has_key(head, "binaryAnnotations", depth)) return true;
  return has_key(head, "annotations", depth) && has_key(head, "endpoint", depth + 2);
}

}  // namespace

const Reader zipkin_v1{.name = "zipkin-v1",
                       .summary = "Zipkin v1 span lists",
                       .unit = "requests",
                       .record = "curl -s 'http://zipkin:9411/api/v1/traces?limit=1000' > zipkin-v1.json",
                       .recognises = recognises,
                       .framing = list_or_lines,
                       .read = read};

}  // namespace nsew
