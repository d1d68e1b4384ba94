#include "input/json_span.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "input/ids.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view keep_hint = "the span is read without it";
constexpr unsigned deepest_attribute = 8;

std::optional<dom::element> first_of(dom::object owner, JsonSpan::Names names) {
  for (const std::string_view name : names)
    if (const auto value = field(owner, name)) return value;
  return std::nullopt;
}

// Whole numbers of seconds, milli-, micro- or nanoseconds since 1970: which, their size says.
std::uint64_t by_size(std::uint64_t number) {
  if (number >= 100'000'000'000'000'000) return number;
  if (number >= 100'000'000'000'000) return number * 1000;
  if (number >= 100'000'000'000) return number * 1'000'000;
  return number * 1'000'000'000;
}

// "1767225600.123456789", exact to the last digit.
std::optional<std::uint64_t> of_decimals(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = to_integer(text.substr(0, point));
  if (!whole || *whole < 0) return std::nullopt;
  const auto number = static_cast<std::uint64_t>(*whole);
  if (point == text.size()) return by_size(number);
  std::string decimals(text.substr(point + 1, 9));
  decimals.resize(9, '0');
  const auto rest = to_integer(decimals);
  if (!rest || *rest < 0 || number > 18'000'000'000) return std::nullopt;
  return number * 1'000'000'000 + static_cast<std::uint64_t>(*rest);
}

std::optional<std::uint64_t> time_in(dom::element value) {
  std::uint64_t whole = 0;
  double seconds = 0;
  if (value.get_uint64().get(whole) == simdjson::SUCCESS) return by_size(whole);
  if (value.get_double().get(seconds) == simdjson::SUCCESS)
    return seconds > 0 && seconds < 1.8e10 ? std::optional(static_cast<std::uint64_t>(seconds * 1e9)) : std::nullopt;
  const auto text = text_of(value);
  if (!text || text->empty()) return std::nullopt;
  if (text->starts_with("0001-") || text->starts_with("1970-")) return 0;  // no time was set
  if (const std::uint64_t time = timestamp_ns(*text)) return time;
  if (const std::uint64_t time = timestamp_ns(std::string(*text) + "Z")) return time;  // UTC, where no zone is said
  return of_decimals(*text);
}

void add_object(Attributes& to, const std::string& prefix, dom::object object, unsigned depth_left);

void add_value(Attributes& to, const std::string& key, dom::element value, unsigned depth_left) {
  dom::object inner;
  bool truth = false;
  double number = 0;
  if (value.get_object().get(inner) == simdjson::SUCCESS) return add_object(to, key + ".", inner, depth_left);
  std::string dotted = key;
  std::ranges::replace(dotted, '@', '.');
  if (const auto text = text_of(value))
    to.add(dotted, *text);
  else if (value.get_bool().get(truth) == simdjson::SUCCESS)
    to.add(dotted, truth ? "true" : "false");
  else if (value.get_double().get(number) == simdjson::SUCCESS)
    to.add(dotted, number);
}

void add_object(Attributes& to, const std::string& prefix, dom::object object, unsigned depth_left) {
  if (depth_left == 0) return;
  for (const auto& [key, value] : object) add_value(to, prefix + std::string(key), value, depth_left - 1);
}

// A first line that is complete, of a document on each line.
bool has_lines(std::string_view head) {
  const std::string_view line = trim(head.substr(0, head.find('\n')));
  return line.size() < head.size() && line.starts_with('{') && line.ends_with('}') && !is_one_document(head);
}

}  // namespace

void JsonSpan::wrong(Names names, std::string_view wanted, dom::element found) {
  const std::string_view key = *names.begin();
  json_.note(fmt::format("{}/{}", at_, key), Severity::warning,
             fmt::format("{} should be {}, not {}", key, wanted, type_of(found)), keep_hint);
}

std::string_view JsonSpan::text(dom::object owner, Names names) {
  const auto value = first_of(owner, names);
  if (!value) return {};
  const auto said = text_of(*value);
  if (!said) wrong(names, "text", *value);
  return said.value_or(std::string_view{});
}

SpanKind JsonSpan::kind(Names names) {
  const auto value = first_of(object_, names);
  if (!value) return SpanKind::absent;
  const auto number = count_of(*value);
  const auto known = number ? span_kind(fmt::format("{}", *number)) : span_kind(text_of(*value).value_or("?"));
  if (!known) wrong(names, "a kind of span", *value);
  return known.value_or(SpanKind::absent);
}

std::uint64_t JsonSpan::time(Names names) {
  const auto value = first_of(object_, names);
  if (!value) return 0;
  const auto said = time_in(*value);
  if (!said) wrong(names, "a time", *value);
  return said.value_or(0);
}

std::uint64_t JsonSpan::count(Names names) {
  const auto value = first_of(object_, names);
  if (!value) return 0;
  const auto said = count_of(*value);
  if (!said) wrong(names, "a whole number", *value);
  return said.value_or(0);
}

void JsonSpan::add_link(std::string_view trace, std::string_view span_text) {
  const Link link{trace_id(trace), span_id(span_text)};
  if (!trace.empty() && link.span != 0) links_.push_back(link);
}

void JsonSpan::add(Attributes& to, dom::object said) { add_object(to, {}, said, deepest_attribute); }
void JsonSpan::add(Attributes& to, std::string_view key, dom::element value) {
  add_value(to, std::string(key), value, deepest_attribute);
}

void JsonSpan::put(std::string_view trace, std::string_view id, std::string_view parent) {
  span.trace = trace_id(trace);
  span.id = id.empty() ? 0 : span_id(id);
  if (trace.empty() || span.id == 0 || span.trace == TraceId{})
    return json_.skip(at_, "a span without its ids", "it belongs to no trace and was left out");
  span.parent = parent.empty() ? 0 : span_id(parent);
  span.error = span.error || error_of(attributes);
  const auto by_state = trace_state.empty() ? std::nullopt : tracestate_probability(trace_state);
  const auto said = by_state ? by_state : probability_of(attributes);
  span.probability_known = said.has_value();
  span.probability = said.value_or(1);
  span.links = links_;
  std::string buffer;
  span.resource = json_.sink().resource(resource_of(resource));
  span.operation = json_.sink().operation(operation_of(attributes, name, buffer));
  span.peer = json_.sink().peer(peer_of(attributes, span.kind));
  json_.sink().span(span);
}

std::optional<dom::object> object_in(dom::object owner, std::string_view key) {
  const auto value = field(owner, key);
  dom::object object;
  if (!value || value->get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

bool is_failure(dom::element code) {
  const auto text = text_of(code);
  if (!text) return number_of(code) == 2;
  const std::string said = lower(*text);
  return said == "error" || said == "status_code_error" || said == "2";
}

Framing framing_of_objects(std::string_view head, std::span<const std::string_view> keys) {
  return {.cut = has_lines(trim(head)) ? Framing::Cut::lines : Framing::Cut::elements, .keys = keys};
}

}  // namespace nsew
