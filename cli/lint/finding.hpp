// A check: name, code, level and a pure function to findings. To add one: a file here and one line in check_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "judge/assessment.hpp"

namespace nsew {

struct Finding {
  std::string code, name;  // filled in from the check
  Severity level = Severity::warning;
  std::string message;
  std::string kind, ns, object;  // the resource; may be empty
  Location location;             // line and column of the thing itself
  std::string fingerprint;       // stable across line moves: code, resource, detail
  std::string remedy;
  std::string suppressed;  // reason of a waiver; empty = not suppressed
};

struct Check {
  std::string_view code;  // "NSEW0301": family and number, never reused
  std::string_view name;  // kebab-case
  Severity level;
  std::string_view summary;  // one line
  std::string_view page;     // `nsew explain CODE`: what it means, why it matters
  std::string_view remedy;
  bool (*applies)(const Assessment&);              // whether the inputs let it judge; without evidence it is silent
  std::vector<Finding> (*run)(const Assessment&);  // null: lint() makes these while it applies waivers
};

std::span<const Check* const> checks();

// Every finding of every check, ordered by file, line, column, code; code, name, level, remedy and fingerprint filled
// in.
std::vector<Finding> lint(const Assessment&);

}  // namespace nsew
