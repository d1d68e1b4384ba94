#include <fmt/format.h>

#include "base/escape.hpp"
#include "report/report.hpp"

namespace nsew {
namespace {

std::string_view colored(Severity level) {
  return level == Severity::error ? "\x1b[31m" : level == Severity::warning ? "\x1b[33m" : "\x1b[36m";
}

std::string line(const Finding& finding, bool color) {
  const std::string place = finding.location.file.empty() ? "" : to_string(finding.location) + ": ";
  std::string text = escape::terminal(place);
  if (color) text += colored(finding.level);
  text += name_of(finding.level);
  if (color) text += "\x1b[0m";
  text += fmt::format(": {} [{} {}]\n", escape::terminal(finding.message), finding.code, finding.name);
  if (!finding.suppressed.empty()) return text + fmt::format("  waived: {}\n", escape::terminal(finding.suppressed));
  return finding.remedy.empty() ? text : text + fmt::format("  {}\n", escape::terminal(finding.remedy));
}

std::string render(const Document& document) {
  std::string text;
  std::size_t errors = 0, warnings = 0, notes = 0, waived = 0;
  for (const Finding& finding : document.findings) {
    text += line(finding, document.color);
    if (!finding.suppressed.empty())
      ++waived;
    else if (finding.level == Severity::error)
      ++errors;
    else if (finding.level == Severity::warning)
      ++warnings;
    else
      ++notes;
  }
  text += fmt::format("{} error{}, {} warning{}, {} note{}", errors, errors == 1 ? "" : "s", warnings,
                      warnings == 1 ? "" : "s", notes, notes == 1 ? "" : "s");
  if (waived > 0) text += fmt::format(", {} waived", waived);
  return text + "\n";
}

}  // namespace

extern const Report lint_text_report{
    .name = "text", .summary = "one line per finding, with its remedy", .render = render};

}  // namespace nsew
