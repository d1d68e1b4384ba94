#include "app/topics.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "input/reader.hpp"
#include "judge/rule.hpp"
#include "judge/verdict.hpp"
#include "lint/finding.hpp"
#include "measure/facts.hpp"
#include "report/numbers.hpp"
#include "report/outcomes.hpp"
#include "report/report.hpp"
#include "starter/target.hpp"

namespace nsew {
namespace {

std::string section(std::string_view title, std::string_view text) {
  if (text.empty()) return {};
  std::string page = fmt::format("\n{}\n", title);
  for (const std::string_view line : split(text, '\n')) page += line.empty() ? "\n" : fmt::format("  {}\n", line);
  return page;
}

std::vector<Topic> formats() {
  std::vector<Topic> all;
  for (const Reader* reader : readers()) {
    all.push_back({std::string(reader->name), std::string(reader->summary),
                   fmt::format("{}: {}\n", reader->name, reader->summary) + section("Unit", reader->unit) +
                       section("How to record it", reader->record) + section("How much is enough", reader->enough)});
  }
  return all;
}

std::string type_of(const FactInfo& fact) {
  switch (fact.type) {
    case FactType::boolean:
      return "true or false";
    case FactType::numbers:
      return "list of numbers";
    case FactType::words:
      return "list of words";
    case FactType::word: {
      std::vector<std::string> words(fact.words.begin(), fact.words.end());
      return words.empty() ? "a word" : "one of " + join(words, ", ");
    }
    case FactType::number:
      break;
  }
  const std::string high = std::isinf(fact.high) ? "" : fmt::format(" to {}", number(fact.high));
  return fmt::format("a number of {}, from {}{}", fact.unit, number(fact.low), high);
}

std::vector<Topic> facts() {
  std::vector<Topic> all;
  for (const FactInfo& fact : fact_table()) {
    std::string page = fmt::format("{}: {}\n", fact.name, fact.summary) + section("Value", type_of(fact));
    page += section("When absent", fact.assumed.empty()
                                       ? fact.derived ? "computed from other facts where they are known" : "unknown"
                                       : fmt::format("assumed to be {}", fact.assumed));
    page += section("To declare it", fmt::format("nsew advise … --set {}=VALUE", fact.name));
    all.push_back({std::string(fact.name), std::string(fact.summary), page});
  }
  return all;
}

std::vector<Topic> rules() {
  std::vector<Topic> all;
  for (const Rule& rule : embedded_rules().rules) {
    const std::string family = rule.family.empty() ? "" : fmt::format(", family {}", rule.family);
    all.push_back({rule.id, rule.title,
                   fmt::format("{}: {} ({}{})\n", rule.id, rule.title, name_of(rule.kind), family) +
                       section("Why", rule.why) + section("Effect", to_string(rule.then)) +
                       section("What to do", rule.remedy) + section("Source", join(rule.source, ", ")) +
                       section("Text", fmt::format("rules/{}.yaml", rule.id))});
  }
  return all;
}

std::vector<Topic> findings() {
  std::vector<Topic> all;
  for (const Check* check : checks()) {
    all.push_back({std::string(check->code),
                   fmt::format("{} ({}): {}", check->name, name_of(check->level), check->summary),
                   fmt::format("{} {} ({}): {}\n", check->code, check->name, name_of(check->level), check->summary) +
                       section("What it means", check->page) + section("What to do", check->remedy),
                   std::string(check->name)});
  }
  return all;
}

std::vector<Topic> of_reports(std::span<const Report* const> table, std::string_view command) {
  std::vector<Topic> all;
  for (const Report* report : table) {
    all.push_back({std::string(report->name), fmt::format("{} (of {})", report->summary, command),
                   fmt::format("{}: {}\n", report->name, report->summary) +
                       section("To write it", fmt::format("nsew {} … -o {}=FILE", command, report->name))});
  }
  return all;
}

std::vector<Topic> all_reports() {
  std::vector<Topic> all = of_reports(reports(), "advise");
  for (Topic& topic : of_reports(lint_reports(), "lint")) all.push_back(std::move(topic));
  return all;
}

std::vector<Topic> all_targets() {
  std::vector<Topic> all;
  for (const Target* target : targets()) {
    all.push_back({std::string(target->name), std::string(target->summary),
                   fmt::format("{}: {}\n", target->name, target->summary) +
                       section("To write it", fmt::format("nsew starter … --target {} --to DIR", target->name))});
  }
  return all;
}

std::vector<Topic> all_outcomes() {
  std::vector<Topic> all;
  for (const Outcome& outcome : outcomes()) {
    all.push_back(
        {std::string(outcome.name), std::string(outcome.headline),
         fmt::format("{}: {}\n", outcome.name, outcome.headline) + section("What it means", outcome.meaning)});
  }
  return all;
}

}  // namespace

std::span<const TopicList> topic_lists() {
  static constexpr TopicList table[] = {
      {"formats", "traffic formats that are read", formats},
      {"facts", "facts that the judge knows, measured or declared", facts},
      {"rules", "rules that decide", rules},
      {"checks", "checks of nsew lint", findings},
      {"reports", "what -o writes", all_reports},
      {"targets", "products that starter configs are written for", all_targets},
      {"outcomes", "recommendations that nsew gives", all_outcomes},
  };
  return table;
}

}  // namespace nsew
