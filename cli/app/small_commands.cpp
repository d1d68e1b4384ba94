#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/output.hpp"
#include "base/embedded.hpp"
#include "base/version.hpp"

namespace nsew {
namespace {

void no_flags(CLI::App&, Flags&) {}

int print_version(const Flags&) {
  write_stdout(fmt::format("nsew {}\nrules {}\n", version, embedded::rules_digest()));
  return exit_code::fine;
}

void schema_flags(CLI::App& command, Flags& flags) {
  only_one_of(command.add_option("what", flags.target, "report or graph")->type_name("WHAT")->required(), flags,
              {"report", "graph"});
}

int print_schema(const Flags& flags) {
  for (const embedded::File& file : embedded::schemas()) {
    if (file.name == flags.target + ".schema.json") write_stdout(file.text);
  }
  return exit_code::fine;
}

}  // namespace

extern const Command version_command{
    .name = "version",
    .summary = "print the version and the digest of the rules",
    .example = "nsew version",
    .add_flags = no_flags,
    .run = print_version,
};

extern const Command schema_command{
    .name = "schema",
    .summary = "print the JSON schema of a report or a graph",
    .example = "nsew schema report",
    .add_flags = schema_flags,
    .run = print_schema,
};

}  // namespace nsew
