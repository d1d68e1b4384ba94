#include "input/reader_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "input/conventions.hpp"
#include "input/ids.hpp"
#include "input/jaeger_span.hpp"
#include "input/json_object.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

// A span whose probability may still come from another span of its trace: Jaeger tells the sampler at the root only.
struct Pending {
  Span span;
  std::size_t first_link = 0, links = 0;
};

struct Reference {
  Link link;
  bool child_of = false;
};

// One trace object, or one span that stands alone.
class TraceReader {
 public:
  TraceReader(JsonFrame& json, std::string pointer) : json_(json), pointer_(std::move(pointer)) {}
  void read_trace(dom::object trace);
  void read_span(dom::object span, const std::string& at);
  void emit();

 private:
  using Field = std::optional<dom::element>;

  void read_processes(dom::object trace);
  ResourceId read_process(dom::object process, const std::string& at);
  void read_tags(dom::object owner, const std::string& at);
  void read_tag_fields(dom::object owner);
  bool read_ids(dom::object object, const std::string& at, Span& span);
  void add_reference(dom::element item, const TraceId& own_trace);
  bool read_references(dom::object object, const std::string& at, Pending& pending);
  void read_times(dom::object object, const std::string& at, Span& span);
  std::uint64_t nanoseconds(dom::object object, std::string_view key, const std::string& at);
  ResourceId resource_of_span(dom::object object, const std::string& at);
  std::string_view text(dom::object object, std::string_view key, const std::string& at);

  JsonFrame& json_;
  std::string pointer_;
  Field trace_id_;
  std::vector<std::pair<std::string_view, ResourceId>> processes_;
  Attributes attributes_;
  std::string buffer_;
  std::vector<Pending> spans_;
  std::vector<Link> links_;
  std::vector<Reference> references_;  // of the span that is being read
};

constexpr std::string_view keep_hint = "the span is read without it";

std::string wrong_type(std::string_view key, std::string_view wanted, dom::element found) {
  return fmt::format("{} should be {}, not {}", key, wanted, type_of(found));
}

std::string id_text(dom::element value) {
  if (const auto text = text_of(value)) return std::string(*text);
  const auto number = count_of(value);
  return number ? fmt::format("{:x}", *number) : std::string{};
}

std::string_view TraceReader::text(dom::object object, std::string_view key, const std::string& at) {
  const Field value = field(object, key);
  if (!value) return {};
  const auto text = text_of(*value);
  if (!text) json_.note(fmt::format("{}/{}", at, key), Severity::warning, wrong_type(key, "text", *value), keep_hint);
  return text.value_or(std::string_view{});
}

void TraceReader::read_tags(dom::object owner, const std::string& at) {
  const Field tags = field(owner, "tags");
  dom::array list;
  if (!tags) return;
  if (tags->get_array().get(list) != simdjson::SUCCESS)
    return json_.note(at + "/tags", Severity::warning, wrong_type("tags", "an array", *tags), keep_hint);
  for (const dom::element tag : list) {
    dom::object object;
    if (tag.get_object().get(object) != simdjson::SUCCESS) continue;
    const Field key = field(object, "key");
    const Field value = field(object, "value");
    const auto name = key ? text_of(*key) : std::nullopt;
    if (name && value) add_value(attributes_, *name, *value);
  }
}

// Tags as fields of an Elasticsearch document: {"span@kind": "client"}, with '@' or what
// --es.tags-as-fields.dot-replacement says in the place of dots.
void TraceReader::read_tag_fields(dom::object owner) {
  const Field tags = field(owner, "tag");
  dom::object fields;
  if (!tags || tags->get_object().get(fields) != simdjson::SUCCESS) return;
  for (const auto& [key, value] : fields) {
    std::string name(key);
    std::ranges::replace(name, '@', '.');
    add_value(attributes_, name, value);
  }
}

ResourceId TraceReader::read_process(dom::object process, const std::string& at) {
  attributes_.clear();
  read_tags(process, at);
  read_tag_fields(process);
  Resource resource = resource_of(attributes_);
  if (const auto name = text(process, "serviceName", at); !name.empty()) resource.service = name;
  return json_.sink().resource(resource);
}

void TraceReader::read_processes(dom::object trace) {
  const Field value = field(trace, "processes");
  const std::string at = pointer_ + "/processes";
  dom::object processes;
  if (!value) return;
  if (value->get_object().get(processes) != simdjson::SUCCESS)
    return json_.note(at, Severity::warning, wrong_type("processes", "an object", *value),
                      "its spans have no service name");
  for (const auto& [id, process] : processes) {
    dom::object object;
    if (process.get_object().get(object) == simdjson::SUCCESS)
      processes_.emplace_back(id, read_process(object, at));
    else
      json_.note(at, Severity::warning, wrong_type("a process", "an object", process),
                 "its spans have no service name");
  }
}

