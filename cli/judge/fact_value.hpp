// One fact as users write it.
#pragma once

#include "judge/yaml.hpp"
#include "measure/facts.hpp"

namespace nsew {

std::vector<std::string> fact_names();

// Refuses a name that no fact has.
const FactInfo& fact_named(const Yaml& at, std::string_view name);

// Refuses wrong types, words that the fact does not know and numbers outside its range.
FactValue fact_value(const FactInfo&, const Yaml&);

// A sheet, nested or dotted; null = unknown; {value, low, high} for a number with its interval.
FactSheet read_sheet(const Yaml&, const std::string& source);

}  // namespace nsew
