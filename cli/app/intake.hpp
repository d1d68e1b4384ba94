// Reads the inputs: each file is recognised by its content and goes to the room that reads it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/page_file.hpp"
#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"
#include "input/ingest.hpp"
#include "judge/assessment.hpp"

namespace nsew {

class Intake {
 public:
  explicit Intake(IngestOptions options);

  // A file, a directory (walked) or "-".
  void take(const std::string& path);
  // Once all records have been looked at: they are given up.
  void say_what_did_not_fit();

  std::unique_ptr<PageFile> spilled;  // takes rows beyond --memory
  std::vector<RecordSink> sinks;
  Inventory inventory;
  std::vector<CallGraph> graphs;
  std::vector<InputRow> rows;
  Diagnostics diagnostics;
  bool unreadable = false;  // an input could not be read, or was cut short: 65
  bool anything = false;    // something was read

 private:
  void take_file(const WalkedFile&);
  void take_opened(const WalkedFile&, OpenInput);
  void take_traffic(OpenInput, const Reader&);
  void take_graph(OpenInput);
  void take_manifest(const WalkedFile&, OpenInput);
  void refuse(const WalkedFile&, std::string_view head);

  IngestOptions options_;
};

}  // namespace nsew
