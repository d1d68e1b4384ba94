#include "app/reporting.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "app/config.hpp"
#include "app/output.hpp"
#include "base/text.hpp"

namespace nsew {
std::vector<std::string> names_of(std::span<const Report* const> table) {
  std::vector<std::string> all;
  for (const Report* report : table) all.emplace_back(report->name);
  return all;
}

std::vector<Wanted> wanted_reports(const Flags& flags, std::span<const Report* const> table) {
  std::vector<Wanted> wanted;
  int on_stdout = 0;
  for (const Output& output : outputs_of(flags, "text")) {
    const Report* report = report_called(output.format, table);
    if (report == nullptr) {
      const auto meant = nearest(output.format, names_of(table));
      throw Failure(exit_code::usage, fmt::format("no report is called '{}'", output.format), {},
                    meant ? fmt::format("did you mean '{}'?", *meant)
                          : fmt::format("there are: {}", join(names_of(table), ", ")));
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
  std::error_code ignored;
  document.here = std::filesystem::current_path(ignored).string();
  document.root = repository_root(document.here).value_or(document.here);
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
