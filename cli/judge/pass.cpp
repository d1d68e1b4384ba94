#include "judge/pass.hpp"

#include <algorithm>

namespace nsew {
namespace {

using Kind = Effect::Kind;

bool has_effect(const Rule& rule, std::initializer_list<Kind> kinds) {
  return std::ranges::any_of(
      rule.then, [&](const Effect& effect) { return std::ranges::find(kinds, effect.kind) != kinds.end(); });
}

// Which end of the evidence an effect belongs to when its condition is neither true nor false.
End leaning(const Rule& rule) {
  for (const Effect& effect : rule.then) {
    if (effect.kind == Kind::need) return effect.need == Need::no ? End::low : End::high;
    if (effect.kind == Kind::need_at_least) return End::high;
    if (has_effect(rule, {Kind::need_at_most, Kind::drop_positive, Kind::cap, Kind::keep})) return End::low;
  }
  return End::middle;
}

bool fires(const Rule& rule, const View& view) {
  const Tri answer = holds(rule.when, view);
  if (answer != Tri::unknown) return answer == Tri::yes;
  return view.end != End::middle && leaning(rule) == view.end;
}

bool asks_about_growth(const Condition& condition) {
  const auto asks = [](const Condition& one) { return asks_about_growth(one); };
  return std::ranges::any_of(condition.all, [](const FactTest& test) { return test.fact == grown_need; }) ||
         std::ranges::any_of(condition.any, asks) || std::ranges::any_of(condition.none, asks);
}

FactSheet after_growth(const RulePack& pack, FactSheet sheet) {
  const auto at = sheet.facts.find(pack.scale.grown_fact);
  const auto by = sheet.number(pack.scale.grown_by);
  if (at == sheet.facts.end() || !by) return sheet;
  if (auto* value = std::get_if<double>(&at->second.value)) *value *= *by;
  if (at->second.low) *at->second.low *= *by;
  if (at->second.high) *at->second.high *= *by;
  return sheet;
}

std::optional<double> points_in(const Rule& rule, const FamilyScale& family, const View& view) {
  if (!rule.when.empty() && holds(rule.when, view) != Tri::yes) return std::nullopt;
  if (const auto points = points_of(*rule.curve, view)) return points;
  if (!family.absent_is_open || view.end == End::middle) return std::nullopt;
  return view.end == End::low ? rule.curve->low : rule.curve->high;
}

struct Walk {
  const RulePack& pack;
  View view;
  std::string_view stop_before;
  Pass pass = {};

