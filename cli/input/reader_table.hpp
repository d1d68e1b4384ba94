// Every reader by name; reader_table.cpp puts them in order.
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader otlp_json;

}  // namespace nsew
