#pragma once

#include "starter/bundle.hpp"

namespace nsew::starter {

void write_install(Bundle&);

}  // namespace nsew::starter
