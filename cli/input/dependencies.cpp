// Service dependencies as Jaeger (GET /api/dependencies) and Zipkin (GET /api/v2/dependencies) give them: a list of
// {"parent", "child", "callCount"}, Zipkin's with "errorCount", Jaeger's inside {"data": […]}.
// https://zipkin.io/zipkin-api/#/default/get_dependencies, https://www.jaegertracing.io/docs/latest/apis/
#include <fmt/format.h>

#include <array>
#include <string>

#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view hint = "the rest is read";

std::string_view text(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? text_of(*value).value_or("") : std::string_view{};
}

PartyId party(RecordSink& sink, std::string_view service) {
  Party party;
  if (service != "unknown") party.service = service;
  return sink.party(party);
}

void read_link(JsonFrame& json, dom::object link, const std::string& at) {
  const std::string_view parent = text(link, "parent"), child = text(link, "child");
  if (parent.empty() || child.empty()) return json.skip(at, "a link without parent or child", hint);
  EdgeCount edge;
  edge.no_north_south = true;  // who asked the first service is in no link
  const auto calls = field(link, "callCount"), errors = field(link, "errorCount");
  const auto count = calls ? count_of(*calls) : std::nullopt;
  if (!count)
    return json.skip(at, fmt::format("callCount should be a whole number, not {}", calls ? type_of(*calls) : "absent"),
                     hint);
  edge.calls = *count;
  edge.errors = errors ? std::min(count_of(*errors).value_or(0), *count) : 0;
  edge.source = party(json.sink(), parent);
  edge.destination = party(json.sink(), child);
  json.sink().edge(edge);
}

void read_element(JsonFrame& json, dom::element element, const std::string& at) {
  dom::object link;
  dom::array list;
  if (element.get_object().get(link) == simdjson::SUCCESS) return read_link(json, link, at);
  if (element.get_array().get(list) != simdjson::SUCCESS)
    return json.skip(at, fmt::format("a link should be an object, not {}", type_of(element)), hint);
  std::size_t place = 0;
  for (const dom::element item : list) {
    const std::string inner = fmt::format("{}/{}", at, place++);
    dom::object object;
    if (item.get_object().get(object) == simdjson::SUCCESS)
      read_link(json, object, inner);
    else
      json.skip(inner, fmt::format("a link should be an object, not {}", type_of(item)), hint);
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (json.root()) read_element(json, *json.root(), "");
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 3;  // {"data": [{
  return has_key(head, "parent", depth) && has_key(head, "child", depth) && has_key(head, "callCount", depth);
}

Framing framing(std::string_view head) {
  static constexpr std::array<std::string_view, 2> keys = {"data", "dependencies"};
  const auto first = head.find_first_not_of(" \t\r\n");
  const bool lines = first != std::string_view::npos && head[first] == '{' && !is_one_document(head) &&
                     !has_key(head, "data", 1) && !has_key(head, "dependencies", 1);
  return lines ? Framing{Framing::Cut::lines, {}} : Framing{Framing::Cut::elements, keys};
}

}  // namespace

const Reader dependencies{
    .name = "dependencies",
    .summary = "service dependencies of Jaeger or Zipkin (no north-south calls)",
    .unit = "requests",
    .record =
        "curl -s \"http://jaeger:16686/api/dependencies?endTs=$(date +%s000)&lookback=86400000\" > deps.json\n"
        "curl -s \"http://zipkin:9411/api/v2/dependencies?endTs=$(date +%s000)&lookback=86400000\" > deps.json",
    .enough = "A day or more; it never shows what comes from outside, so add the log of what stands at the edge.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
