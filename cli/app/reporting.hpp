// Renders the reports that -o asks for and writes them: files first, then stdout.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/flags.hpp"
#include "report/report.hpp"

namespace nsew {

std::vector<std::string> names_of(std::span<const Report* const>);  // text, json, …

// The reports asked for. Throws Failure(64) for an unknown format, or two reports for stdout.
struct Wanted {
  const Report* report;
  std::string file;
};
std::vector<Wanted> wanted_reports(const Flags&, std::span<const Report* const>);

void write_reports(const std::vector<Wanted>&, Document, const Flags&);

}  // namespace nsew
