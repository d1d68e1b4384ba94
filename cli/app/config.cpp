#include "app/config.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "app/waivers.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "report/outcomes.hpp"

namespace nsew {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_config = 1 << 20;

std::string nearest_config() {
  std::error_code ignored;
  for (fs::path folder = fs::current_path(ignored); !folder.empty(); folder = folder.parent_path()) {
    const fs::path file = folder / ".nsew.yaml";
    if (fs::is_regular_file(file, ignored)) return fs::relative(file, fs::current_path(ignored), ignored).string();
    if (fs::exists(folder / ".git", ignored) || folder == folder.parent_path()) break;
  }
  return {};
}

Location place(const std::string& path, const YAML::Mark& mark) {
  if (mark.is_null()) return {path};
  return {path, static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

void refuse_unknown(const YAML::Node& map, const std::string& path, const std::string& of,
                    const std::vector<std::string>& known) {
  if (!map.IsMap()) throw Failure(exit_code::usage, fmt::format("{} is no map", of), place(path, map.Mark()));
  for (const auto& entry : map) {
    const auto key = entry.first.as<std::string>();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto meant = nearest(key, known);
    throw Failure(exit_code::usage, fmt::format("no key of {} is called '{}'", of, key),
                  place(path, entry.first.Mark()),
                  meant ? fmt::format("did you mean '{}'?", *meant) : fmt::format("there are: {}", join(known, ", ")));
  }
}

std::vector<std::string> list(const YAML::Node& node) {
  if (!node) return {};
  return node.IsSequence() ? node.as<std::vector<std::string>>() : std::vector<std::string>{node.as<std::string>()};
}

RecordedDecision decision(const YAML::Node& node, const std::string& path) {
  refuse_unknown(node, path, "decision", {"outcome", "facts", "rules_digest", "reviewed", "review_by"});
  const YAML::Node outcome = node["outcome"];
  if (!outcome) throw Failure(exit_code::usage, "decision has no outcome", place(path, node.Mark()));
  const auto name = outcome.as<std::string>();
  if (outcome_called(name) == nullptr)
    throw Failure(exit_code::usage, fmt::format("no outcome is called '{}'", name), place(path, outcome.Mark()),
                  "see `nsew list outcomes`");
  return {name, place(path, outcome.Mark())};
}

// - {code: NSEW0301, object: Service reports.shop-admin, reason: "why (until 2026-12-31)"}
std::vector<Waiver> waivers(const YAML::Node& node, const std::string& path) {
  std::vector<Waiver> all;
  for (const YAML::Node& entry : node) {
    refuse_unknown(entry, path, "a waiver", {"code", "object", "reason"});
    const auto text = [&](const char* key) { return entry[key] ? entry[key].as<std::string>() : std::string(); };
    all.push_back(waiver_of(text("code"), text("object"), text("reason"), place(path, entry.Mark())));
  }
  return all;
}

Config parsed(const std::string& path, const std::string& text) {
  Config config;
  config.path = path;
  const YAML::Node file = YAML::Load(text);
  if (file.IsNull()) return config;
  refuse_unknown(file, path, ".nsew.yaml", {"inputs", "facts", "gateways", "inside", "decision", "lint"});
  config.inputs = list(file["inputs"]);
  config.gateways = list(file["gateways"]);
  config.inside = list(file["inside"]);
  if (const YAML::Node facts = file["facts"]) config.facts = facts_from_yaml(YAML::Dump(facts), path);
  if (const YAML::Node made = file["decision"]) config.decision = decision(made, path);
  if (const YAML::Node lint = file["lint"]) {
    refuse_unknown(lint, path, "lint", {"fail-on", "waivers"});
    if (const YAML::Node level = lint["fail-on"]) config.fail_on = level.as<std::string>();
    if (const YAML::Node list = lint["waivers"]) config.waivers = waivers(list, path);
  }
  return config;
}

}  // namespace

std::optional<std::string> repository_root(const std::string& folder) {
  std::error_code ignored;
  for (fs::path at = folder; !at.empty(); at = at.parent_path()) {
    if (fs::exists(at / ".git", ignored)) return at.string();
    if (at == at.parent_path()) break;
  }
  return {};
}

Config read_config(const std::string& named) {
  const std::string path = named.empty() ? nearest_config() : named;
  if (path.empty()) return {};
  try {
    return parsed(path, read_all(*open_bytes(path), largest_config));
  } catch (const YAML::Exception& error) {
    throw Failure(exit_code::usage, error.msg, place(path, error.mark));
  }
}

}  // namespace nsew
