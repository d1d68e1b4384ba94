#include "judge/yaml.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

Location location(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return {file, 0, 0};
  return {file, static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

Yaml child(const Yaml& parent, const YAML::Node& node) {
  return {node, location(parent.file->name, node.Mark()), parent.file};
}

}  // namespace

Yaml parse_yaml(std::string_view text, YamlFile file) {
  auto shared = std::make_shared<const YamlFile>(std::move(file));
  try {
    const YAML::Node node = YAML::Load(std::string(text));
    return {node, location(shared->name, node.Mark()), shared};
  } catch (const YAML::Exception& problem) {
    throw Failure(shared->exit_code, problem.msg, location(shared->name, problem.mark));
  }
}

void refuse(const Yaml& at, const std::string& message, const std::string& hint) {
  throw Failure(at.file->exit_code, message, at.where, hint);
}

void refuse_name(const Yaml& at, const std::string& message, std::string_view word,
                 const std::vector<std::string>& names, const std::string& otherwise) {
  const auto near = nearest(word, names);
  refuse(at, message, near ? fmt::format("did you mean '{}'?", *near) : otherwise);
}

std::vector<YamlEntry> entries(const Yaml& map) {
  if (!map.node.IsMap()) refuse(map, "this must be a mapping of names to values");
  std::vector<YamlEntry> result;
  std::set<std::string> seen;
  for (const auto& entry : map.node) {
    const Yaml key = child(map, entry.first);
    std::string name = text_of(key);
    if (!seen.insert(name).second) refuse(key, fmt::format("'{}' is given twice", name));
    Yaml value = child(map, entry.second);
    if (entry.second.IsNull()) value.where = key.where;  // an empty value has the place of the next token
    result.push_back({std::move(name), key, std::move(value)});
  }
  return result;
}

std::vector<Yaml> items(const Yaml& list) {
  if (!list.node.IsSequence()) refuse(list, "this must be a list");
  std::vector<Yaml> result;
  for (const auto& item : list.node) result.push_back(child(list, item));
  return result;
}

std::string text_of(const Yaml& scalar) {
  if (!scalar.node.IsScalar()) refuse(scalar, "this must be a single word or number");
  return scalar.node.Scalar();
}

double number_of(const Yaml& scalar) {
  const std::string text = text_of(scalar);
  if (text == ".inf" || text == "inf") return std::numeric_limits<double>::infinity();
  const auto value = to_number(text);
  if (!value || !std::isfinite(*value)) refuse(scalar, fmt::format("'{}' is not a number", text));
  return *value;
}

bool truth_of(const Yaml& scalar) { return word_of(scalar, {"false", "true"}) == "true"; }

std::vector<std::string> texts_of(const Yaml& list) {
  if (list.node.IsScalar()) return {list.node.Scalar()};
  std::vector<std::string> result;
  for (const Yaml& item : items(list)) result.push_back(text_of(item));
  return result;
}

std::pair<double, double> pair_of(const Yaml& list) {
  const auto ends = items(list);
  if (ends.size() != 2) refuse(list, "this must be two numbers: [low, high]");
  return {number_of(ends[0]), number_of(ends[1])};
}

std::string word_of(const Yaml& scalar, const std::vector<std::string>& words) {
  std::string text = text_of(scalar);
  if (std::ranges::find(words, text) == words.end())
    refuse_name(scalar, fmt::format("'{}' is none of {}", text, join(words, ", ")), text, words);
  return text;
}

}  // namespace nsew
