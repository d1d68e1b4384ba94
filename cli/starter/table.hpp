// The targets, one constant in a file each.
#pragma once

#include "starter/target.hpp"

namespace nsew::starter {

extern const Target gateway_api_target;

}  // namespace nsew::starter
