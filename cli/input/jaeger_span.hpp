// A span as Jaeger writes it, with its process inside: in its API's answers and in its Elasticsearch documents.
#pragma once

#include <string>

#include "input/json_values.hpp"

namespace nsew {

void read_jaeger_span(JsonFrame& json, simdjson::dom::object span, const std::string& at);

}  // namespace nsew