ResourceId TraceReader::resource_of_span(dom::object object, const std::string& at) {
  const std::string_view id = text(object, "processID", at);
  const auto known = std::ranges::find(processes_, id, &std::pair<std::string_view, ResourceId>::first);
  if (known != processes_.end()) return known->second;
  const Field inline_process = field(object, "process");
  dom::object process;
  if (inline_process && inline_process->get_object().get(process) == simdjson::SUCCESS)
    return read_process(process, at + "/process");
  json_.note(at, Severity::warning, "a span whose process is not listed", "its service counts as unknown");
  return json_.sink().resource({});
}

bool TraceReader::read_ids(dom::object object, const std::string& at, Span& span) {
  const Field own_trace = field(object, "traceID");
  const Field trace = own_trace ? own_trace : trace_id_;
  const Field id = field(object, "spanID");
  const std::string trace_text = trace ? id_text(*trace) : std::string{};
  span.id = id ? span_id(id_text(*id)) : 0;
  span.trace = trace_id(trace_text);
  const bool good = !trace_text.empty() && span.id != 0;
  if (!good)
    json_.skip(at, span.id == 0 ? "a span without a usable spanID" : "a span without a usable traceID",
               "the rest of the trace is read");
  return good;
}

void TraceReader::add_reference(dom::element item, const TraceId& own_trace) {
  dom::object object;
  const Field id = item.get_object().get(object) == simdjson::SUCCESS ? field(object, "spanID") : Field{};
  if (!id) return;
  const Field trace = field(object, "traceID");
  const Field type = field(object, "refType");
  const Link link{trace ? trace_id(id_text(*trace)) : own_trace, span_id(id_text(*id))};
  if (link.span != 0) references_.push_back({link, type && text_of(*type) == "CHILD_OF"});
}

// CHILD_OF in the same trace, else FOLLOWS_FROM, else the legacy field; what is no parent is a link.
bool TraceReader::read_references(dom::object object, const std::string& at, Pending& pending) {
  const Field value = field(object, "references");
  dom::array list;
  if (value && value->get_array().get(list) != simdjson::SUCCESS) {
    json_.skip(at + "/references", wrong_type("references", "an array", *value), "the rest of the trace is read");
    return false;
  }
  Span& span = pending.span;
  references_.clear();
  if (value)
    for (const dom::element item : list) add_reference(item, span.trace);
  const auto here = [&](const Reference& r) { return r.link.trace == span.trace; };
  auto parent = std::ranges::find_if(references_, [&](const Reference& r) { return r.child_of && here(r); });
  if (parent == references_.end()) parent = std::ranges::find_if(references_, here);
  const Field legacy = field(object, "parentSpanID");
  if (parent != references_.end())
    span.parent = parent->link.span;
  else if (legacy)
    span.parent = span_id(id_text(*legacy));
  pending.first_link = links_.size();
  for (auto r = references_.begin(); r != references_.end(); ++r)
    if (r != parent) links_.push_back(r->link);
  pending.links = links_.size() - pending.first_link;
  return true;
}

std::uint64_t TraceReader::nanoseconds(dom::object object, std::string_view key, const std::string& at) {
  const Field value = field(object, key);
  if (!value) return 0;
  const auto microseconds = count_of(*value);
  if (microseconds && *microseconds <= std::numeric_limits<std::uint64_t>::max() / 1000) return *microseconds * 1000;
  json_.note(fmt::format("{}/{}", at, key), Severity::warning,
             fmt::format("{} should be a whole number of microseconds", key), keep_hint);
  return 0;
}

void TraceReader::read_times(dom::object object, const std::string& at, Span& span) {
  span.start_ns = nanoseconds(object, "startTime", at);
  span.duration_ns = nanoseconds(object, "duration", at);
}

void TraceReader::read_span(dom::object object, const std::string& at) {
  Pending pending;
  Span& span = pending.span;
  if (!read_ids(object, at, span) || !read_references(object, at, pending)) return;
  read_times(object, at, span);
  span.resource = resource_of_span(object, at);
  const std::string_view name = text(object, "operationName", at);
  attributes_.clear();
  read_tags(object, at);
  read_tag_fields(object);
  span.kind = span_kind(attributes_.text(Says::kind)).value_or(SpanKind::absent);
  span.error = error_of(attributes_);
  const auto probability = probability_of(attributes_);
  span.probability = probability.value_or(1);
  span.probability_known = probability.has_value();
  span.operation = json_.sink().operation(operation_of(attributes_, name, buffer_));
  span.peer = json_.sink().peer(peer_of(attributes_, span.kind));
  spans_.push_back(pending);
}

