#include <fmt/format.h>

#include "starter/bundle.hpp"

namespace nsew::starter {
namespace {

std::string section(std::string_view title, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string out = fmt::format("\n## {}\n", title);
  for (const std::string& sentence : sentences) out += "* " + sentence + "\n";
  return out;
}

std::string phases(const std::vector<Phase>& phases, const std::vector<std::string>& left_out) {
  if (phases.empty()) return {};
  std::string out =
      "\n## Phases\nEach phase directory is a complete desired state: point `kubectl apply -k --server-side`, Argo CD "
      "or Flux at the "
      "next one; going back is pointing at the one before.\n\n| Phase | Changes | Go on when | Roll back |\n| --- | "
      "--- | --- | --- |\n";
  for (const Phase& phase : phases) {
    out += fmt::format("| {} | {} | {} | {} |\n", phase.name, phase.changes, phase.go_on, phase.roll_back);
  }
  if (!left_out.empty()) out += "\nLeft out:\n";
  for (const std::string& reason : left_out) out += "* " + reason + "\n";
  return out;
}

std::string commands(const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string out = "\n## Checks after the first phase\n```sh\n";
  for (const std::string& line : lines) out += line + "\n";
  return out + "```\n";
}

}  // namespace

std::string render(const Plan& plan, const std::string& target, bool anything_written) {
  std::string out = fmt::format("<!-- written by nsew starter ({}) -->\n# {}\n", target, plan.title);
  if (!anything_written)
    out += "\nNo configuration was written, only this plan: what is missing is listed at the end.\n";
  for (const std::string& paragraph : plan.lead) out += "\n" + paragraph + "\n";
  if (!plan.before.empty()) out += "\n## Before you start\n";
  for (std::size_t i = 0; i < plan.before.size(); ++i) out += fmt::format("{}. {}\n", i + 1, plan.before[i]);
  out += phases(plan.phases, plan.left_out) + commands(plan.commands);
  if (anything_written) {
    out +=
        "\n## Measured\nHosts, routes, callers and measured numbers carry the id of their evidence in a comment; "
        "`evidence.json` has the value and where it was read.\n";
  }
  out += section("Assumed, not measured", plan.assumed) + section("Left to you", plan.yours);
  return out + section("Unknown, so not written", plan.unknown);
}

}  // namespace nsew::starter
