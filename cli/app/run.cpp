#include "app/run.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "base/version.hpp"

namespace nsew {

int run(int, const char* const*) {
  fmt::print("nsew {}\n", version);
  return 0;
}

}  // namespace nsew
