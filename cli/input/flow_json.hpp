// JSON objects as flow logs write them: what is absent, null or of another type is empty.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/flow_record.hpp"
#include "input/json_values.hpp"

namespace nsew {

std::string_view text_at(simdjson::dom::object, std::string_view key);
std::optional<simdjson::dom::object> object_at(simdjson::dom::object, std::string_view key);

// Nothing for a port or protocol that is none; 0 for one that is absent. Text or number.
std::optional<std::uint16_t> port_at(simdjson::dom::object, std::string_view key);
std::optional<std::uint8_t> protocol_at(simdjson::dom::object, std::string_view key);

// Whether the first JSON objects of the input, outermost or in lists, show these words. For recognising only.
bool all_in(std::string_view head, std::initializer_list<std::string_view> words);

// The framing of a format whose records are lines of objects, one array, or the array under a key.
Framing lines_or_elements(std::string_view head, std::span<const std::string_view> keys);

}  // namespace nsew
