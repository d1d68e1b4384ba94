// A report format: pure, the same bytes for the same document. To add one: a file here and one line in
// report_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "judge/assessment.hpp"
#include "lint/finding.hpp"
#include "starter/target.hpp"

namespace nsew {

struct Document {
  const Assessment& assessment;
  std::vector<Finding> findings;
  std::vector<StarterFile> starter;
  std::vector<std::string> arguments;  // the inputs as the user named them
  std::string here, root;              // absolute folders: what relative names start from; of the repository
  bool color = false;                  // the terminal report only
  unsigned width = 80;
  int verbose = 0;
};

struct Report {
  std::string_view name, summary;
  std::string (*render)(const Document&);
};

std::span<const Report* const> reports();       // of `advise`: text, json, facts, graph, markdown, dot
std::span<const Report* const> lint_reports();  // of `lint`: text, json, sarif, github
const Report* report_called(std::string_view name, std::span<const Report* const>);

}  // namespace nsew
