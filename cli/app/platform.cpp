#include "app/platform.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/diagnostics.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"

namespace nsew {
namespace {

std::vector<std::string> words(const YAML::Node& file, const char* key) {
  const YAML::Node list = file[key];
  if (!list || !list.IsSequence()) throw Failure(exit_code::defect, fmt::format("'{}' is missing or no list", key));
  return list.as<std::vector<std::string>>();
}

std::set<std::string> word_set(const YAML::Node& file, const char* key) {
  const auto list = words(file, key);
  return {list.begin(), list.end()};
}

std::set<int> ports(const YAML::Node& file, const char* key) {
  std::set<int> result;
  for (const std::string& word : words(file, key)) result.insert(std::stoi(word));
  return result;
}

PlatformKnowledge parsed(const YAML::Node& file) {
  PlatformKnowledge known;
  known.namespaces = word_set(file, "namespaces");
  known.images = words(file, "images");
  known.gateway_images = words(file, "gateway_images");
  known.gateway_names = word_set(file, "gateway_names");
  known.store_names = word_set(file, "store_names");
  known.store_images = word_set(file, "store_images");
  known.store_ports = ports(file, "store_ports");
  known.broker_names = word_set(file, "broker_names");
  known.broker_images = word_set(file, "broker_images");
  known.broker_ports = ports(file, "broker_ports");
  known.probe_agents = word_set(file, "probe_agents");
  known.synthetic_agents = word_set(file, "synthetic_agents");
  known.synthetic_names = word_set(file, "synthetic_names");
  known.telemetry_routes = word_set(file, "telemetry_routes");
  known.client_sdk = words(file, "client_sdk");
  return known;
}

}  // namespace

PlatformKnowledge platform_knowledge() {
  const auto files = embedded::rules();
  const auto file = std::find_if(files.begin(), files.end(), [](const auto& f) { return f.name == "platform.yaml"; });
  if (file == files.end()) throw Failure(exit_code::defect, "platform.yaml was not built in", {"rules/platform.yaml"});
  try {
    return parsed(YAML::Load(std::string(file->text)));
  } catch (const YAML::Exception& error) {
    throw Failure(exit_code::defect, error.what(), {"rules/platform.yaml"});
  }
}

}  // namespace nsew
