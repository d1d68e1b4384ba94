// Zipkin v2 span lists: [span, …] and [[span, …], …].
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader zipkin_reader;

}  // namespace nsew
