// AWS X-Ray's segment documents, alone or as text inside what its API takes and answers.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "base/text.hpp"
#include "input/ids.hpp"
#include "input/json_object.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

std::uint64_t nanoseconds(std::optional<double> seconds) {
  const bool fits = seconds && *seconds > 0 && *seconds < 1.8e10;
  return fits ? static_cast<std::uint64_t>(std::llround(*seconds * 1e9)) : 0;
}

// 1-58406520-a006649127e371903a2de979: a version, seconds, and 96 bits. The digits alone are a W3C trace id.
TraceId trace_of(std::string_view text) {
  std::string digits(text.starts_with("1-") ? text.substr(2) : text);
  std::erase(digits, '-');
  return trace_id(digits);
}

// An AWS service as X-Ray names it, and what it is for those who call it.
struct Managed {
  std::string_view name, store, broker;
};
constexpr Managed managed[] = {{"dynamodb", "dynamodb", ""},     {"s3", "s3", ""},
                               {"sqs", "", "aws_sqs"},           {"sns", "", "aws_sns"},
                               {"dax", "dynamodb", ""},          {"elasticache", "redis", ""},
                               {"kinesis", "", "aws_kinesis"},   {"eventbridge", "", "aws_eventbridge"},
                               {"events", "", "aws_eventbridge"}};

Managed managed_of(std::string_view name) {
  std::string text = lower(name);
  if (text.starts_with("amazon")) text.erase(0, 6);
  for (const Managed& known : managed)
    if (text == known.name || text == fmt::format("aws::{}", known.name)) return known;
  return {};
}

bool sends(std::string_view operation) {
  return operation.starts_with("Send") || operation.starts_with("Publish") || operation.starts_with("Put");
}

class SegmentReader {
 public:
  explicit SegmentReader(const JsonObject& document) : document_(document) {}
  void read();

 private:
  void read_one(const JsonObject& object, Span span, bool segment);
  void read_below(const JsonObject& object, const Span& above);
  void read_http(const JsonObject& object, Attributes& said) const;
  void read_links(const JsonObject& object);
  Resource resource() const;
  SpanKind kind(const JsonObject& object, const Managed& service, bool segment) const;
  Peer peer(const JsonObject& object, const Managed& service, const Attributes& said, std::string& store) const;

  const JsonObject& document_;
  ResourceId resource_ = 0;
  std::vector<Link> links_;
};

void SegmentReader::read_http(const JsonObject& object, Attributes& said) const {
  const auto http = object.has("http") ? object.object("http") : std::nullopt;
  const auto request = http ? http->object("request") : std::nullopt;
  const auto response = http ? http->object("response") : std::nullopt;
  if (request) {
    said.add("http.method", request->text("method"));
    said.add("http.url", request->text("url"));
    said.add("http.user_agent", request->text("user_agent"));
  }
  if (const auto status = response ? response->number("status") : std::nullopt) said.add("http.status_code", *status);
  if (object.flag("fault")) said.add("error", "true");
}

void SegmentReader::read_links(const JsonObject& object) {
  links_.clear();
  object.each("links", [&](const JsonObject& link) {
    const Link to{trace_of(link.text("trace_id")), span_id(link.id("id"))};
    if (to.span != 0) links_.push_back(to);
  });
}

// A subsegment that is sent alone does not say whose it is.
Resource SegmentReader::resource() const {
  Resource said;
  const auto aws = document_.has("aws") ? document_.object("aws") : std::nullopt;
  const auto eks = aws ? aws->object("eks") : std::nullopt;
  if (document_.text("type") != "subsegment") said.service = document_.text("name");
  if (eks) said.pod = eks->text("pod"), said.cluster = eks->text("cluster_name");
  return said;
}

SpanKind SegmentReader::kind(const JsonObject& object, const Managed& service, bool segment) const {
  if (segment) return SpanKind::server;
  const std::string_view space = object.text("namespace");
  if (space.empty()) return object.has("sql") ? SpanKind::client : SpanKind::internal;
  const auto aws = object.has("aws") ? object.object("aws") : std::nullopt;
  const bool message = !service.broker.empty() && aws && sends(aws->text("operation"));
  return message ? SpanKind::producer : SpanKind::client;
}

// jdbc:postgresql://shop.abc.eu-west-1.rds.amazonaws.com:5432/orders
Authority database_of(std::string_view url) {
  const auto slashes = url.find("//");
  return slashes == std::string_view::npos ? Authority{} : authority_of(url.substr(slashes + 2));
}

// A remote service is called by its host name; one that is traced, too, has its own segment below.
Peer SegmentReader::peer(const JsonObject& object, const Managed& service, const Attributes& said,
                         std::string& store) const {
  Peer named = peer_of(said, SpanKind::client);
  const std::string_view name = object.text("name");
  named.db_system = service.store;
  named.messaging_system = service.broker;
  const auto aws = object.has("aws") ? object.object("aws") : std::nullopt;
  if (object.text("namespace") == "aws") named.service = name, named.address = {}, named.port = 0;
  if (aws && !aws->text("function_name").empty()) named.service = aws->text("function_name");
  if (aws) named.destination = aws->text(service.broker == "aws_sns" ? "topic_arn" : "queue_url");
  const auto sql = object.has("sql") ? object.object("sql") : std::nullopt;
  if (sql) {
    store = lower(sql->text("database_type"));
    named.db_system = store.empty() ? std::string_view{"sql"} : std::string_view(store);
    const Authority database = database_of(sql->text("url"));
    named.address = database.host, named.port = database.port;
  }
  if (named.service.empty() && named.address.empty())
    named.address = authority_of(name.substr(name.find('@') + 1)).host;  // orders@shop.abc.rds.amazonaws.com
  return named;
}

