#include "input/flow_json.hpp"

#include <algorithm>

namespace nsew {

std::string_view text_at(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? text_of(*value).value_or("") : std::string_view{};
}

std::optional<simdjson::dom::object> object_at(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  simdjson::dom::object inner;
  if (!value || value->get_object().get(inner) != simdjson::SUCCESS) return std::nullopt;
  return inner;
}

std::optional<std::uint16_t> port_at(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  if (!value) return 0;
  if (const auto text = text_of(*value)) return port_of(*text);
  const auto number = count_of(*value);
  return number && *number <= 65535 ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

std::optional<std::uint8_t> protocol_at(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  if (!value) return 0;
  if (const auto text = text_of(*value)) return ip_protocol(*text);
  const auto number = count_of(*value);
  return number && *number <= 255 ? std::optional(static_cast<std::uint8_t>(*number)) : std::nullopt;
}

bool all_in(std::string_view head, std::initializer_list<std::string_view> words) {
  return std::ranges::all_of(words, [&](std::string_view word) { return head.find(word) != std::string_view::npos; });
}

Framing lines_or_elements(std::string_view head, std::span<const std::string_view> keys) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool list = begin != std::string_view::npos && head[begin] == '[';
  const bool one_long_line = head.find('\n') == std::string_view::npos;  // an answer of an API, as curl leaves it
  if (list || one_long_line || is_one_document(head)) return {.cut = Framing::Cut::elements, .keys = keys};
  return {.cut = Framing::Cut::lines, .keys = {}};
}

}  // namespace nsew
