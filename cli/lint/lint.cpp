#include <algorithm>
#include <cstdint>
#include <tuple>

#include <fmt/format.h>

#include "lint/finding.hpp"
#include "lint/waivers.hpp"

namespace nsew {
namespace {

// FNV-1a over the parts, each closed by a byte that no name holds.
std::string fingerprint(const Finding& finding) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](std::string_view part) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash = (hash ^ 0xffu) * 1099511628211u;
  };
  for (const std::string& part : {finding.code, finding.kind, finding.ns, finding.object, finding.fingerprint})
    add(part);
  return fmt::format("{:016x}", hash);
}

std::vector<Finding> findings_of(const Check& check, const Assessment& assessment) {
  if (check.run == nullptr || !check.applies(assessment)) return {};
  std::vector<Finding> findings = check.run(assessment);
  for (Finding& finding : findings) {
    finding.code = check.code, finding.name = check.name;
    finding.level = check.level, finding.remedy = check.remedy;
  }
  return findings;
}

auto order(const Finding& f) { return std::tie(f.location, f.code, f.kind, f.ns, f.object, f.message); }

}  // namespace

std::vector<Finding> lint(const Assessment& assessment) {
  std::vector<Finding> all;
  for (const Check* check : checks())
    for (Finding& finding : findings_of(*check, assessment)) all.push_back(std::move(finding));
  for (Finding& finding : apply_waivers(assessment, all)) all.push_back(std::move(finding));
  for (Finding& finding : all) finding.fingerprint = fingerprint(finding);
  std::ranges::sort(all, [](const Finding& a, const Finding& b) { return order(a) < order(b); });
  return all;
}

}  // namespace nsew