void SegmentReader::read_one(const JsonObject& object, Span span, bool segment) {
  span.id = span_id(object.id("id"));
  if (span.id == 0) return object.skip("a segment without a usable id");
  RecordSink& sink = object.json().sink();
  Attributes said;
  read_http(object, said);
  read_links(object);
  const Managed service = object.text("namespace") == "aws" ? managed_of(object.text("name")) : Managed{};
  span.kind = kind(object, service, segment);
  span.error = error_of(said);
  span.start_ns = nanoseconds(object.number("start_time"));
  const std::uint64_t end = nanoseconds(object.number("end_time"));
  span.duration_ns = span.start_ns != 0 && end > span.start_ns ? end - span.start_ns : 0;
  span.resource = resource_;
  std::string buffer, store;
  span.operation = sink.operation(operation_of(said, segment ? std::string_view{} : object.text("name"), buffer));
  const bool calls = span.kind == SpanKind::client || span.kind == SpanKind::producer;
  span.peer = sink.peer(calls ? peer(object, service, said, store) : Peer{});
  span.links = links_;
  sink.span(span);
  read_below(object, span);
}

void SegmentReader::read_below(const JsonObject& object, const Span& above) {
  object.each("subsegments", [&](const JsonObject& subsegment) {
    Span span;
    span.trace = above.trace;
    span.parent = above.id;
    read_one(subsegment, span, false);
  });
}

void SegmentReader::read() {
  if (document_.has("format") && document_.has("version")) return;  // the line before each document that a daemon gets
  // X-Ray makes a segment of its own for whoever sends none, out of its caller's subsegment, which is read.
  if (document_.flag("inferred")) return;
  const std::string_view trace = document_.text("trace_id");
  if (trace.empty()) return document_.skip("a segment without a usable trace_id");
  resource_ = document_.json().sink().resource(resource());
  Span span;
  span.trace = trace_of(trace);
  span.parent = span_id(document_.id("parent_id"));
  read_one(document_, span, document_.text("type") != "subsegment");
}

void read_text(JsonFrame& outer, const std::string& pointer, std::string_view text) {
  thread_local dom::parser parser;
  dom::element root;
  dom::object object;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS ||
      root.get_object().get(object) != simdjson::SUCCESS)
    return outer.skip(pointer, "a segment document that is no JSON object", "the rest is read");
  JsonFrame json(outer, pointer, root);
  const JsonObject document(json, object);
  SegmentReader(document).read();
}

void read_trace(const JsonObject& trace) {
  trace.each("Segments", [](const JsonObject& segment) {
    const auto value = segment.raw("Document");
    const auto text = value ? text_of(*value) : std::nullopt;
    if (!text) return segment.skip("a segment without its Document as text");
    read_text(segment.json(), segment.pointer() + "/Document", *text);
  });
}

void read_element(JsonFrame& json, dom::element element, const std::string& at) {
  dom::object object;
  if (const auto text = text_of(element)) return read_text(json, at, *text);
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return json.skip(at, fmt::format("a segment should be an object, not {}", type_of(element)), "the rest is read");
  const JsonObject document(json, object, at);
  if (document.has("Segments")) return read_trace(document);
  for (const std::string_view key : {"Traces", "TraceSegmentDocuments"}) {
    dom::array list;
    const auto value = document.raw(key);
    if (!value || value->get_array().get(list) != simdjson::SUCCESS) continue;
    std::size_t place = 0;
    for (const dom::element item : list) read_element(json, item, fmt::format("{}/{}/{}", at, key, place++));
    return;
  }
  SegmentReader(document).read();
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  dom::array list;
  if (!json.root()) return;
  if (json.root()->get_array().get(list) != simdjson::SUCCESS) return read_element(json, *json.root(), "");
  std::size_t place = 0;
  for (const dom::element item : list) read_element(json, item, fmt::format("/{}", place++));
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 2;  // [{
  if (has_key(head, "Traces", 1) && has_key(head, "Segments", 3)) return true;
  if (has_key(head, "TraceSegmentDocuments", 1)) return true;
  const bool segment = has_key(head, "trace_id", depth) && has_key(head, "id", depth) && has_key(head, "name", depth);
  return segment && (has_key(head, "start_time", depth) || has_key(head, "in_progress", depth));
}

Framing framing(std::string_view head) {
  static constexpr std::string_view keys[] = {"Traces", "TraceSegmentDocuments"};
  const bool answer = has_key(head, "Traces", 1) || has_key(head, "TraceSegmentDocuments", 1);
  return answer ? Framing{.cut = Framing::Cut::elements, .keys = keys} : list_or_lines(head);
}

}  // namespace

const Reader xray{.name = "xray",
                  .summary = "AWS X-Ray segment documents, alone or as batch-get-traces answers them",
                  .unit = "requests",
                  .record =
                      "aws xray batch-get-traces --trace-ids TRACE_ID… > xray.json  "
                      "# five at a time; ids: aws xray get-trace-summaries",
                  .recognises = recognises,
                  .framing = framing,
                  .read = read};

}  // namespace nsew
