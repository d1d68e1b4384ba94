#include "judge/fact_value.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

double number_in_range(const FactInfo& row, const Yaml& at) {
  const double value = number_of(at);
  if (value >= row.low && value <= row.high) return value;
  const auto range = row.high <= 1e300 ? fmt::format("between {} and {}", number(row.low), number(row.high))
                                       : fmt::format("at least {}", number(row.low));
  refuse(at, fmt::format("{} is not a value of '{}'", number(value), row.name), fmt::format("it must be {}", range));
}

std::string word_in_list(const FactInfo& row, const Yaml& at) {
  std::string text = text_of(at);
  if (row.words.empty() || std::ranges::find(row.words, text) != row.words.end()) return text;
  const std::vector<std::string> words(row.words.begin(), row.words.end());
  refuse_name(at, fmt::format("'{}' is not a value of '{}'", text, row.name), text, words,
              fmt::format("it must be one of {}", join(words, ", ")));
}

Fact interval_fact(const FactInfo& row, const Yaml& map) {
  Fact fact;
  bool valued = false;
  for (const auto& [key, place, value] : entries(map)) {
    if (key == "value") {
      fact.value = number_in_range(row, value);
      valued = true;
    } else if (key == "low") {
      fact.low = number_in_range(row, value);
    } else if (key == "high") {
      fact.high = number_in_range(row, value);
    } else {
      refuse_name(place, fmt::format("an interval has no '{}'", key), key, {"value", "low", "high"});
    }
  }
  if (!valued) refuse(map, fmt::format("'{}' has an interval but no value", row.name));
  if (low_end(fact) > high_end(fact)) refuse(map, fmt::format("the interval of '{}' is upside down", row.name));
  return fact;
}

Fact fact_of(const FactInfo& row, const Yaml& value) {
  if (row.type == FactType::number && value.node.IsMap()) return interval_fact(row, value);
  Fact fact;
  fact.value = fact_value(row, value);
  return fact;
}

bool is_section(const std::string& key) {
  const auto names = fact_names();
  return std::ranges::any_of(names, [&](const std::string& name) { return name.starts_with(key + "."); });
}

void read_into(FactSheet& sheet, const std::string& name, const YamlEntry& entry, const std::string& source) {
  const FactInfo& row = fact_named(entry.place, name);
  if (entry.value.node.IsNull()) return;
  Fact fact = fact_of(row, entry.value);
  fact.origin = Origin::declared;
  fact.source = source;
  if (!sheet.facts.emplace(name, std::move(fact)).second) refuse(entry.place, fmt::format("'{}' is given twice", name));
}

}  // namespace

std::vector<std::string> fact_names() {
  std::vector<std::string> names;
  for (const FactInfo& row : fact_table()) names.emplace_back(row.name);
  return names;
}

const FactInfo& fact_named(const Yaml& at, std::string_view name) {
  if (const FactInfo* row = fact_called(name)) return *row;
  refuse_name(at, fmt::format("no fact is called '{}'", name), name, fact_names(), "see `nsew list facts`");
}

FactValue fact_value(const FactInfo& row, const Yaml& at) {
  switch (row.type) {
    case FactType::number:
      return number_in_range(row, at);
    case FactType::boolean:
      return truth_of(at);
    case FactType::word:
      return word_in_list(row, at);
    case FactType::numbers: {
      std::vector<double> numbers;
      for (const Yaml& item : items(at)) numbers.push_back(number_in_range(row, item));
      return numbers;
    }
    case FactType::words: {
      std::vector<std::string> words;
      for (const Yaml& item : items(at)) words.push_back(word_in_list(row, item));
      return words;
    }
  }
  return 0.0;
}

FactSheet read_sheet(const Yaml& map, const std::string& source) {
  FactSheet sheet;
  if (map.node.IsNull()) return sheet;
  for (const YamlEntry& entry : entries(map)) {
    if (!is_section(entry.key) || !(entry.value.node.IsMap() || entry.value.node.IsNull())) {
      read_into(sheet, entry.key, entry, source);
      continue;
    }
    if (entry.value.node.IsNull()) continue;
    for (const YamlEntry& inner : entries(entry.value)) read_into(sheet, entry.key + "." + inner.key, inner, source);
  }
  return sheet;
}

}  // namespace nsew
