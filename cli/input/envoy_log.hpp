// Access logs of Envoy without Istio: its default format, and Envoy Gateway's JSON.
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader envoy_log_reader;

}  // namespace nsew
