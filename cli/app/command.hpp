// A command: its flags and what it does. To add one: a file here and one line in command_table.cpp.
#pragma once

#include <span>
#include <string_view>

#include "app/flags.hpp"

namespace nsew {

struct Command {
  std::string_view name, summary;
  std::string_view example;  // one line for --help
  void (*add_flags)(CLI::App&, Flags&);
  int (*run)(const Flags&);  // the exit code
};

std::span<const Command* const> commands();

// The whole flag tree, as the completions and the manual's test read it.
void build_tree(CLI::App& app, Flags& flags);

}  // namespace nsew
