// Findings for machines: JSON, SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), GitHub workflow
// commands.
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/embedded.hpp"
#include "base/escape.hpp"
#include "base/version.hpp"
#include "report/findings_json.hpp"
#include "report/report.hpp"

namespace nsew {
namespace {

using Json = nlohmann::ordered_json;

std::string json(const Document& document) {
  const Json report{{"schema_version", "1.0"},
                    {"nsew", {{"version", version}, {"rules_digest", embedded::rules_digest()}}},
                    {"findings", findings_json(document.findings)}};
  return dumped(report);
}

std::string_view sarif_level(Severity level) {
  return level == Severity::error ? "error" : level == Severity::warning ? "warning" : "note";
}

Json sarif_rules() {
  Json rules = Json::array();
  for (const Check* check : checks()) {
    rules.push_back({{"id", check->code},
                     {"name", check->name},
                     {"shortDescription", {{"text", check->summary}}},
                     {"fullDescription", {{"text", check->page}}},
                     {"help", {{"text", check->remedy}}},
                     {"defaultConfiguration", {{"level", sarif_level(check->level)}}}});
  }
  return rules;
}

// Within the repository a name relative to its root, which code scanning looks files up by; else unchanged.
struct Artifact {
  std::string path;
  bool in_repository = false;
};
Artifact artifact(const std::string& file, const Document& document) {
  namespace fs = std::filesystem;
  if (file.starts_with('<') || document.root.empty()) return {file, false};  // <stdin>
  const fs::path full = (fs::path(document.here) / file).lexically_normal();
  const std::string relative = full.lexically_relative(document.root).generic_string();
  if (relative.empty() || relative == ".." || relative.starts_with("../")) return {full.generic_string(), false};
  return {relative, true};
}

// RFC 3986: a reference relative to the base, or a file URI.
std::string uri(const std::string& path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

Json sarif_location(const Location& where, const Document& document) {
  const Artifact file = artifact(where.file, document);
  Json physical{{"artifactLocation", {{"uri", uri(file.path)}}}};
  if (file.in_repository) physical["artifactLocation"]["uriBaseId"] = "%SRCROOT%";
  if (where.line > 0) {
    physical["region"] = {{"startLine", where.line}};
    if (where.column > 0) physical["region"]["startColumn"] = where.column;
  }
  return {{"physicalLocation", physical}};
}

Json sarif_result(const Finding& finding, const Document& document) {
  Json result{{"ruleId", finding.code},
              {"level", sarif_level(finding.level)},
              {"message", {{"text", escape::utf8(finding.message)}}}};
  result["locations"] = Json::array();
  if (!finding.location.file.empty()) result["locations"].push_back(sarif_location(finding.location, document));
  result["partialFingerprints"] = {{"nsew/v1", finding.fingerprint}};
  if (!finding.suppressed.empty()) {
    result["suppressions"] = {{{"kind", "inSource"}, {"justification", escape::utf8(finding.suppressed)}}};
  }
  return result;
}

std::string sarif(const Document& document) {
  Json results = Json::array();
  for (const Finding& finding : document.findings) results.push_back(sarif_result(finding, document));
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs",
                  {{{"tool", {{"driver", {{"name", "nsew"}, {"version", version}, {"rules", sarif_rules()}}}}},
                    {"originalUriBaseIds",
                     {{"%SRCROOT%", {{"description", {{"text", "the root of the repository that nsew ran in"}}}}}}},
                    {"columnKind", "utf16CodeUnits"},
                    {"results", results}}}}};
  return dumped(log);
}

std::string github(const Document& document) {
  std::string text;
  for (const Finding& finding : document.findings) {
    if (!finding.suppressed.empty()) continue;
    const std::string_view command = finding.level == Severity::info ? "notice" : name_of(finding.level);
    text += fmt::format("::{} title={}", command,
                        escape::github_property(fmt::format("{} {}", finding.code, finding.name)));
    if (!finding.location.file.empty()) {
      text += fmt::format(",file={}", escape::github_property(artifact(finding.location.file, document).path));
      if (finding.location.line > 0) text += fmt::format(",line={}", finding.location.line);
      if (finding.location.column > 0) text += fmt::format(",col={}", finding.location.column);
    }
    text += fmt::format(
        "::{}\n", escape::github_message(finding.message + (finding.remedy.empty() ? "" : ". " + finding.remedy)));
  }
  return text;
}

}  // namespace

extern const Report lint_json_report{.name = "json", .summary = "findings for scripts", .render = json};
extern const Report sarif_report{.name = "sarif", .summary = "SARIF 2.1.0 for code scanning", .render = sarif};
extern const Report github_report{
    .name = "github", .summary = "annotations of a GitHub workflow run", .render = github};

}  // namespace nsew
