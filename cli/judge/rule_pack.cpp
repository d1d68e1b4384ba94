#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/embedded.hpp"
#include "judge/readers.hpp"
#include "judge/verdict.hpp"

namespace nsew {
namespace {

constexpr std::string_view scale_file = "scale.yaml";
// Knowledge in the same folder that other rooms read.
constexpr std::array<std::string_view, 3> not_rules{"platform.yaml", "cost.yaml", "targets.yaml"};

std::string stem(std::string_view name) {
  const auto slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  return std::string(name.substr(0, name.rfind('.')));
}

bool acts_in_order(const Rule& rule) { return rule.kind != RuleKind::points && rule.kind != RuleKind::advice; }

void check_order(const RulePack& pack, const Yaml& scale) {
  std::vector<std::string> ids;
  for (const Rule& rule : pack.rules)
    if (acts_in_order(rule)) ids.push_back(rule.id);
  for (const YamlEntry& entry : entries(scale))
    for (const Yaml& place : entry.key == "order" ? items(entry.value) : std::vector<Yaml>{})
      if (const std::string id = text_of(place); std::ranges::find(ids, id) == ids.end())
        refuse_name(place, fmt::format("no gate, guard or fit is called '{}'", id), id, ids);
  for (const Rule& rule : pack.rules)
    if (acts_in_order(rule) && std::ranges::find(pack.scale.order, rule.id) == pack.scale.order.end())
      throw Failure(exit_code::unreadable, fmt::format("'{}' has no place in the `order` of scale.yaml", rule.id),
                    rule.where);
}

void sort_rules(RulePack& pack) {
  const auto family_rank = [&](const Rule& rule) {
    return std::ranges::find(pack.scale.families, rule.family, &FamilyScale::id) - pack.scale.families.begin();
  };
  const auto rank = [&](const Rule& rule) {
    const int phase = rule.kind == RuleKind::points ? 0 : acts_in_order(rule) ? 1 : 2;
    const auto within = phase == 0   ? family_rank(rule)
                        : phase == 1 ? std::ranges::find(pack.scale.order, rule.id) - pack.scale.order.begin()
                                     : 0;
    return std::tuple(phase, within, rule.id);
  };
  std::ranges::sort(pack.rules, {}, rank);
}

std::vector<std::pair<std::string, std::string>> embedded_files() {
  std::vector<std::pair<std::string, std::string>> files;
  for (const embedded::File& file : embedded::rules())
    if (std::ranges::find(not_rules, file.name) == not_rules.end())
      files.emplace_back(fmt::format("rules/{}", file.name), file.text);
  return files;
}

}  // namespace

const Rule* RulePack::find(std::string_view id) const {
  const auto at = std::ranges::find(rules, id, &Rule::id);
  return at == rules.end() ? nullptr : &*at;
}

RulePack load_rules(std::span<const std::pair<std::string, std::string>> files) {
  RulePack pack;
  const auto is_scale = [](const auto& file) { return stem(file.first) + ".yaml" == scale_file; };
  const auto at = std::ranges::find_if(files, is_scale);
  if (at == files.end()) throw Failure(exit_code::unreadable, "there is no scale.yaml among the rules");
  const Yaml scale = parse_yaml(at->second, {at->first, exit_code::unreadable});
  pack.scale = read_scale(scale);
  std::vector<std::string> families;
  for (const FamilyScale& family : pack.scale.families) families.push_back(family.id);
  for (const auto& file : files)
    if (!is_scale(file))
      pack.rules.push_back(
          read_rule(parse_yaml(file.second, {file.first, exit_code::unreadable}), stem(file.first), families));
  sort_rules(pack);
  check_order(pack, scale);
  return pack;
}

const RulePack& embedded_rules() {
  static const RulePack pack = load_rules(embedded_files());
  return pack;
}

}  // namespace nsew
