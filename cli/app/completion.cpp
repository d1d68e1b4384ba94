// Completion scripts, made from the same flag tree that parses the command line.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

enum class Takes { nothing, one_of, files, anything };

struct Argument {
  Takes takes = Takes::nothing;
  std::vector<std::string> values;
};

struct Flag {
  std::string name;  // "--threads"
  std::string summary;
  Argument argument;
};

struct Completed {
  std::string name, summary;
  std::vector<Flag> flags;
  Argument argument;  // what stands without a flag
};

Argument argument_of(const CLI::Option& option, const Flags& flags) {
  if (option.get_items_expected_max() <= 0) return {};
  const auto choices = flags.choices.find(&option);
  if (choices != flags.choices.end()) return {Takes::one_of, choices->second};
  const std::string type = option.get_type_name();
  const bool files = type.starts_with("FILE") || type.starts_with("DIR") || type.starts_with("INPUT");
  return {files ? Takes::files : Takes::anything, {}};
}

Completed completed(const CLI::App& command, const Flags& flags) {
  Completed one{command.get_name(), command.get_description(), {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    const Argument argument = argument_of(*option, flags);
    for (const std::string& name : option->get_snames())
      one.flags.push_back({"-" + name, option->get_description(), argument});
    for (const std::string& name : option->get_lnames())
      one.flags.push_back({"--" + name, option->get_description(), argument});
    if (option->get_positional()) one.argument = argument;
  }
  return one;
}

std::vector<Completed> tree() {
  Flags flags;
  CLI::App app("", "nsew");
  build_tree(app, flags);
  std::vector<Completed> all;
  for (const CLI::App* command : app.get_subcommands({})) all.push_back(completed(*command, flags));
  return all;
}

std::string flag_names(const Completed& command) {
  std::vector<std::string> names;
  for (const Flag& flag : command.flags) names.push_back(flag.name);
  return join(names, " ");
}

std::string command_names(const std::vector<Completed>& all) {
  std::vector<std::string> names;
  for (const Completed& one : all) names.push_back(one.name);
  return join(names, " ");
}

// Inside single quotes of zsh's _arguments, and of fish.
std::string quoted(const std::string& text, std::string_view also) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (also.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string bash_argument(const std::string& pattern, const Argument& argument) {
  if (argument.takes == Takes::nothing) return {};
  const std::string what = argument.takes == Takes::files    ? "files=yes"
                           : argument.takes == Takes::one_of ? fmt::format("values='{}'", join(argument.values, " "))
                                                             : "values=";
  return fmt::format("    {}) {} ;;\n", pattern, what);
}

// Bash cuts words at `=`: what follows the sign of `-o json=` is a file, of `--fail-on=` a value.
constexpr std::string_view bash_words =
    R"(  local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD-1]} flags='' values='' files=''
  if [[ $word == = ]]; then word=''
  elif [[ $flag == = ]]; then flag=${COMP_WORDS[COMP_CWORD-2]}
  fi
  [[ $flag == -* ]] || flag=''
)";

constexpr std::string_view bash_answer = R"(  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ $files ]]; then
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$word"))
  else
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  fi
}
complete -F _nsew nsew
)";

std::string bash(const std::vector<Completed>& all) {
  std::string text = "# bash completion for nsew\n_nsew() {\n" + std::string(bash_words);
  text += fmt::format(
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n    return\n  fi\n",
      command_names(all));
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const Completed& one : all) text += fmt::format("    {}) flags='{}' ;;\n", one.name, flag_names(one));
  text += "  esac\n  case \"${COMP_WORDS[1]} $flag\" in\n";
  for (const Completed& one : all) {
    for (const Flag& flag : one.flags)
      text += bash_argument(fmt::format("'{} {}'", one.name, flag.name), flag.argument);
  }
  for (const Completed& one : all) text += bash_argument("'" + one.name + " '*", one.argument);
  return text + "  esac\n" + std::string(bash_answer);
}

std::string zsh_argument(const Argument& argument) {
  if (argument.takes == Takes::files) return ":file:_files";
  if (argument.takes == Takes::one_of) return fmt::format(":value:({})", join(argument.values, " "));
  return argument.takes == Takes::anything ? ":value: " : "";
}

std::string zsh(const std::vector<Completed>& all) {
  std::string text = "#compdef nsew\n_nsew() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Completed& one : all) text += fmt::format("      '{}:{}'\n", one.name, quoted(one.summary, ":"));
  text +=
      "    )\n    _describe command commands\n    return\n  fi\n  shift words\n  (( CURRENT-- ))\n  case $words[1] "
      "in\n";
  for (const Completed& one : all) {
    text += fmt::format("    {})\n      _arguments -s", one.name);
    for (const Flag& flag : one.flags) {
      text +=
          fmt::format(" \\\n        '*{}[{}]{}'", flag.name, quoted(flag.summary, "[]:"), zsh_argument(flag.argument));
    }
    if (one.argument.takes != Takes::nothing) {
      text += fmt::format(" \\\n        '{}{}'", one.argument.takes == Takes::files ? "*" : "1",
                          zsh_argument(one.argument));
    }
    text += "\n      ;;\n";
  }
  return text + "  esac\n}\n_nsew \"$@\"\n";
}

std::string fish_argument(const Argument& argument) {
  if (argument.takes == Takes::nothing) return {};
  if (argument.takes == Takes::files) return " -r -F";
  return argument.takes == Takes::anything ? " -x" : fmt::format(" -x -a '{}'", join(argument.values, " "));
}

std::string fish(const std::vector<Completed>& all) {
  std::string text = "# fish completion for nsew\n";
  for (const Completed& one : all) {
    text += fmt::format("complete -c nsew -n __fish_use_subcommand -f -a {} -d '{}'\n", one.name,
                        quoted(one.summary, "\\"));
    const std::string seen = fmt::format("complete -c nsew -n '__fish_seen_subcommand_from {}'", one.name);
    for (const Flag& flag : one.flags) {
      const bool is_long = flag.name.starts_with("--");
      text += fmt::format("{} -{} {}{} -d '{}'\n", seen, is_long ? "l" : "s", flag.name.substr(is_long ? 2 : 1),
                          fish_argument(flag.argument), quoted(flag.summary, "\\"));
    }
    if (one.argument.takes == Takes::one_of)
      text += fmt::format("{} -f -a '{}'\n", seen, join(one.argument.values, " "));
  }
  return text;
}

void add_flags(CLI::App& command, Flags& flags) {
  only_one_of(command.add_option("shell", flags.target, "bash, zsh or fish")->type_name("SHELL")->required(), flags,
              {"bash", "zsh", "fish"});
}

int completion(const Flags& flags) {
  const std::vector<Completed> all = tree();
  write_stdout(flags.target == "bash" ? bash(all) : flags.target == "zsh" ? zsh(all) : fish(all));
  return exit_code::fine;
}

}  // namespace

extern const Command completion_command{
    .name = "completion",
    .summary = "print a completion script for a shell",
    .example = "nsew completion bash > /etc/bash_completion.d/nsew",
    .add_flags = add_flags,
    .run = completion,
};

}  // namespace nsew
