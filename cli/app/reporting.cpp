#include "app/reporting.hpp"

#include <fmt/format.h>

#include "app/output.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

std::vector<std::string> names(std::span<const Report* const> table) {
  std::vector<std::string> all;
  for (const Report* report : table) all.emplace_back(report->name);
  return all;
}

}  // namespace

std::string names_of(std::span<const Report* const> table) { return join(names(table), ", "); }

std::vector<Wanted> wanted_reports(const Flags& flags, std::span<const Report* const> table) {
  std::vector<Wanted> wanted;
  int on_stdout = 0;
  for (const Output& output : outputs_of(flags, "text")) {
    const Report* report = report_called(output.format, table);
    if (report == nullptr) {
      const auto meant = nearest(output.format, names(table));
      throw Failure(exit_code::usage, fmt::format("no report is called '{}'", output.format), {},
                    meant ? fmt::format("did you mean '{}'?", *meant) : fmt::format("there are: {}", names_of(table)));
    }
    if (output.file.empty() && ++on_stdout > 1) {
      throw Failure(exit_code::usage, "only one report can go to stdout", {},
                    "write the other to a file: -o json=report.json");
    }
    wanted.push_back({report, output.file});
  }
  return wanted;
}

void write_reports(const std::vector<Wanted>& wanted, Document document, const Flags& flags) {
  document.verbose = flags.verbose;
  for (const Wanted& one : wanted) {
    document.color = one.file.empty() && wants_color(flags);
    if (!one.file.empty()) write_file(one.file, one.report->render(document));
  }
  for (const Wanted& one : wanted) {
    document.color = wants_color(flags);
    if (one.file.empty()) write_stdout(one.report->render(document));
  }
}

}  // namespace nsew
