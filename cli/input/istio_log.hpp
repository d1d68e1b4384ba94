// Istio's access logs: sidecars, gateways and waypoints.
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader istio_log_reader;

}  // namespace nsew
