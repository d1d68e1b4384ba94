#include "app/run.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

const CLI::App* chosen_command(const CLI::App& app) {
  return app.get_subcommands().empty() ? nullptr : app.get_subcommands().front();
}

// The flag that is nearest to a word of the command line that is none.
std::optional<std::string> meant_flag(const CLI::App& command, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& word : arguments) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::ranges::find(names, name) != names.end()) continue;
    if (auto meant = nearest(name, names)) return meant;
  }
  return {};
}

const CLI::Option* missing(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_required() && option->count() == 0) return option;
  }
  return nullptr;
}

constexpr std::size_t most_shown = 12;

std::string hint_for(const CLI::App& app, const Flags& flags, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  if (const CLI::App* chosen = chosen_command(app)) {
    if (const auto meant = meant_flag(*chosen, arguments)) return fmt::format("did you mean '{}'?", *meant);
    const auto choices = flags.choices.find(missing(*chosen));
    if (choices != flags.choices.end() && choices->second.size() <= most_shown)
      return "one of: " + join(choices->second, ", ");
    return fmt::format("see `nsew {} --help`", chosen->get_name());
  }
  for (const std::string& word : arguments) {
    if (word.starts_with('-')) continue;
    const auto meant = nearest(word, names);
    return meant ? fmt::format("did you mean `nsew {}`?", *meant) : "see `nsew --help`";
  }
  return "see `nsew --help`";
}

// What has no flag is named as in the help: "WHAT is required", not "what is required".
std::string message_of(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  const CLI::App* chosen = chosen_command(app);
  const CLI::Option* option = chosen == nullptr ? nullptr : missing(*chosen);
  if (error.get_name() != "RequiredError" || option == nullptr || !option->get_positional()) return message;
  const std::string type = option->get_type_name();
  return fmt::format("{} is required", type.substr(0, type.find(':')));
}

int parse(CLI::App& app, const Flags& flags, const std::vector<std::string>& arguments) {
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return -1;
  } catch (const CLI::Success& wanted) {  // --help, --version
    std::ostringstream out, err;
    app.exit(wanted, out, err);
    write_stdout(out.str());
    return exit_code::fine;
  } catch (const CLI::ParseError& error) {
    throw Failure(exit_code::usage, message_of(app, error), {}, hint_for(app, flags, arguments));
  }
}

int run_command(const std::vector<std::string>& arguments) {
  Flags flags;
  CLI::App app("", "nsew");
  build_tree(app, flags);
  if (arguments.empty()) {
    write_stdout(app.help());
    return exit_code::usage;
  }
  const int done = parse(app, flags, arguments);
  if (done >= 0) return done;
  for (const Command* command : commands()) {
    if (app.got_subcommand(std::string(command->name))) return command->run(flags);
  }
  return exit_code::usage;
}

}  // namespace

int run(int argc, const char* const* argv) {
  try {
    return run_command({argv + 1, argv + argc});
  } catch (const Failure& failure) {
    print_failure(failure);
    return failure.exit_code;
  } catch (const std::bad_alloc&) {
    print_failure(Failure(exit_code::defect, "out of memory"));
    return exit_code::defect;
  } catch (const std::exception& error) {
    print_failure(Failure(exit_code::defect, fmt::format("this is a defect of nsew: {}", error.what()), {},
                          "please report it with the command that you ran"));
    return exit_code::defect;
  }
}

}  // namespace nsew