  void count_family(const FamilyScale& family);
  void act(const Rule& rule);
  void apply(const Rule& rule, const Effect& effect);
  void bend(Need need, const Rule& rule);
  void keep_for_dedicated_gateway();
  Pass run();
};

void Walk::count_family(const FamilyScale& family) {
  bool drop = false;
  double low = family.low, high = family.high, sum = 0;
  for (const Rule& rule : pack.rules)
    for (const Effect& effect : rule.then) {
      if (effect.word != family.id || !has_effect(rule, {Kind::drop_positive, Kind::cap}) || !fires(rule, view))
        continue;
      drop = drop || effect.kind == Kind::drop_positive;
      if (effect.kind == Kind::cap)
        std::tie(low, high) = std::pair(std::max(low, effect.low), std::min(high, effect.high));
    }
  for (const Rule& rule : pack.rules) {
    if (rule.family != family.id) continue;
    const auto points = points_in(rule, family, view);
    if (!points) continue;
    pass.points.push_back({&rule, *points});
    sum += drop ? std::min(*points, 0.0) : *points;
  }
  pass.families.push_back(std::clamp(sum, low, high));
}

void Walk::bend(Need need, const Rule& rule) {
  pass.need = need;
  pass.gate_decided = rule.kind == RuleKind::gate;
}

// A mesh that stays gets a gateway beside it; an edge that would have stayed no longer does.
void Walk::keep_for_dedicated_gateway() {
  if (pass.kept == "mesh") pass.kept = "mesh+gateway";
  if (pass.kept == "edge") pass.kept.clear();
}

void Walk::apply(const Rule& rule, const Effect& effect) {
  switch (effect.kind) {
    case Kind::need:
      return bend(effect.need, rule);
    case Kind::need_at_most:
      return pass.need > effect.need ? bend(effect.need, rule) : void();
    case Kind::need_at_least:
      return pass.need < effect.need ? bend(effect.need, rule) : void();
    case Kind::keep:
      pass.kept = effect.word;
      pass.gate_decided = true;
      return;
    case Kind::dedicated_gateway:
      return keep_for_dedicated_gateway();
    case Kind::outcome:
      (rule.kind == RuleKind::fit ? pass.outcome : pass.kept) = effect.word;
      return;
    case Kind::mode:
      pass.mode = effect.word;
      return;
    default:
      return;  // acts elsewhere: on facts, points or confidence
  }
}

void Walk::act(const Rule& rule) {
  if (rule.kind == RuleKind::fit && !pass.kept.empty()) return;
  if (!rule.need.empty() && std::ranges::find(rule.need, pass.need) == rule.need.end()) return;
  View asked = view;
  if (asks_about_growth(rule.when))
    asked.grown = walk_rules(pack, after_growth(pack, view.sheet), view.end, rule.id).need;
  if (!fires(rule, asked)) return;
  pass.acted.push_back(&rule);
  for (const Effect& effect : rule.then) apply(rule, effect);
}

Pass Walk::run() {
  for (const FamilyScale& family : pack.scale.families) count_family(family);
  for (const double points : pass.families) pass.total += points;
  pass.need = pass.total >= pack.scale.yes_from     ? Need::yes
              : pass.total >= pack.scale.later_from ? Need::later
                                                    : Need::no;
  for (const Rule& rule : pack.rules) {
    if (rule.kind == RuleKind::points || rule.kind == RuleKind::advice) continue;
    if (rule.id == stop_before) break;
    act(rule);
  }
  if (!pass.kept.empty()) {
    pass.outcome = pass.kept == "mesh" || pass.kept == "edge" ? "keep-current" : pass.kept;
    pass.mode.clear();
  }
  return std::move(pass);
}

// What little evidence shows is the least there is.
void widen(FactSheet& sheet, const Effect::Widened& widened) {
  const auto at = sheet.facts.find(widened.fact);
  const FactInfo* row = fact_called(widened.fact);
  const double* value = at == sheet.facts.end() ? nullptr : std::get_if<double>(&at->second.value);
  if (!value || !row) return;
  const bool count = row->step == 1;
  at->second.low = count ? low_end(at->second) : row->low;
  const auto bound = sheet.number(widened.up_to);
  at->second.high = bound ? std::max(*bound, high_end(at->second)) : row->high;
}

}  // namespace

bool Pass::acted_on(std::string_view id) const {
  return std::ranges::any_of(acted, [&](const Rule* rule) { return rule->id == id; });
}

bool prepare(FactSheet& sheet, const RulePack& pack) {
  bool both_ends = false;
  for (const Rule& rule : pack.rules) {
    if (!has_effect(rule, {Kind::set, Kind::widen, Kind::both_ends}) || !fires(rule, View{sheet})) continue;
    for (const Effect& effect : rule.then) {
      if (effect.kind == Kind::set) sheet.facts[effect.word] = Fact{effect.value, Origin::assumed, {}, {}, rule.id};
      for (const auto& fact : effect.widened) widen(sheet, fact);
      both_ends = both_ends || effect.kind == Kind::both_ends;
    }
  }
  return both_ends;
}

Pass walk_rules(const RulePack& pack, const FactSheet& sheet, End end, std::string_view stop_before) {
  return Walk{pack, View{sheet, end}, stop_before}.run();
}

double points_alone(const Rule& rule, const FactSheet& sheet) {
  return points_in(rule, FamilyScale{}, View{sheet}).value_or(0);
}

bool fires_alone(const Rule& rule, const FactSheet& sheet, std::optional<Need> need, std::optional<Need> grown) {
  if (!rule.need.empty() && (!need || std::ranges::find(rule.need, *need) == rule.need.end())) return false;
  return fires(rule, View{sheet, End::middle, grown});
}

}  // namespace nsew
