#include "starter/products.hpp"

#include <algorithm>

#include <yaml-cpp/yaml.h>

#include "base/embedded.hpp"

namespace nsew::starter {
namespace {

std::string word(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>("") : std::string();
}

YAML::Node targets_file() {
  const auto rules = embedded::rules();
  const auto at =
      std::find_if(rules.begin(), rules.end(), [](const auto& file) { return file.name == "targets.yaml"; });
  return at == rules.end() ? YAML::Node() : YAML::Load(std::string(at->text));
}

}  // namespace

Product product(const std::string& name) {
  const YAML::Node file = targets_file();
  if (!file.IsMap() || !file[name]) return {};
  const YAML::Node node = file[name];
  return {word(node, "version"), word(node, "kubernetes"), word(node, "gateway_api"), word(node, "controller"),
          word(node, "namespace")};
}

}  // namespace nsew::starter
