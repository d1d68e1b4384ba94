// Online Boutique as a graph filled in by hand (boutique/graph.json) and its manifests in our own words.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "cluster/manifests.hpp"
#include "graph/serialise.hpp"
#include "judge/assessment.hpp"
#include "starter/target.hpp"

namespace boutique {

using namespace nsew;

inline std::string text_of(const std::string& name) {
  std::ifstream file(std::string(NSEW_SOURCE_DIR) + "/tests/unit/starter/boutique/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline CallGraph graph() {
  Diagnostics diagnostics;
  auto read = graph_from_json(text_of("graph.json"), "graph.json", diagnostics);
  REQUIRE(read.has_value());
  return *read;
}

inline Inventory inventory() {
  Inventory all;
  Diagnostics diagnostics;
  read_manifest({"manifests.yaml", text_of("manifests.yaml"), true}, all, diagnostics);
  finish(all, diagnostics);
  return all;
}

struct Case {
  CallGraph seen = graph();
  Inventory declared = inventory();
  Assessment assessment() const { return Assessment{Picture{seen, declared, {}, {}, {}}, {}, {}, {}, {}, {}, {}, {}}; }
};

inline std::string file(const std::vector<StarterFile>& files, const std::string& path) {
  for (const StarterFile& one : files) {
    if (one.path == path) return one.text;
  }
  return {};
}

inline std::vector<StarterFile> generated(const Assessment& assessment, const char* target) {
  return target_called(target)->generate(assessment);
}

}  // namespace boutique
