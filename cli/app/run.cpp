#include "app/run.hpp"

#include <exception>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

std::string hint_for(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  const CLI::App* chosen = app.get_subcommands().empty() ? nullptr : app.get_subcommands().front();
  if (chosen != nullptr) return fmt::format("see `nsew {} --help`", chosen->get_name());
  for (const std::string& word : arguments) {
    if (word.starts_with('-')) continue;
    const auto meant = nearest(word, names);
    return meant ? fmt::format("did you mean `nsew {}`?", *meant) : "see `nsew --help`";
  }
  return "see `nsew --help`";
}

int parse(CLI::App& app, const std::vector<std::string>& arguments) {
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return -1;
  } catch (const CLI::Success& wanted) {  // --help, --version
    std::ostringstream out, err;
    app.exit(wanted, out, err);
    write_stdout(out.str());
    return exit_code::fine;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    while (!message.empty() && message.back() == '\n') message.pop_back();
    throw Failure(exit_code::usage, message, {}, hint_for(app, arguments));
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
  const int done = parse(app, arguments);
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
