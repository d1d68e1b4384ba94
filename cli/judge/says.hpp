// Sentences with the numbers filled in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "measure/facts.hpp"

namespace nsew {

// The names in braces of a template.
std::vector<std::string> names_in(std::string_view text);

// Each {name} replaced by the extra word or the fact of that name.
std::string fill_in(std::string_view text, const FactSheet&, const std::map<std::string, std::string>& extra);

std::string points_text(double);  // one decimal at most

}  // namespace nsew
