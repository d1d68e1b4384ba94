// Writes the outcome into .nsew.yaml, so that `nsew lint` can say when it no longer holds.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/assess.hpp"
#include "app/command.hpp"
#include "app/output.hpp"
#include "base/bytes.hpp"
#include "base/embedded.hpp"
#include "base/escape.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

void add_flags(CLI::App& command, Flags& flags) {
  only_one_of(command
                  .add_option("--min-confidence", flags.min_confidence,
                              "write nothing and exit 3 when the verdict's confidence is lower")
                  ->type_name("LEVEL"),
              flags, {"low", "medium", "high"});
  add_input_flags(command, flags);
}

// The file without its top-level `decision`: everything else, comments included, stays as it was written.
std::string without_decision(const std::string& text) {
  std::string kept;
  bool inside = false;
  for (const std::string_view line : split(text, '\n')) {
    const bool top_level = !line.empty() && line[0] != ' ' && line[0] != '\t' && line[0] != '-';
    if (top_level) inside = line.starts_with("decision:");
    if (!inside) kept += std::string(line) + "\n";
  }
  while (kept.ends_with("\n\n")) kept.pop_back();
  return kept == "\n" ? "" : kept;
}

std::string decision(const Assessment& assessment) {
  std::string text = fmt::format("decision:\n  outcome: {}\n  reviewed: {}\n  rules_digest: {}\n",
                                 escape::yaml(assessment.verdict.outcome), escape::yaml(assessment.today),
                                 escape::yaml(embedded::rules_digest()));
  text += "  facts:\n";
  for (const char* name : {"traffic.amplification", "topology.largest_component"}) {
    if (const auto value = assessment.facts.number(name)) text += fmt::format("    {}: {}\n", name, number(*value));
  }
  return text;
}

int decide(const Flags& flags) {
  const Config config = read_config(flags.config);
  const auto assessed = assess(flags, config);
  const Assessment& assessment = *assessed->assessment;
  print_diagnostics(assessment.diagnostics, flags.quiet, flags.verbose > 0);
  if (assessed->input_code != 0) return assessed->input_code;
  if (is_weaker(assessment.verdict, flags.min_confidence) || assessment.verdict.outcome == "insufficient-data") {
    throw Failure(exit_code::weak, fmt::format("the outcome is {} with confidence {}; nothing was written",
                                               assessment.verdict.outcome, assessment.verdict.confidence));
  }
  const std::string path = config.path.empty() ? ".nsew.yaml" : config.path;
  std::error_code ignored;
  const std::string old = std::filesystem::exists(path, ignored) ? read_all(*open_bytes(path)) : "";
  write_file(path, without_decision(old) + decision(assessment));
  write_stdout(fmt::format("{}: decision {} recorded\n", escape::terminal(path), assessment.verdict.outcome));
  return exit_code::fine;
}

}  // namespace

extern const Command decide_command{
    .name = "decide",
    .summary = "write the decision into .nsew.yaml",
    .example = "nsew decide traces.jsonl manifests/",
    .add_flags = add_flags,
    .run = decide,
};

}  // namespace nsew
