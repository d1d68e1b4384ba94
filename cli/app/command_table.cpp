#include <string>

#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "base/version.hpp"

namespace nsew {

extern const Command advise_command, lint_command, starter_command, decide_command, explain_command, list_command,
    schema_command, completion_command, version_command;

std::span<const Command* const> commands() {
  static constexpr const Command* table[] = {&advise_command, &lint_command,       &starter_command,
                                             &decide_command, &explain_command,    &list_command,
                                             &schema_command, &completion_command, &version_command};
  return table;
}

void build_tree(CLI::App& app, Flags& flags) {
  app.description("nsew: gateway or service mesh? Measured from recorded traffic and Kubernetes manifests.");
  app.require_subcommand(1);
  app.set_version_flag("--version", "nsew " + std::string(version));
  app.footer("Start with: nsew advise TRACES MANIFESTS/\nMore: man nsew, nsew COMMAND --help, nsew explain TOPIC");
  for (const Command* command : commands()) {
    CLI::App* added = app.add_subcommand(std::string(command->name), std::string(command->summary));
    added->footer("Example: " + std::string(command->example));
    command->add_flags(*added, flags);
  }
}

}  // namespace nsew
