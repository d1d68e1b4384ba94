// Fact sheets as files: what `-o facts` writes, `--facts` reads.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "judge/fact_value.hpp"
#include "judge/verdict.hpp"

namespace nsew {
namespace {

std::string yaml_number(double value) { return std::isinf(value) ? ".inf" : number(value); }

struct ToYaml {
  std::string operator()(double value) const { return yaml_number(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return escape::yaml(value); }
  std::string operator()(const std::vector<double>& values) const {
    std::vector<std::string> parts;
    std::ranges::transform(values, std::back_inserter(parts), yaml_number);
    return fmt::format("[{}]", join(parts, ", "));
  }
  std::string operator()(const std::vector<std::string>& values) const {
    std::vector<std::string> parts;
    std::ranges::transform(values, std::back_inserter(parts), [](const auto& value) { return escape::yaml(value); });
    return fmt::format("[{}]", join(parts, ", "));
  }
};

std::string value_text(const Fact& fact) {
  std::string value = std::visit(ToYaml{}, fact.value);
  if (!fact.low && !fact.high) return value;
  return fmt::format("{{value: {}, low: {}, high: {}}}", value, yaml_number(low_end(fact)),
                     yaml_number(high_end(fact)));
}

// What follows from other facts or is assumed is shown, but not stated: reading the sheet back works it out again.
std::string line_of(const FactInfo& row, std::string_view name, const Fact* fact) {
  if (!fact) return row.derived ? std::string() : fmt::format("  {}: null\n", name);
  const std::string origin(name_of(fact->origin));
  const bool stated = fact->origin != Origin::assumed && fact->source != name_of(Origin::derived);
  const bool more = !fact->source.empty() && fact->source != origin;
  return fmt::format("  {}{}: {}  # {}{}\n", stated ? "" : "# ", name, value_text(*fact), origin,
                     more ? ", " + escape::yaml_comment(fact->source) : "");
}

}  // namespace

FactSheet facts_from_yaml(std::string_view text, const std::string& name) {
  return read_sheet(parse_yaml(text, {name, exit_code::usage}), name);
}

Fact fact_from_text(std::string_view name, std::string_view value, const std::string& source) {
  Yaml yaml = parse_yaml(value, {source, exit_code::usage});
  yaml.where = {source, 0, 0};
  const FactInfo& row = fact_named(yaml, name);
  if (yaml.node.IsNull()) refuse(yaml, fmt::format("'{}' needs a value", name));
  Fact fact;
  fact.value = fact_value(row, yaml);
  fact.origin = Origin::declared;
  fact.source = source;
  return fact;
}

std::string to_yaml(const FactSheet& sheet) {
  std::string text, section;
  for (const FactInfo& row : fact_table()) {
    const auto dot = row.name.find('.');
    if (row.name.substr(0, dot) != section) {
      section = row.name.substr(0, dot);
      text += section + ":\n";
    }
    text += line_of(row, row.name.substr(dot + 1), sheet.find(row.name));
  }
  return text;
}

}  // namespace nsew
