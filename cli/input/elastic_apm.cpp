// Elastic APM: what its agents send (intake v2, a line each) and the documents that its server makes of that.
// https://www.elastic.co/docs/solutions/observability/apm/elastic-apm-events-intake-api and …/apm/transactions, …/spans
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/text.hpp"
#include "input/elasticsearch.hpp"
#include "input/framing.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;
using Place = std::initializer_list<std::string_view>;

// The value some objects further down; what is no object on the way holds nothing.
std::optional<dom::element> at(dom::object object, Place path) {
  std::optional<dom::element> value;
  for (const std::string_view key : path) {
    if (value && value->get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
    value = field(object, key);
    if (!value) return std::nullopt;
  }
  return value;
}

std::string_view text_at(dom::object object, Place path) {
  const auto value = at(object, path);
  return value ? text_of(*value).value_or(std::string_view{}) : std::string_view{};
}

std::optional<double> number_at(dom::object object, Place path) {
  const auto value = at(object, path);
  return value ? number_of(*value) : std::nullopt;
}

// A header is a text or a list of them.
std::string_view first_text_at(dom::object object, Place path) {
  const auto value = at(object, path);
  dom::array list;
  if (!value) return {};
  if (value->get_array().get(list) != simdjson::SUCCESS) return text_of(*value).value_or(std::string_view{});
  for (const dom::element item : list) return text_of(item).value_or(std::string_view{});
  return {};
}

std::string_view first(std::initializer_list<std::string_view> texts) {
  const auto* found = std::ranges::find_if(texts, [](std::string_view text) { return !text.empty(); });
  return found == texts.end() ? std::string_view{} : *found;
}

std::uint64_t whole(std::optional<double> number, double scale) {
  const bool fits = number && *number > 0 && *number * scale < 1.8e19;
  return fits ? static_cast<std::uint64_t>(std::llround(*number * scale)) : 0;
}

// One transaction or span, wherever its fields stand.
struct Event {
  bool transaction = false;
  std::string_view id, trace, parent, name, type, subtype, outcome, kind;
  std::uint64_t start_ns = 0, duration_ns = 0;
  std::optional<double> rate;  // of having been sampled
  bool target = false;         // names whom it calls
  Attributes said;
  Peer peer;
  Resource resource;
};

std::string_view language(std::string_view agent, std::string_view said) {
  return agent == "rum-js" || agent == "js-base" ? "webjs" : said;  // a browser's
}

bool is_exit(const Event& event) {
  constexpr std::string_view types[] = {"db", "external", "messaging", "storage", "cache"};
  return event.target || std::ranges::find(types, event.type) != std::end(types);
}

// https://github.com/elastic/apm/blob/main/specs/agents: tracing-api-otel.md, tracing-instrumentation-messaging.md
SpanKind kind_of(const Event& event) {
  constexpr std::string_view jobs[] = {"scheduled", "job", "script", "worker", "process", "task"};
  const auto said = span_kind(event.kind);
  if (said && *said != SpanKind::absent) return *said;
  const bool message = event.type == "messaging";
  if (event.transaction && message) return SpanKind::consumer;
  if (event.transaction)
    return std::ranges::find(jobs, event.type) != std::end(jobs) ? SpanKind::internal : SpanKind::server;
  if (!is_exit(event)) return SpanKind::internal;
  return message ? SpanKind::producer : SpanKind::client;
}

// db.postgresql.query: type, subtype and action in one, as agents wrote them at first.
void split_type(Event& event) {
  const auto parts = split(event.type, '.');
  if (parts.size() > 1 && event.subtype.empty()) event.subtype = parts[1];
  if (!parts.empty()) event.type = parts[0];
}

void settle_peer(Event& event, std::string_view resource, std::string_view target, std::string_view queue) {
  const bool store = event.type == "db" || event.type == "storage" || event.type == "cache";
  if (store) event.peer.db_system = first({event.subtype, resource, event.type});
  if (event.type == "messaging") {
    event.peer.messaging_system = first({event.subtype, "mq"});
    event.peer.destination = first({queue, target});
  }
  if (!event.peer.address.empty() || store || event.type == "messaging") return;
  const Authority named = authority_of(first({resource, target}));
  event.peer.address = named.host;
  if (named.port != 0) event.peer.port = named.port;
}

void set_port(Event& event, std::optional<double> port) {
  if (port && *port > 0 && *port <= 65535) event.peer.port = static_cast<std::uint16_t>(*port);
}

void emit(const JsonObject& object, const Event& event, std::span<const Link> links) {
  if (event.trace.empty()) return object.skip("an event without a usable trace id");
  RecordSink& sink = object.json().sink();
  Span span;
  span.trace = trace_id(event.trace);
  span.id = span_id(event.id);
  if (span.id == 0) return object.skip("an event without a usable id");
  span.parent = span_id(event.parent);
  span.kind = kind_of(event);
  span.error = event.outcome.empty() ? error_of(event.said) : event.outcome == "failure";
  span.start_ns = event.start_ns;
  span.duration_ns = event.duration_ns;
  const bool sampled = event.rate && *event.rate > 0 && *event.rate <= 1;
  span.probability = sampled ? *event.rate : 1;
  span.probability_known = sampled;
  span.resource = sink.resource(event.resource);
  std::string buffer;
  span.operation = sink.operation(operation_of(event.said, event.name, buffer));
  const bool calls =
      span.kind == SpanKind::client || span.kind == SpanKind::producer || span.kind == SpanKind::consumer;
  span.peer = sink.peer(calls ? event.peer : Peer{});
  span.links = links;
  sink.span(span);
}

std::vector<Link> links_of(dom::object object, Place path, Place trace, Place span) {
  std::vector<Link> links;
  const auto value = at(object, path);
  dom::array list;
  if (!value || value->get_array().get(list) != simdjson::SUCCESS) return links;
  for (const dom::element item : list) {
    dom::object link;
    if (item.get_object().get(link) != simdjson::SUCCESS) continue;
    const Link to{trace_id(text_at(link, trace)), span_id(text_at(link, span))};
    if (to.span != 0) links.push_back(to);
  }
  return links;
}

// -- intake
// ------------------------------------------------------------------------------------------------------------
Resource resource_in(dom::object metadata) {
  return {.service = text_at(metadata, {"service", "name"}),
          .kubernetes_ns = text_at(metadata, {"system", "kubernetes", "namespace"}),
          .pod = text_at(metadata, {"system", "kubernetes", "pod", "name"}),
          .environment = text_at(metadata, {"service", "environment"}),
          .language = language(text_at(metadata, {"service", "agent", "name"}),
                               text_at(metadata, {"service", "language", "name"}))};
}

// A transaction or span of another service than its agent's: a proxy's, or one that an agent tells for others.
void override(Resource& resource, dom::object event) {
  const std::string_view name = text_at(event, {"context", "service", "name"});
  if (name.empty()) return;
  const bool other = name != resource.service;
  if (other) resource.pod = {}, resource.kubernetes_ns = {};
  resource.service = name;
  resource.environment = first({text_at(event, {"context", "service", "environment"}), resource.environment});
  const std::string_view spoken = text_at(event, {"context", "service", "language", "name"});
  if (other) resource.language = language(text_at(event, {"context", "service", "agent", "name"}), spoken);
}

void add_http(Attributes& said, dom::object event) {
  said.add("http.method",
           first({text_at(event, {"context", "request", "method"}), text_at(event, {"context", "http", "method"})}));
  said.add("http.url",
           first({text_at(event, {"context", "request", "url", "full"}), text_at(event, {"context", "http", "url"})}));
  said.add("http.path", text_at(event, {"context", "request", "url", "pathname"}));
  said.add("http.user_agent", first({first_text_at(event, {"context", "request", "headers", "user-agent"}),
                                     first_text_at(event, {"context", "request", "headers", "User-Agent"})}));
  auto status = number_at(event, {"context", "response", "status_code"});
  if (!status) status = number_at(event, {"context", "http", "status_code"});
  if (!status) status = number_at(event, {"context", "http", "response", "status_code"});
  if (status) said.add("http.status_code", *status);
}

void read_intake(const JsonObject& object, bool transaction, const Resource& metadata) {
  const dom::object raw = object.inside();
  const std::string id = object.id("id"), trace = object.id("trace_id");
  const std::string parent = object.has("parent_id") ? object.id("parent_id") : object.id("transaction_id");
  Event event;
  event.transaction = transaction;
  event.id = id, event.trace = trace, event.parent = parent;
  event.name = object.text("name"), event.type = object.text("type"), event.subtype = text_at(raw, {"subtype"});
  event.outcome = text_at(raw, {"outcome"}), event.kind = text_at(raw, {"otel", "span_kind"});
  event.start_ns = whole(object.number("timestamp"), 1e3);
  event.duration_ns = whole(object.number("duration"), 1e6);
  event.rate = object.number("sample_rate");
  event.resource = metadata;
  override(event.resource, raw);
  add_http(event.said, raw);
  split_type(event);
  const std::string_view target = text_at(raw, {"context", "service", "target", "name"});
  const std::string_view resource = text_at(raw, {"context", "destination", "service", "resource"});
  event.target = at(raw, {"context", "destination", "service"}) || at(raw, {"context", "service", "target"});
  event.peer = peer_of(event.said, SpanKind::client);
  event.peer.address = first({text_at(raw, {"context", "destination", "address"}), event.peer.address});
  set_port(event, number_at(raw, {"context", "destination", "port"}));
  settle_peer(event, resource, target, text_at(raw, {"context", "message", "queue", "name"}));
  emit(object, event, links_of(raw, {"links"}, {"trace_id"}, {"span_id"}));
}

Resource metadata_of(const Frame& frame, dom::parser& parser) {
  dom::element root;
  dom::object line;
  if (frame.columns.empty() || parser.parse(frame.columns[0]).get(root) != simdjson::SUCCESS) return {};
  if (root.get_object().get(line) != simdjson::SUCCESS) return {};
  const auto metadata = at(line, {"metadata"});
  dom::object object;
  return metadata && metadata->get_object().get(object) == simdjson::SUCCESS ? resource_in(object) : Resource{};
}

// -- documents
// ---------------------------------------------------------------------------------------------------------
bool is_transaction(dom::object document) {
  const std::string_view event = text_at(document, {"processor", "event"});
  return event.empty() ? !at(document, {"span", "type"}) && at(document, {"transaction", "type"})
                       : event == "transaction";
}

bool is_span(dom::object document) {
  const std::string_view event = text_at(document, {"processor", "event"});
  return event.empty() ? at(document, {"span", "type"}).has_value() : event == "span";
}

void read_document(const JsonObject& document) {
  const dom::object raw = document.inside();
  const bool transaction = is_transaction(raw);
  if (!transaction && !is_span(raw)) return;  // an error, a log line, a metric: no call
  const std::string_view own = transaction ? "transaction" : "span";
  Event event;
  event.transaction = transaction;
  event.id = text_at(raw, {own, "id"}), event.trace = text_at(raw, {"trace", "id"});
  event.parent =
      first({text_at(raw, {"parent", "id"}), transaction ? std::string_view{} : text_at(raw, {"transaction", "id"})});
  event.name = text_at(raw, {own, "name"}), event.type = text_at(raw, {own, "type"});
  event.subtype = text_at(raw, {own, "subtype"}), event.outcome = text_at(raw, {"event", "outcome"});
  event.kind = text_at(raw, {"span", "kind"});
  event.start_ns = whole(number_at(raw, {"timestamp", "us"}), 1e3);
  event.duration_ns = whole(number_at(raw, {own, "duration", "us"}), 1e3);
  if (event.duration_ns == 0) event.duration_ns = whole(number_at(raw, {"event", "duration"}), 1);
  const auto count = number_at(raw, {own, "representative_count"});
  if (count && *count >= 1) event.rate = 1 / *count;
  event.resource = {
      .service = text_at(raw, {"service", "name"}),
      .kubernetes_ns = text_at(raw, {"kubernetes", "namespace"}),
      .pod = text_at(raw, {"kubernetes", "pod", "name"}),
      .environment = text_at(raw, {"service", "environment"}),
      .language = language(text_at(raw, {"agent", "name"}), text_at(raw, {"service", "language", "name"}))};
  event.said.add("http.method", text_at(raw, {"http", "request", "method"}));
  event.said.add("http.url", first({text_at(raw, {"url", "full"}), text_at(raw, {"url", "original"})}));
  event.said.add("http.path", text_at(raw, {"url", "path"}));
  event.said.add("http.user_agent", text_at(raw, {"user_agent", "original"}));
  if (const auto status = number_at(raw, {"http", "response", "status_code"}))
    event.said.add("http.status_code", *status);
  split_type(event);
  event.target = at(raw, {"span", "destination", "service"}) || at(raw, {"service", "target"});
  event.peer = peer_of(event.said, SpanKind::client);
  event.peer.address = first({text_at(raw, {"destination", "address"}), event.peer.address});
  set_port(event, number_at(raw, {"destination", "port"}));
  settle_peer(event, text_at(raw, {"span", "destination", "service", "resource"}),
              text_at(raw, {"service", "target", "name"}), text_at(raw, {own, "message", "queue", "name"}));
  emit(document, event, links_of(raw, {"span", "links"}, {"trace", "id"}, {"span", "id"}));
}

// -- reader
// ------------------------------------------------------------------------------------------------------------
void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser, of_metadata;
  JsonFrame json(frame, sink, parser);
  const auto each = [&](const JsonObject& object) {
    if (object.has("trace") || object.has("@timestamp")) return read_document(object);
    for (const std::string_view key : {"transaction", "span"})
      if (const auto event = object.has(key) ? object.object(key) : std::nullopt)
        return read_intake(*event, key == "transaction", metadata_of(frame, of_metadata));
    if (!std::ranges::any_of(std::array{"metadata", "error", "metricset", "log"},
                             [&](auto key) { return object.has(key); }))
      object.skip("a line that is no event of Elastic APM");
  };
  each_document(json, each);
}

bool is_intake(std::string_view head) {
  return begins_section(head.substr(0, head.find('\n')), "metadata") && has_key(head, "service", 2) &&
         has_key(head, "agent", 3) && !has_key(head, "apiVersion", 1);
}

bool is_documents(std::string_view head) {
  if (has_key(head, "traceID", document_depth) || !has_key(head, "agent", document_depth)) return false;
  const bool event = has_key(head, "transaction", document_depth) || has_key(head, "span", document_depth);
  return event && has_key(head, "trace", document_depth) && has_key(head, "timestamp", document_depth) &&
         has_key(head, "service", document_depth);
}

bool recognises(std::string_view head) { return is_intake(head) || is_documents(head); }

Framing framing(std::string_view head) {
  return is_intake(head) ? Framing{.cut = Framing::Cut::lines, .keys = {}, .section = "metadata"}
                         : documents_framing(head);
}

}  // namespace

const Reader elastic_apm{
    .name = "elastic-apm",
    .summary = "Elastic APM events: intake v2 lines, documents of its traces-apm data streams",
    .unit = "requests",
    .record = "elasticdump --input='http://elasticsearch:9200/traces-apm*' --output=elastic-apm.json",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
