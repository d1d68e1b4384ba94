#include <algorithm>

#include <CLI/CLI.hpp>

#include "app/assess.hpp"
#include "app/command.hpp"
#include "app/output.hpp"
#include "app/reporting.hpp"

namespace nsew {
namespace {

void add_flags(CLI::App& command, Flags& flags) {
  add_output_flag(command, flags, names_of(lint_reports()));
  only_one_of(command
                  .add_option("--fail-on", flags.fail_on,
                              "exit 1 on a finding of this level or above: info, warning, error (unless given), none")
                  ->type_name("LEVEL")
                  ->envname("NSEW_FAIL_ON"),
              flags, {"info", "warning", "error", "none"});
  only_one_of(command.add_option("--show", flags.show, "leave out findings below this level")->type_name("LEVEL"),
              flags, {"info", "warning", "error"});
  command
      .add_option("-S,--suppress", flags.waivers, "accept a finding: \"CODE=Kind name.namespace: reason\" (repeatable)")
      ->type_name("WAIVER")
      ->allow_extra_args(false);
  add_input_flags(command, flags);
}

Severity level(const std::string& name) {
  return name == "info" ? Severity::info : name == "warning" ? Severity::warning : Severity::error;
}

// The outcome that .nsew.yaml records is compared by the check of family 08; drift has an exit code of its own.
bool is_drift(const Finding& finding) { return finding.name == "decision-drift"; }

int code_for(const std::vector<Finding>& findings, const std::string& fail_on) {
  if (fail_on == "none") return exit_code::fine;
  bool failing = false;
  for (const Finding& finding : findings) {
    if (!finding.suppressed.empty()) continue;
    if (is_drift(finding)) return exit_code::drift;
    failing = failing || finding.level >= level(fail_on);
  }
  return failing ? exit_code::findings : exit_code::fine;
}

int run_lint(const Flags& flags) {
  const auto wanted = wanted_reports(flags, lint_reports());
  const Config config = read_config(flags.config);
  const auto assessed = assess(flags, config);
  const Assessment& assessment = *assessed->assessment;
  print_diagnostics(assessment.diagnostics, flags.quiet, flags.verbose > 0);
  Document document{assessment};
  document.arguments = flags.inputs;
  document.findings = lint(assessment);
  const int code =
      code_for(document.findings, flags.fail_on.empty() ? config.fail_on.value_or("error") : flags.fail_on);
  std::erase_if(document.findings, [&](const Finding& f) { return f.level < level(flags.show); });
  write_reports(wanted, std::move(document), flags);
  return assessed->input_code != 0 ? assessed->input_code : code;
}

}  // namespace

extern const Command lint_command{
    .name = "lint",
    .summary = "findings for CI, each with file:line:column",
    .example = "nsew lint manifests/ traces.jsonl -o sarif=nsew.sarif --fail-on warning",
    .add_flags = add_flags,
    .run = run_lint,
};

}  // namespace nsew
