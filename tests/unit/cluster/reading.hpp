#pragma once

#include <string>
#include <vector>

#include "base/text.hpp"
#include "cluster/manifests.hpp"

namespace nsew {

struct Said {
  Inventory inventory;
  ManifestSummary summary;
  std::vector<std::string> messages;  // "file:line:column: message", warnings and errors

  std::string told() const { return join(messages, "\n"); }
};

inline std::string lines(const std::vector<std::string>& messages) { return join(messages, "\n"); }

inline Said read_files(const std::vector<ManifestFile>& files, Severity least = Severity::warning) {
  Said said;
  Diagnostics diagnostics;
  for (const ManifestFile& file : files) {
    const ManifestSummary one = read_manifest(file, said.inventory, diagnostics);
    said.summary.records += one.records;
    said.summary.skipped += one.skipped;
    said.summary.unrendered = said.summary.unrendered || one.unrendered;
  }
  finish(said.inventory, diagnostics);
  for (const Diagnostic& told : diagnostics.list())
    if (told.level >= least) said.messages.push_back(to_string(told.location) + ": " + told.message);
  return said;
}

inline Said read_text(const std::string& text) { return read_files({{"f", text, true}}); }

}  // namespace nsew
