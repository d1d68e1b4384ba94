// Times as logs write them.
#pragma once

#include <cstdint>
#include <string_view>

namespace nsew {

// RFC 3339 ("2022-08-22T13:08:23.188Z", "…+02:00", any number of decimals) as nanoseconds since 1970; 0 if it is not.
std::uint64_t timestamp_ns(std::string_view text);

}  // namespace nsew
