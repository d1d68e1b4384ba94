#include "input/json_object.hpp"

#include <fmt/format.h>

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view keep_hint = "the record is read without it";

// RFC 6901
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) c == '~' ? text += "~0" : c == '/' ? text += "~1" : text += c;
  return text;
}

}  // namespace

std::string JsonObject::pointer() const {
  if (above_ == nullptr) return at_;
  std::string text = fmt::format("{}/{}", above_->pointer(), escaped(key_));
  if (index_ != no_index) text += fmt::format("/{}", index_);
  return text;
}

void JsonObject::skip(std::string_view message, std::string_view hint) const { json_->skip(pointer(), message, hint); }

void JsonObject::note(std::string_view message, std::string_view hint) const {
  json_->note(pointer(), Severity::warning, message, hint);
}

void JsonObject::wrong(std::string_view key, std::string_view wanted, Element found) const {
  json_->note(fmt::format("{}/{}", pointer(), escaped(key)), Severity::warning,
              fmt::format("{} should be {}, not {}", key, wanted, type_of(found)), keep_hint);
}

std::string_view JsonObject::text(std::string_view key) const {
  const auto value = raw(key);
  const auto said = value ? text_of(*value) : std::string_view{};
  if (!said) wrong(key, "text", *value);
  return said.value_or(std::string_view{});
}

std::string JsonObject::id(std::string_view key) const {
  const auto value = raw(key);
  if (!value) return {};
  if (const auto said = text_of(*value)) return std::string(*said);
  const auto number = count_of(*value);
  return number ? fmt::format("{:x}", *number) : std::string{};
}

std::string JsonObject::name(std::string_view key) const {
  const auto value = raw(key);
  if (!value) return {};
  if (const auto said = text_of(*value)) return std::string(*said);
  const auto number = count_of(*value);
  return number ? fmt::format("{}", *number) : std::string{};
}

std::optional<std::uint64_t> JsonObject::count(std::string_view key) const {
  const auto value = raw(key);
  const auto said = value ? count_of(*value) : std::nullopt;
  if (value && !said) wrong(key, "a whole number", *value);
  return said;
}

std::optional<double> JsonObject::number(std::string_view key) const {
  const auto value = raw(key);
  const auto said = value ? number_of(*value) : std::nullopt;
  if (value && !said) wrong(key, "a number", *value);
  return said;
}

bool JsonObject::flag(std::string_view key) const {
  const auto value = raw(key);
  bool set = false;
  if (value && value->get_bool().get(set) != simdjson::SUCCESS) wrong(key, "true or false", *value);
  return set;
}

std::optional<JsonObject> JsonObject::object(std::string_view key) const {
  const auto value = raw(key);
  simdjson::dom::object inner;
  if (!value) return std::nullopt;
  if (value->get_object().get(inner) == simdjson::SUCCESS) return JsonObject(*this, inner, key);
  wrong(key, "an object", *value);
  return std::nullopt;
}

void JsonObject::add_to(Attributes& attributes) const {
  for (const auto& [key, value] : object_) add_value(attributes, key, value);
}

namespace {

constexpr unsigned most_nested = 2;  // [[{

void each_in(JsonFrame& json, dom::element element, std::string_view what, const std::string& at, unsigned depth,
             const std::function<void(const JsonObject&)>& each) {
  dom::object object;
  dom::array list;
  if (element.get_object().get(object) == simdjson::SUCCESS) return each(JsonObject(json, object, at));
  if (depth == most_nested || element.get_array().get(list) != simdjson::SUCCESS)
    return json.skip(at, fmt::format("{} should be an object, not {}", what, type_of(element)), "the rest is read");
  std::size_t place = 0;
  for (const dom::element item : list) each_in(json, item, what, fmt::format("{}/{}", at, place++), depth + 1, each);
}

}  // namespace

void each_object(JsonFrame& json, std::string_view what, const std::function<void(const JsonObject&)>& each) {
  if (json.root()) each_in(json, *json.root(), what, "", 0, each);
}

Framing list_or_lines(std::string_view head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && head[first] == '[') return {.cut = Framing::Cut::elements, .keys = {}};
  return {.cut = is_one_document(head) ? Framing::Cut::whole : Framing::Cut::lines, .keys = {}};
}

void add_value(Attributes& attributes, std::string_view key, simdjson::dom::element value) {
  bool truth = false;
  double number = 0;
  if (const auto said = text_of(value))
    attributes.add(key, *said);
  else if (value.get_bool().get(truth) == simdjson::SUCCESS)
    attributes.add(key, truth ? "true" : "false");
  else if (value.get_double().get(number) == simdjson::SUCCESS)
    attributes.add(key, number);
}

}  // namespace nsew
