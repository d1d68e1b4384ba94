// YAML that nsew's users write, read strictly: every refusal names a place, and the nearest word where one is misspelt.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/diagnostics.hpp"

namespace nsew {

struct YamlFile {
  std::string name;
  int exit_code = exit_code::unreadable;  // of a refusal
};

struct Yaml {
  YAML::Node node;
  Location where;
  std::shared_ptr<const YamlFile> file;
};

struct YamlEntry {
  std::string key;
  Yaml place;  // of the key
  Yaml value;
};

Yaml parse_yaml(std::string_view text, YamlFile);

[[noreturn]] void refuse(const Yaml&, const std::string& message, const std::string& hint = {});
// "no fact is called 'x'", with the nearest of the names as hint, else `otherwise`.
[[noreturn]] void refuse_name(const Yaml&, const std::string& message, std::string_view word,
                              const std::vector<std::string>& names, const std::string& otherwise = {});

std::vector<YamlEntry> entries(const Yaml&);  // of a mapping; a key given twice is refused
std::vector<Yaml> items(const Yaml&);         // of a list
std::string text_of(const Yaml&);             // a scalar
double number_of(const Yaml&);
bool truth_of(const Yaml&);
std::vector<std::string> texts_of(const Yaml&);                           // a list of scalars, or one
std::pair<double, double> pair_of(const Yaml&);                           // [low, high]
std::string word_of(const Yaml&, const std::vector<std::string>& words);  // one of these

}  // namespace nsew
