// Completion scripts, made from the same flag tree that parses the command line.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

struct Flag {
  std::string name;  // "--threads"
  std::string summary;
  bool takes_value;
};

struct Completed {
  std::string name, summary;
  std::vector<Flag> flags;
};

std::vector<Completed> tree() {
  Flags unused;
  CLI::App app("", "nsew");
  build_tree(app, unused);
  std::vector<Completed> all;
  for (const CLI::App* command : app.get_subcommands({})) {
    Completed one{command->get_name(), command->get_description(), {}};
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_snames()) {
        one.flags.push_back({"-" + name, option->get_description(), option->get_items_expected_max() > 0});
      }
      for (const std::string& name : option->get_lnames()) {
        one.flags.push_back({"--" + name, option->get_description(), option->get_items_expected_max() > 0});
      }
    }
    all.push_back(std::move(one));
  }
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

std::string bash(const std::vector<Completed>& all) {
  std::string text = "# bash completion for nsew\n_nsew() {\n  local word=${COMP_WORDS[COMP_CWORD]} flags=\n";
  text += fmt::format(
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n    return\n  fi\n",
      command_names(all));
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const Completed& one : all) text += fmt::format("    {}) flags='{}' ;;\n", one.name, flag_names(one));
  text += "  esac\n  if [[ $word == -* ]]; then\n    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n  else\n";
  text += "    COMPREPLY=($(compgen -f -- \"$word\"))\n  fi\n}\ncomplete -o filenames -F _nsew nsew\n";
  return text;
}

std::string zsh(const std::vector<Completed>& all) {
  std::string text = "#compdef nsew\n_nsew() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Completed& one : all) text += fmt::format("      '{}:{}'\n", one.name, quoted(one.summary, ":"));
  text += "    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n";
  for (const Completed& one : all) {
    text += fmt::format("    {})\n      _arguments -s \\\n", one.name);
    for (const Flag& flag : one.flags) {
      text += fmt::format("        '*{}[{}]{}' \\\n", flag.name, quoted(flag.summary, "[]:"),
                          flag.takes_value ? ":value:_files" : "");
    }
    text += "        '*:input:_files'\n      ;;\n";
  }
  return text + "  esac\n}\n_nsew \"$@\"\n";
}

std::string fish(const std::vector<Completed>& all) {
  std::string text = "# fish completion for nsew\n";
  for (const Completed& one : all) {
    text += fmt::format("complete -c nsew -n __fish_use_subcommand -f -a {} -d '{}'\n", one.name,
                        quoted(one.summary, "\\"));
    for (const Flag& flag : one.flags) {
      const bool is_long = flag.name.starts_with("--");
      text += fmt::format("complete -c nsew -n '__fish_seen_subcommand_from {}' -{} {}{} -d '{}'\n", one.name,
                          is_long ? "l" : "s", flag.name.substr(is_long ? 2 : 1), flag.takes_value ? " -r" : "",
                          quoted(flag.summary, "\\"));
    }
  }
  return text;
}

void add_flags(CLI::App& command, Flags& flags) {
  command.add_option("shell", flags.target, "bash, zsh or fish")
      ->type_name("SHELL")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
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
