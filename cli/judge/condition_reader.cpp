#include <algorithm>

#include <fmt/format.h>

#include "judge/fact_value.hpp"
#include "judge/readers.hpp"

namespace nsew {
namespace {

using Op = Test::Op;

struct OpName {
  std::string_view word;
  Op op;
};
constexpr OpName op_names[] = {{"at_least", Op::at_least}, {"at_most", Op::at_most}, {"above", Op::above},
                               {"below", Op::below},       {"is", Op::is},           {"one_of", Op::one_of},
                               {"only", Op::only},         {"has", Op::has},         {"known", Op::known},
                               {"empty", Op::empty}};

// The need that growth would lead to is asked like a fact.
constexpr std::string_view need_words[] = {"no", "later", "yes"};
constexpr FactInfo grown_row{grown_need, FactType::word, true, {}, "the need after growth", 0, 0, 0, need_words, {}};

const FactInfo& row_of(const Yaml& place, const std::string& name) {
  return name == grown_need ? grown_row : fact_named(place, name);
}

void require(bool fits, const Yaml& place, const FactInfo& row, std::string_view op) {
  if (!fits) refuse(place, fmt::format("'{}' cannot be asked of '{}'", op, row.name));
}

bool is_list(const FactInfo& row) { return row.type == FactType::words || row.type == FactType::numbers; }

std::string known_word(const FactInfo& row, const Yaml& value) {
  FactInfo single = row;
  single.type = FactType::word;
  return std::get<std::string>(fact_value(single, value));
}

std::vector<std::string> known_words(const FactInfo& row, const Yaml& value) {
  std::vector<std::string> words;
  for (const Yaml& item : value.node.IsScalar() ? std::vector<Yaml>{value} : items(value))
    words.push_back(known_word(row, item));
  return words;
}

Test read_is(const FactInfo& row, const Yaml& value) {
  Test test;
  require(!is_list(row), value, row, "is");
  const FactValue wanted = fact_value(row, value);
  if (const auto* number = std::get_if<double>(&wanted)) test.number = *number;
  if (const auto* truth = std::get_if<bool>(&wanted)) test.truth = *truth;
  if (const auto* word = std::get_if<std::string>(&wanted)) test.words = {*word};
  return test;
}

Test read_test(const FactInfo& row, const YamlEntry& entry, Op op) {
  Test test;
  test.op = op;
  switch (op) {
    case Op::at_least:
    case Op::at_most:
    case Op::above:
    case Op::below:
      require(row.type == FactType::number, entry.place, row, entry.key);
      test.number = number_of(entry.value);
      return test;
    case Op::is:
      return read_is(row, entry.value);
    case Op::one_of:
      require(row.type == FactType::word, entry.place, row, entry.key);
      test.words = known_words(row, entry.value);
      return test;
    case Op::only:
    case Op::has:
      require(row.type == FactType::words, entry.place, row, entry.key);
      test.words = known_words(row, entry.value);
      return test;
    case Op::empty:
      require(is_list(row), entry.place, row, entry.key);
      [[fallthrough]];
    case Op::known:
      test.truth = truth_of(entry.value);
      return test;
  }
  return test;
}

FactTest read_fact_test(const FactInfo& row, const Yaml& tests) {
  FactTest result;
  result.fact = row.name;
  if (!tests.node.IsMap()) {
    result.tests = {read_is(row, tests)};
    return result;
  }
  std::vector<std::string> words{"end"};
  for (const OpName& name : op_names) words.emplace_back(name.word);
  for (const YamlEntry& entry : entries(tests)) {
    if (entry.key == "end") {
      result.end = word_of(entry.value, {"low", "high"}) == "low" ? FactTest::End::low : FactTest::End::high;
      continue;
    }
    const auto* at = std::ranges::find(op_names, entry.key, &OpName::word);
    if (at == std::end(op_names))
      refuse_name(entry.place, fmt::format("no test is called '{}'", entry.key), entry.key, words);
    result.tests.push_back(read_test(row, entry, at->op));
  }
  if (result.tests.empty()) refuse(tests, fmt::format("'{}' is not compared with anything", row.name));
  return result;
}

}  // namespace

void join_conditions(Condition& into, Condition other) {
  std::ranges::move(other.all, std::back_inserter(into.all));
  std::ranges::move(other.any, std::back_inserter(into.any));
  std::ranges::move(other.none, std::back_inserter(into.none));
}

Condition read_any(const Yaml& list) {
  Condition condition;
  for (const Yaml& item : items(list)) condition.any.push_back(read_condition(item));
  if (condition.any.empty()) refuse(list, "`any` needs at least one condition");
  return condition;
}

Condition read_not(const Yaml& value) {
  Condition condition;
  if (value.node.IsSequence())
    for (const Yaml& item : items(value)) condition.none.push_back(read_condition(item));
  else
    condition.none.push_back(read_condition(value));
  return condition;
}

Condition read_condition(const Yaml& map) {
  Condition condition;
  for (const YamlEntry& entry : entries(map)) {
    if (entry.key == "any")
      join_conditions(condition, read_any(entry.value));
    else if (entry.key == "not")
      join_conditions(condition, read_not(entry.value));
    else
      condition.all.push_back(read_fact_test(row_of(entry.place, entry.key), entry.value));
  }
  if (condition.empty()) refuse(map, "a condition must ask something");
  return condition;
}

}  // namespace nsew
