#pragma once

#include "graph/build.hpp"

namespace nsew {

// rules/platform.yaml as it was built in. Throws Failure(2): a platform file that cannot be read is a defect.
PlatformKnowledge platform_knowledge();

}  // namespace nsew