void TraceReader::emit() {
  std::optional<double> of_trace;
  for (const Pending& pending : spans_)
    if (pending.span.probability_known) of_trace = std::min(of_trace.value_or(1), pending.span.probability);
  for (Pending& pending : spans_) {
    if (of_trace && !pending.span.probability_known) {
      pending.span.probability = *of_trace;
      pending.span.probability_known = true;
    }
    pending.span.links = std::span<const Link>(links_).subspan(pending.first_link, pending.links);
    json_.sink().span(pending.span);
  }
}

void TraceReader::read_trace(dom::object trace) {
  trace_id_ = field(trace, "traceID");
  read_processes(trace);
  const Field value = field(trace, "spans");
  dom::array spans;
  if (!value || value->get_array().get(spans) != simdjson::SUCCESS)
    return json_.skip(pointer_ + (value ? "/spans" : ""),
                      value ? wrong_type("spans", "an array", *value) : "a trace without spans");
  std::size_t place = 0;
  for (const dom::element item : spans) {
    const std::string at = fmt::format("{}/spans/{}", pointer_, place++);
    dom::object span;
    if (item.get_object().get(span) == simdjson::SUCCESS)
      read_span(span, at);
    else
      json_.skip(at, wrong_type("a span", "an object", item), "the rest of the trace is read");
  }
  emit();
}

void read_element(JsonFrame& json, dom::element element, const std::string& at) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return json.skip(at, wrong_type("a trace", "an object", element));
  if (field(object, "spanID") && !field(object, "spans")) return read_jaeger_span(json, object, at);
  TraceReader(json, at).read_trace(object);
}

// What the API answers when it has no traces: {"data":null,"errors":[{"code":404,"msg":"trace not found"}]}.
void say_errors(JsonFrame& json, dom::object document) {
  const auto errors = field(document, "errors");
  dom::array list;
  if (!errors || errors->get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element item : list) {
    dom::object error;
    if (item.get_object().get(error) != simdjson::SUCCESS) continue;
    const auto said = field(error, "msg");
    json.note("/errors", Severity::warning,
              fmt::format("Jaeger answered with an error: {}", said ? text_of(*said).value_or("") : ""),
              "fetch the traces again");
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  dom::object document;
  const bool is_object = json.root()->get_object().get(document) == simdjson::SUCCESS;
  if (is_object && field(document, "errors") && !field(document, "data")) return say_errors(json, document);
  const auto data = is_object ? field(document, "data") : std::nullopt;
  dom::array traces;
  if (!data) return read_element(json, *json.root(), "");
  if (data->get_array().get(traces) != simdjson::SUCCESS) return read_element(json, *data, "/data");
  std::size_t place = 0;
  for (const dom::element trace : traces) read_element(json, trace, fmt::format("/data/{}", place++));
}

bool recognises(std::string_view head) {
  const bool answer = has_key(head, "data", 1) && has_key(head, "errors", 1) && has_key(head, "limit", 1);
  const bool traces = has_key(head, "spans", 3) || has_key(head, "processes", 3);
  const bool spans = has_key(head, "operationName", 5) || has_key(head, "serviceName", 6);
  return (traces && spans && has_key(head, "traceID", 5)) || (answer && !has_key(head, "callCount", 3));
}

bool data_is_array(std::string_view head) {
  const auto key = head.find("\"data\"");
  const auto value = key == std::string_view::npos ? key : head.find_first_not_of(" \t\r\n:", key + 6);
  return value != std::string_view::npos && head[value] == '[';
}

Framing framing(std::string_view head) {
  static constexpr std::string_view keys[] = {"data"};
  const auto first = head.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && head[first] == '[') return {Framing::Cut::elements, {}};
  if (has_key(head, "data", 1)) return {data_is_array(head) ? Framing::Cut::elements : Framing::Cut::whole, keys};
  return {is_one_document(head) ? Framing::Cut::whole : Framing::Cut::lines, {}};
}

}  // namespace

void read_jaeger_span(JsonFrame& json, dom::object span, const std::string& at) {
  TraceReader reader(json, at);
  reader.read_span(span, at);
  reader.emit();
}

const Reader jaeger_json{.name = "jaeger-json",
                         .summary = "Jaeger traces as its UI saves them and its API answers",
                         .unit = "requests",
                         .record =
                             "curl -s 'http://jaeger-query:16686/api/traces?service=SERVICE&limit=1000' > "
                             "jaeger.json",
                         .recognises = recognises,
                         .framing = framing,
                         .read = read};

}  // namespace nsew
