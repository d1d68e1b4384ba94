#pragma once

#include <string_view>

namespace nsew {
inline constexpr std::string_view version = NSEW_VERSION;
}
