// A target's files while they are made: evidence ids, the plan, and the marks by which nsew knows its own files again.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "starter/target.hpp"
#include "starter/yaml.hpp"

namespace nsew::starter {

struct Phase {
  std::string name, changes, go_on, roll_back;
};

// README.md, in Markdown. Names from traffic and manifests go through code(); commands hold only names that Kubernetes
// takes.
struct Plan {
  std::string title;
  std::vector<std::string> lead;
  std::vector<std::string> before;
  std::vector<Phase> phases;
  std::vector<std::string> left_out;  // phases that have nothing to change here, with the reason
  std::vector<std::string> commands;
  std::vector<std::string> assumed, yours;
  std::vector<std::string> unknown;
};

class Bundle {
 public:
  Bundle(std::string target, const Assessment& assessment) : target_(std::move(target)), assessment_(assessment) {}

  const Assessment& assessment() const { return assessment_; }
  const std::string& target() const { return target_; }

  // The id under which evidence.json has a fact; the same fact keeps its id.
  std::string evidence(const std::string& what, const Json& value, const std::string& source);

  void yaml(const std::string& path, int phase, const std::vector<Json>& documents);
  void kustomization(const std::string& folder, int phase, const std::string& comment,
                     const std::vector<std::string>& resources, const Json& patches = Json::array());
  void text(const std::string& path, int phase, const std::string& text);

  const std::vector<StarterFile>& files() const { return files_; }  // so far

  Plan plan;
  std::vector<StarterFile> finish();  // with README.md and evidence.json, sorted by path

 private:
  struct Item {
    std::string id, what, source;
    Json value;
  };
  std::string evidence_json() const;

  std::string target_;
  const Assessment& assessment_;
  std::vector<StarterFile> files_;
  std::vector<Item> items_;
};

Json patch(const Json& target, const std::vector<Json>& operations);
std::string render(const Plan&, const std::string& target, bool anything_written);

}  // namespace nsew::starter
