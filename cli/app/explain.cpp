#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "app/topics.hpp"
#include "base/text.hpp"
#include "report/screen.hpp"

namespace nsew {
namespace {

void add_flags(CLI::App& command, Flags& flags) {
  std::vector<std::string> topics;
  for (const TopicList& list : topic_lists()) {
    for (const Topic& topic : list.topics()) topics.push_back(topic.name);
  }
  offer(command.add_option("topic", flags.target, "a rule, finding code, fact, outcome, format, report or target")
            ->type_name("TOPIC")
            ->required(),
        flags, topics);
}

// A section's title stands alone; the lines of its text are one paragraph until a blank one.
std::string at_80_columns(const std::string& page) {
  std::string text, paragraph;
  const auto flush = [&] {
    for (const std::string& line : wrapped(paragraph, 78)) text += "  " + line + "\n";
    paragraph.clear();
  };
  for (const std::string_view line : split(page, '\n')) {
    const std::string words(trim(line));
    if (line.starts_with("  ")) {
      paragraph += (paragraph.empty() ? "" : " ") + words;
      continue;
    }
    flush();
    for (const std::string& part : wrapped(words, 80)) text += part + "\n";
    if (words.empty()) text += '\n';
  }
  flush();
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

int explain(const Flags& flags) {
  std::vector<std::string> names;
  std::string text;
  for (const TopicList& list : topic_lists()) {
    for (const Topic& topic : list.topics()) {
      names.push_back(topic.name);
      if (!topic.alias.empty()) names.push_back(topic.alias);
      if (lower(topic.name) == lower(flags.target) || (!topic.alias.empty() && topic.alias == flags.target))
        text += (text.empty() ? "" : "\n") + topic.page;
    }
  }
  if (text.empty()) {
    const auto meant = nearest(flags.target, names);
    throw Failure(exit_code::usage, fmt::format("nothing here is called '{}'", flags.target), {},
                  meant ? fmt::format("did you mean '{}'?", *meant) : "see `nsew list`: facts, rules, checks, formats");
  }
  write_stdout(at_80_columns(text));
  return exit_code::fine;
}

}  // namespace

extern const Command explain_command{
    .name = "explain",
    .summary = "one page on a rule, finding code, fact, outcome or format",
    .example = "nsew explain connected-size",
    .add_flags = add_flags,
    .run = explain,
};

}  // namespace nsew
