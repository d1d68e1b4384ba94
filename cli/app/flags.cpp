#include "app/flags.hpp"

#include <cstdlib>
#include <thread>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "app/output.hpp"
#include "base/text.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

void add_scope_flags(CLI::App& command, Flags& flags) {
  command.add_option("-n,--namespace", flags.namespaces, "report and score only this namespace (repeatable)")
      ->type_name("NAMESPACE")
      ->allow_extra_args(false);
  command.add_option("--exclude-namespace", flags.except_namespaces, "leave this namespace out (repeatable)")
      ->type_name("NAMESPACE")
      ->allow_extra_args(false);
  command.add_option("--environment", flags.environment, "read only spans of this deployment environment")
      ->type_name("NAME");
  command.add_option("--since", flags.since, "leave out what was recorded before")->type_name("TIME");
  command.add_option("--until", flags.until, "leave out what was recorded after")->type_name("TIME");
  command.add_option("--inside", flags.inside, "addresses that belong to the system (repeatable)")
      ->type_name("CIDR")
      ->allow_extra_args(false);
  command.add_option("--outside", flags.outside, "addresses or names that do not belong to it (repeatable)")
      ->type_name("CIDR|NAME")
      ->allow_extra_args(false);
  command.add_option("--gateway", flags.gateways, "a service that is a gateway (repeatable)")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

void add_reading_flags(CLI::App& command, Flags& flags) {
  command.add_option("inputs", flags.inputs, "files, directories, - for stdin; .gz and .zst anywhere")
      ->type_name("INPUT");
  std::vector<std::string> formats;
  for (const Reader* reader : readers()) formats.emplace_back(reader->name);
  offer(command.add_option("--as", flags.as, "read every traffic input as this format (see `nsew list formats`)")
            ->type_name("FORMAT"),
        flags, formats);
  command.add_option("--facts", flags.facts_files, "facts that you declare, as YAML (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--set", flags.settings, "one declared fact (repeatable)")
      ->type_name("FACT=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--sampling-rate", flags.sampling_rate,
                  "probability with which traces were sampled, where they do not say")
      ->type_name("P")
      ->check(CLI::Range(1e-9, 1.0));
  command.add_option("--threads", flags.threads, "threads to read with; all processors unless given")
      ->type_name("N")
      ->envname("NSEW_THREADS")
      ->check(CLI::Range(1U, 256U));
  command
      .add_option("--memory", flags.memory,
                  "read traces in about so much memory, as 64M or 2G (at least 16M), and in TMPDIR for the rest")
      ->type_name("SIZE")
      ->envname("NSEW_MEMORY")
      ->transform(CLI::AsSizeValue(false));
  command.add_flag("--partial", flags.partial, "exit 0 although an input was cut short or could not be read");
}

void add_common_flags(CLI::App& command, Flags& flags) {
  command
      .add_option("-c,--config", flags.config, ".nsew.yaml to use; found upwards to the repository root unless given")
      ->type_name("FILE")
      ->envname("NSEW_CONFIG");
  command.add_option("--now", flags.now, "today's date; else SOURCE_DATE_EPOCH, else the clock")
      ->type_name("DATE")
      ->envname("NSEW_NOW");
  only_one_of(command.add_option("--color", flags.color, "auto, always or never; NO_COLOR is honoured")
                  ->type_name("WHEN")
                  ->envname("NSEW_COLOR"),
              flags, {"auto", "always", "never"});
  command.add_flag("-q,--quiet", flags.quiet, "no warnings on stderr");
  command.add_flag("-v,--verbose", flags.verbose, "say more; twice for everything");
}

}  // namespace

void add_input_flags(CLI::App& command, Flags& flags) {
  add_reading_flags(command, flags);
  add_scope_flags(command, flags);
  add_common_flags(command, flags);
}

CLI::Option* offer(CLI::Option* option, Flags& flags, const std::vector<std::string>& values) {
  flags.choices[option] = values;
  return option;
}

CLI::Option* only_one_of(CLI::Option* option, Flags& flags, const std::vector<std::string>& values) {
  return offer(option, flags, values)->check(CLI::IsMember(values));
}

void add_output_flag(CLI::App& command, Flags& flags, const std::vector<std::string>& formats) {
  offer(command.add_option("-o,--output", flags.outputs, "report to write: " + join(formats, ", ") + " (repeatable)")
            ->type_name("FORMAT[=FILE]")
            ->allow_extra_args(false),
        flags, formats);
}

std::vector<Output> outputs_of(const Flags& flags, const std::string& otherwise) {
  std::vector<Output> outputs;
  for (const std::string& wanted : flags.outputs) {
    const auto equals = wanted.find('=');
    outputs.push_back({wanted.substr(0, equals), equals == std::string::npos ? "" : wanted.substr(equals + 1)});
  }
  if (outputs.empty()) outputs.push_back({otherwise, ""});
  return outputs;
}

bool wants_color(const Flags& flags) {
  if (flags.color != "auto") return flags.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(STDOUT_FILENO) && (no_color == nullptr || *no_color == '\0');
}

}  // namespace nsew
