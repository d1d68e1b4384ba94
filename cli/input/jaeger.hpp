// Jaeger's JSON: what its UI saves and its API answers, {"data":[{traceID, spans, processes}]}, and parts of it.
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader jaeger_reader;

}  // namespace nsew
