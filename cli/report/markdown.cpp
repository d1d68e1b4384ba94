// A pull-request comment.
#include <fmt/format.h>

#include "base/escape.hpp"
#include "report/numbers.hpp"
#include "report/outcomes.hpp"
#include "report/report.hpp"
#include "report/screen.hpp"

namespace nsew {
namespace {

std::string traffic(const Summary& summary) {
  std::string text;
  for (const UnitTraffic& unit : summary.units) {
    const auto amount = [&](CallClass cls) {
      return unit.unit == "bytes" ? bytes(unit.calls.at(cls)) : count(unit.calls.at(cls));
    };
    const std::string share = unit.share ? fmt::format("{} ({})", percent(unit.share->value),
                                                       percent_range(unit.share->low, unit.share->high))
                                         : escape::markdown(unit.why_not);
    text += fmt::format("| {} | {} | {} | {} | {} |\n", unit.unit, amount(CallClass::north_south),
                        amount(CallClass::east_west), share, amount(CallClass::unknown));
  }
  if (text.empty()) return "No traffic was given.\n";
  return "| unit | north-south | east-west | east-west share (95 %) | unknown |\n|---|---:|---:|---|---:|\n" + text;
}

std::string reasons(const Verdict& verdict) {
  std::string text;
  for (const Reason* reason : strongest_reasons(verdict, 5)) {
    const std::string weight = reason->points ? weight_of(*reason) : "decides";
    text += fmt::format("- **{}** {} (`{}`)\n", weight, escape::markdown(reason->says), reason->rule);
  }
  if (const std::string sum = points_in_all(verdict); !sum.empty()) text += "- " + escape::markdown(sum) + "\n";
  return text;
}

std::string findings(const std::vector<Finding>& all) {
  std::string rows;
  std::size_t shown = 0;
  for (const Finding& finding : all) {
    if (!finding.suppressed.empty() || finding.level == Severity::info) continue;
    if (++shown > 20) continue;
    rows += fmt::format("| {} | {} | {} | {} |\n", name_of(finding.level), finding.code,
                        escape::markdown(to_string(finding.location)), escape::markdown(finding.message));
  }
  if (rows.empty()) return {};
  std::string text = "\n<details><summary>" + std::to_string(shown) +
                     " findings</summary>\n\n| level | code | place | finding |\n|---|---|---|---|\n" + rows;
  if (shown > 20) text += fmt::format("\n{} more: `nsew lint`\n", shown - 20);
  return text + "\n</details>\n";
}

std::string edges(const Summary& summary) {
  std::string rows;
  for (const EdgeSummary* row : chattiest(summary, 8)) {
    rows += fmt::format("| {} | {} | {} | {} |\n", escape::markdown(row->key->from), escape::markdown(row->key->to),
                        count(row->first_unit), name_of(row->key->cls));
  }
  if (rows.empty()) return {};
  return "\n<details><summary>Chattiest edges</summary>\n\n| from | to | calls | class |\n|---|---|---:|---|\n" + rows +
         "\n</details>\n";
}

std::string render(const Document& document) {
  const Assessment& assessment = document.assessment;
  const Summary summary = summarise(assessment.picture);
  std::string text = fmt::format("### nsew: {}\n\n**{}**, confidence {}", headline(assessment.verdict),
                                 assessment.verdict.outcome, assessment.verdict.confidence);
  if (!assessment.verdict.mode.empty()) text += fmt::format(", mode {}", assessment.verdict.mode);
  text += "\n\n";
  if (!assessment.verdict.settles.empty())
    text += "To settle it: " + escape::markdown(assessment.verdict.settles) + "\n\n";
  text += traffic(summary) + "\n" + reasons(assessment.verdict);
  text += edges(summary) + findings(document.findings);
  text += "\n<sub>" + escape::markdown(what_was_read(assessment, summary)) + "</sub>\n";
  return text;
}

}  // namespace

extern const Report markdown_report{.name = "markdown", .summary = "a pull-request comment", .render = render};

}  // namespace nsew
