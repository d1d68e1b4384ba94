// YAML of generated files: block style, keys in the order written, the same bytes everywhere. A key that begins with
// '#' is a comment above the next key, so that a number and its evidence stay together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace nsew::starter {

using Json = nlohmann::ordered_json;

inline std::string note(std::string_view text) { return "#" + std::string(text); }

std::string yaml_of(const Json& document);
std::string yaml_of(const std::vector<Json>& documents);  // separated by ---

}  // namespace nsew::starter
