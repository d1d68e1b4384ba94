// The ends of a Cilium Hubble flow.
#pragma once

#include <string_view>

#include "input/record.hpp"

namespace nsew {

// The party that an endpoint object describes: names from whole label keys, and of several reserved words one
// by precedence. `raw` is JSON followed by Frame::padding readable bytes; the views live until the next call. Throws
// simdjson::simdjson_error on what is no endpoint.
Party hubble_party(std::string_view raw);

}  // namespace nsew
