#include "report/report.hpp"

namespace nsew {

extern const Report text_report, json_report, facts_report, graph_report, markdown_report, dot_report;
extern const Report lint_text_report, lint_json_report, sarif_report, github_report;

std::span<const Report* const> reports() {
  static constexpr const Report* table[] = {&text_report,  &json_report,     &facts_report,
                                            &graph_report, &markdown_report, &dot_report};
  return table;
}

std::span<const Report* const> lint_reports() {
  static constexpr const Report* table[] = {&lint_text_report, &lint_json_report, &sarif_report, &github_report};
  return table;
}

const Report* report_called(std::string_view name, std::span<const Report* const> table) {
  for (const Report* report : table) {
    if (report->name == name) return report;
  }
  return nullptr;
}

}  // namespace nsew
