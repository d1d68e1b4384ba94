#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "app/topics.hpp"
#include "base/escape.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

std::vector<std::string> list_names() {
  std::vector<std::string> names;
  for (const TopicList& list : topic_lists()) names.emplace_back(list.name);
  return names;
}

void add_flags(CLI::App& command, Flags& flags) {
  only_one_of(command.add_option("what", flags.target, join(list_names(), ", "))->type_name("WHAT")->required(), flags,
              list_names());
  offer(command.add_option("-o,--output", flags.outputs, "text or json")->type_name("FORMAT")->allow_extra_args(false),
        flags, {"text", "json"});
}

std::string as_text(const std::vector<Topic>& topics) {
  std::size_t width = 0;
  for (const Topic& topic : topics) width = std::max(width, topic.name.size());
  std::string text;
  for (const Topic& topic : topics) text += fmt::format("{:<{}}  {}\n", topic.name, width, topic.summary);
  return text;
}

std::string as_json(const std::vector<Topic>& topics) {
  std::string text = "[";
  for (const Topic& topic : topics) {
    text += fmt::format("{}\n  {{\"name\": \"{}\", \"summary\": \"{}\"}}", text.size() > 1 ? "," : "",
                        escape::json(topic.name), escape::json(topic.summary));
  }
  return text + "\n]\n";
}

int list(const Flags& flags) {
  const Output output = outputs_of(flags, "text").front();
  if (output.format != "text" && output.format != "json") {
    throw Failure(exit_code::usage, fmt::format("a list has no report '{}'", output.format), {},
                  "there are: text, json");
  }
  for (const TopicList& one : topic_lists()) {
    if (one.name != flags.target) continue;
    const std::string text = output.format == "json" ? as_json(one.topics()) : as_text(one.topics());
    if (output.file.empty())
      write_stdout(text);
    else
      write_file(output.file, text);
  }
  return exit_code::fine;
}

}  // namespace

extern const Command list_command{
    .name = "list",
    .summary = "list formats, facts, rules, checks, reports, targets or outcomes",
    .example = "nsew list formats",
    .add_flags = add_flags,
    .run = list,
};

}  // namespace nsew
