// The targets, one constant in a file each.
#pragma once

#include "starter/target.hpp"

namespace nsew::starter {

extern const Target gateway_api_target;
extern const Target envoy_gateway_target;
extern const Target istio_ambient_target;

}  // namespace nsew::starter
