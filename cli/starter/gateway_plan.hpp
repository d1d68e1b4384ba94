// What the plans of the gateway targets share.
#pragma once

#include "starter/portable.hpp"

namespace nsew::starter {

// The first lines: what this is, what nsew's own verdict says, what the namespaces rest on.
void plan_the_start(Bundle&, const std::string& title, const Members&);
void check_the_gateway(Bundle&, const Surface&, const Site&);

// Nothing enters the system: said, and nothing else written.
std::vector<StarterFile> nothing_enters(Bundle&, const Surface&);

}  // namespace nsew::starter
