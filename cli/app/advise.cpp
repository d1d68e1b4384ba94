#include <CLI/CLI.hpp>

#include "app/assess.hpp"
#include "app/command.hpp"
#include "app/output.hpp"
#include "app/reporting.hpp"

namespace nsew {
namespace {

void add_flags(CLI::App& command, Flags& flags) {
  add_output_flag(command, flags, names_of(reports()));
  only_one_of(
      command.add_option("--min-confidence", flags.min_confidence, "exit 3 when the verdict's confidence is lower")
          ->type_name("LEVEL"),
      flags, {"low", "medium", "high"});
  add_input_flags(command, flags);
}

int advise(const Flags& flags) {
  const auto wanted = wanted_reports(flags, reports());
  const auto assessed = assess(flags, read_config(flags.config));
  const Assessment& assessment = *assessed->assessment;
  print_diagnostics(assessment.diagnostics, flags.quiet, flags.verbose > 0);
  Document document{assessment};
  document.arguments = flags.inputs;
  document.findings = lint(assessment);
  write_reports(wanted, std::move(document), flags);
  if (assessed->input_code != 0) return assessed->input_code;
  const bool weak = is_weaker(assessment.verdict, flags.min_confidence);
  return weak ? exit_code::weak : exit_code::fine;
}

}  // namespace

extern const Command advise_command{
    .name = "advise",
    .summary = "read traffic and manifests, print the recommendation",
    .example = "nsew advise traces.jsonl manifests/ -o json=report.json",
    .add_flags = add_flags,
    .run = advise,
};

}  // namespace nsew
