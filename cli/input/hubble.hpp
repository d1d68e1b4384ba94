// Cilium Hubble flows as JSON lines.
#pragma once

#include <cstdint>
#include <string_view>

#include "input/reader.hpp"

namespace nsew {

extern const Reader hubble_reader;

// The party that an endpoint object of a flow describes: names from whole label keys, and of several reserved words one
// by precedence. `raw` is JSON followed by Frame::padding readable bytes; the views live until the next call. Throws
// simdjson::simdjson_error on what is no endpoint.
Party hubble_party(std::string_view raw);

}  // namespace nsew
