#include "input/json_values.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace nsew {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view blanks = " \t\r\n";

// From the quote at `at` to behind the closing one, or to the end.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

simdjson::padded_string_view padded(std::string_view text) {
  return simdjson::padded_string_view(text.data(), text.size(), text.size() + Frame::padding);
}

// Walks a value to its end; stops at the first error and at the depth that simdjson bears.
simdjson::error_code visit(simdjson::ondemand::value value, std::size_t depth_left) {
  simdjson::ondemand::json_type type{};
  if (depth_left == 0) return simdjson::DEPTH_ERROR;
  if (const auto error = value.type().get(type)) return error;
  if (type == simdjson::ondemand::json_type::array) {
    for (auto item : value.get_array()) {
      simdjson::ondemand::value inner;
      if (const auto error = item.get(inner)) return error;
      if (const auto error = visit(inner, depth_left - 1)) return error;
    }
    return simdjson::SUCCESS;
  }
  if (type == simdjson::ondemand::json_type::object) {
    for (auto member : value.get_object()) {
      simdjson::ondemand::value inner;
      if (member.error()) return member.error();
      if (const auto error = member.value().get(inner)) return error;
      if (const auto error = visit(inner, depth_left - 1)) return error;
    }
    return simdjson::SUCCESS;
  }
  if (type == simdjson::ondemand::json_type::string) return value.get_string().error();
  if (type == simdjson::ondemand::json_type::boolean) return value.get_bool().error();
  if (type == simdjson::ondemand::json_type::number) return value.get_double().error();
  bool null = false;
  const auto error = value.is_null().get(null);
  return error == simdjson::SUCCESS && !null ? simdjson::N_ATOM_ERROR : error;
}

// Where a frame stops being JSON; null when that cannot be told.
const char* place_of_error(const Frame& frame) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(padded(frame.text)).get(document) != simdjson::SUCCESS) return nullptr;
  simdjson::ondemand::value value;
  if (document.get_value().get(value) == simdjson::SUCCESS) static_cast<void>(visit(value, parser.max_depth() - 2));
  const char* place = nullptr;
  if (document.current_location().get(place) != simdjson::SUCCESS) return nullptr;
  const bool inside = place >= frame.text.data() && place <= frame.text.data() + frame.text.size();
  return inside ? place : nullptr;
}

std::string_view says(simdjson::error_code error) {
  switch (error) {
    case simdjson::DEPTH_ERROR:
      return "nested too deeply";
    case simdjson::UTF8_ERROR:
      return "not UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a string that does not end";
    case simdjson::EMPTY:
      return "empty";
    default:
      return "not valid JSON";
  }
}

}  // namespace

bool has_key(std::string_view head, std::string_view key, unsigned depth) {
  unsigned now = 0;
  for (std::size_t at = 0; at < head.size();) {
    const char c = head[at];
    now += c == '{' || c == '[' ? 1U : 0U;
    now -= (c == '}' || c == ']') && now > 0 ? 1U : 0U;
    if (c != '"') {
      ++at;
      continue;
    }
    const auto end = end_of_string(head, at);
    const auto colon = head.find_first_not_of(blanks, end);
    const bool is_key = colon != std::string_view::npos && head[colon] == ':';
    if (is_key && now <= depth && head.substr(at + 1, end - at - 2) == key) return true;
    at = end;
  }
  return false;
}

bool is_one_document(std::string_view head) {
  unsigned depth = 0;
  for (std::size_t at = 0; at < head.size();) {
    const char c = head[at];
    if (c == '\n' && depth > 0) return true;
    depth += c == '{' || c == '[' ? 1U : 0U;
    if ((c == '}' || c == ']') && --depth == 0) return head.find_first_not_of(blanks, at + 1) == std::string_view::npos;
    at = c == '"' ? end_of_string(head, at) : at + 1;
  }
  return false;
}

JsonFrame::JsonFrame(const Frame& frame, RecordSink& sink, simdjson::dom::parser& parser) : frame_(frame), sink_(sink) {
  element root;
  const auto error = parser.parse(frame.text.data(), frame.text.size(), false).get(root);
  if (error == simdjson::SUCCESS) {
    root_ = root;
    return;
  }
  sink.skip(frame, place_of_error(frame), says(error), "the rest is read; see whether the file was cut or edited");
}

const char* JsonFrame::place_of(std::string_view pointer) {
  constexpr unsigned enough = 64;  // looking a place up costs as much as reading the frame
  const char* const begin = frame_.text.data();
  if (as_text_at_) pointer = *as_text_at_;
  if (pointer.empty() || ++places_ > enough) return begin;
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(padded(frame_.text)).get(document) != simdjson::SUCCESS) return begin;
  simdjson::ondemand::value value;
  if (document.at_pointer(pointer).get(value) != simdjson::SUCCESS) return begin;
  return value.raw_json_token().data();
}

void JsonFrame::skip(std::string_view pointer, std::string_view message, std::string_view hint) {
  sink_.skip(frame_, place_of(pointer), message, hint);
}

void JsonFrame::note(std::string_view pointer, Severity level, std::string_view message, std::string_view hint) {
  sink_.note(frame_, place_of(pointer), level, message, hint);
}

std::optional<element> field(simdjson::dom::object object, std::string_view key) {
  element value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::optional<std::string_view> text_of(element value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<double> number_of(element value) {
  double number = 0;
  if (value.get_double().get(number) == simdjson::SUCCESS) return number;
  const auto text = text_of(value);
  return text ? to_number(*text) : std::nullopt;
}

std::optional<std::uint64_t> count_of(element value) {
  std::uint64_t count = 0;
  if (value.get_uint64().get(count) == simdjson::SUCCESS) return count;
  const auto text = text_of(value);
  if (const auto whole = text ? to_integer(*text) : std::nullopt; whole && *whole >= 0)
    return static_cast<std::uint64_t>(*whole);
  const auto number = number_of(value);
  const bool fits = number && *number >= 0 && *number < 1.8e19 && std::floor(*number) == *number;
  return fits ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

std::string_view type_of(element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "an array";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "text";
    case element_type::BOOL:
      return "a truth value";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

std::uint64_t count_at(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? count_of(*value).value_or(0) : 0;
}

}  // namespace nsew
