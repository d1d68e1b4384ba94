// The one way in which numbers are printed for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "measure/facts.hpp"

namespace nsew {

std::string count(double);          // 1 234 567; 12.3 M from a hundred million on
std::string percent(double share);  // 0.4237 -> 42.4 %
std::string percent_range(double low, double high);
std::string milliseconds(double);         // 0.8 ms, 12 ms, 1.2 s
std::string bytes(double);                // 1.2 GB
std::string signed_points(double);        // +3.2, −4
std::string timestamp(std::uint64_t ns);  // 2026-11-02T09:00:00Z
std::string shown(const FactValue&);      // a fact's value in a sentence

// `text` cut or padded to `width` columns; counts code points.
std::string fit(const std::string& text, std::size_t width);
std::size_t columns(const std::string& text);

}  // namespace nsew
