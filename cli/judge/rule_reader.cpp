#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "judge/fact_value.hpp"
#include "judge/readers.hpp"

namespace nsew {
namespace {

constexpr std::string_view kind_words[] = {"points", "gate", "guard", "fit", "advice"};

struct Field {
  std::string_view name;
  std::function<void(Rule&, const Yaml&)> read;
};

void read_ramp(Curve& curve, const Yaml& list) {
  curve.shape = Curve::Shape::ramp;
  for (const Yaml& item : items(list)) {
    const auto point = pair_of(item);
    if (!curve.at.empty() && point.first <= curve.at.back().first) refuse(item, "a ramp must rise from left to right");
    curve.at.push_back(point);
  }
  if (curve.at.size() < 2) refuse(list, "a ramp needs two points");
  curve.low = std::ranges::min(curve.at, {}, &std::pair<double, double>::second).second;
  curve.high = std::ranges::max(curve.at, {}, &std::pair<double, double>::second).second;
}

void read_amount(Curve& curve, Curve::Shape shape, const Yaml& value) {
  curve.shape = shape;
  curve.amount = number_of(value);
}

void read_of(Curve& curve, const Yaml& value) {
  const FactInfo& row = fact_named(value, text_of(value));
  if (row.type != FactType::number) refuse(value, fmt::format("'{}' is not a number", row.name));
  curve.of = row.name;
}

void read_curve_key(Curve& curve, const YamlEntry& entry) {
  if (entry.key == "of") return read_of(curve, entry.value);
  if (entry.key == "per_doubling") return read_amount(curve, Curve::Shape::per_doubling, entry.value);
  if (entry.key == "per_unit") return read_amount(curve, Curve::Shape::per_unit, entry.value);
  if (entry.key == "ramp") return read_ramp(curve, entry.value);
  if (entry.key == "times") return static_cast<void>(curve.times = number_of(entry.value));
  if (entry.key == "plus") return static_cast<void>(curve.plus = number_of(entry.value));
  if (entry.key == "zero_at") return static_cast<void>(curve.zero_at = number_of(entry.value));
  if (entry.key == "between") return static_cast<void>(std::tie(curve.low, curve.high) = pair_of(entry.value));
  if (entry.key == "take")
    return static_cast<void>(curve.nearest_zero = !word_of(entry.value, {"nearest_zero"}).empty());
  refuse_name(entry.place, fmt::format("points have no '{}'", entry.key), entry.key,
              {"of", "per_doubling", "per_unit", "ramp", "times", "plus", "zero_at", "between", "take"});
}

RuleKind read_kind(const Yaml& value) {
  const auto word = word_of(value, {std::begin(kind_words), std::end(kind_words)});
  return static_cast<RuleKind>(std::ranges::find(kind_words, word) - std::begin(kind_words));
}

void read_id(Rule& rule, const Yaml& value) {
  const std::string id = text_of(value);
  if (id != rule.id) refuse(value, fmt::format("the id '{}' is not the name of the file, '{}'", id, rule.id));
}

void read_example_key(Example& example, const YamlEntry& entry) {
  if (entry.key == "facts")
    example.facts = read_sheet(entry.value, entry.value.file->name);
  else if (entry.key == "need")
    example.need = read_need(entry.value);
  else if (entry.key == "grown")
    example.grown = read_need(entry.value);
  else if (entry.key == "points")
    example.points = number_of(entry.value);
  else if (entry.key == "fires")
    example.fires = truth_of(entry.value);
  else if (entry.key == "effect")
    example.effect = text_of(entry.value);
  else
    refuse_name(entry.place, fmt::format("an example has no '{}'", entry.key), entry.key,
                {"facts", "need", "grown", "points", "fires", "effect"});
}

void read_examples(Rule& rule, const Yaml& list) {
  for (const Yaml& item : items(list)) {
    Example example;
    example.where = item.where;
    for (const YamlEntry& entry : entries(item)) read_example_key(example, entry);
    if (!example.points && !example.fires && !example.effect)
      refuse(item, "an example must state `points`, `fires` or `effect`");
    rule.examples.push_back(std::move(example));
  }
}

void read_needs(Rule& rule, const Yaml& value) {
  if (value.node.IsScalar())
    rule.need = {read_need(value)};
  else
    for (const Yaml& item : items(value)) rule.need.push_back(read_need(item));
}

std::vector<Field> fields(const std::vector<std::string>& families) {
  return {
      {"id", read_id},
      {"title", [](Rule& rule, const Yaml& value) { rule.title = text_of(value); }},
      {"kind", [](Rule& rule, const Yaml& value) { rule.kind = read_kind(value); }},
      {"family", [families](Rule& rule, const Yaml& value) { rule.family = word_of(value, families); }},
      {"need", read_needs},
      {"when", [](Rule& rule, const Yaml& value) { join_conditions(rule.when, read_condition(value)); }},
      {"any", [](Rule& rule, const Yaml& value) { join_conditions(rule.when, read_any(value)); }},
      {"not", [](Rule& rule, const Yaml& value) { join_conditions(rule.when, read_not(value)); }},
      {"points", [](Rule& rule, const Yaml& value) { rule.curve = read_curve(value); }},
      {"then", [families](Rule& rule, const Yaml& value) { rule.then = read_effects(value, families); }},
      {"says",
       [](Rule& rule, const Yaml& value) {
         check_template(value, {"points"});
         rule.says = text_of(value);
       }},
      {"why", [](Rule& rule, const Yaml& value) { rule.why = text_of(value); }},
      {"source", [](Rule& rule, const Yaml& value) { rule.source = texts_of(value); }},
      {"remedy", [](Rule& rule, const Yaml& value) { rule.remedy = text_of(value); }},
      {"examples", read_examples},
  };
}

void require(bool holds, const Yaml& rule, const std::string& message) {
  if (!holds) refuse(rule, message);
}

void check_shape(const Rule& rule, const Yaml& at) {
  for (const auto& [name, text] : {std::pair<std::string_view, const std::string&>{"title", rule.title},
                                   {"why", rule.why},
                                   {"says", rule.says},
                                   {"remedy", rule.remedy}})
    require(!text.empty(), at, fmt::format("the rule has no `{}`", name));
  require(!rule.source.empty(), at, "the rule has no `source`");
  const bool points = rule.kind == RuleKind::points;
  require(points == rule.curve.has_value(), at, "a rule has `points` if and only if it has a `family`");
  require(points || !rule.when.empty() || !rule.need.empty(), at, "the rule never says when it applies");
  const bool effects = rule.kind != RuleKind::points && rule.kind != RuleKind::advice;
  require(effects != rule.then.empty(), at, "gates, guards and fits have a `then`, points and advice have none");
  require(rule.examples.size() >= 2, at, "a rule needs an example where it applies and one where it does not");
}

}  // namespace

std::string_view name_of(RuleKind kind) { return kind_words[static_cast<std::size_t>(kind)]; }

Curve read_curve(const Yaml& value) {
  Curve curve;
  if (value.node.IsScalar()) {
    curve.amount = number_of(value);
    curve.low = std::min(0.0, curve.amount);
    curve.high = std::max(0.0, curve.amount);
    return curve;
  }
  for (const YamlEntry& entry : entries(value)) read_curve_key(curve, entry);
  if (curve.of.empty()) refuse(value, "points need `of`, the fact that they are read from");
  if (curve.shape == Curve::Shape::flat) refuse(value, "points need `per_doubling`, `per_unit` or `ramp`");
  if (curve.low >= curve.high) refuse(value, "points need `between: [low, high]`");
  if (curve.shape == Curve::Shape::per_doubling && curve.zero_at <= 0)
    refuse(value, "points per doubling need `zero_at`, above 0");
  return curve;
}

Rule read_rule(const Yaml& map, const std::string& id, const std::vector<std::string>& families) {
  Rule rule;
  rule.id = id;
  rule.where = map.where;
  const auto known = fields(families);
  bool has_kind = false;
  for (const YamlEntry& entry : entries(map)) {
    const auto at = std::ranges::find(known, entry.key, &Field::name);
    if (at == known.end()) {
      std::vector<std::string> names;
      names.reserve(known.size());
      for (const Field& field : known) names.emplace_back(field.name);
      refuse_name(entry.place, fmt::format("a rule has no '{}'", entry.key), entry.key, names);
    }
    at->read(rule, entry.value);
    has_kind = has_kind || entry.key == "kind";
  }
  if (!has_kind && !rule.family.empty()) rule.kind = RuleKind::points;
  require(has_kind || !rule.family.empty(), map, "the rule has neither `kind` nor `family`");
  check_shape(rule, map);
  return rule;
}

}  // namespace nsew
