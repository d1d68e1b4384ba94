#include <algorithm>

#include "base/text.hpp"
#include "judge/confidence.hpp"
#include "judge/pass.hpp"
#include "judge/says.hpp"
#include "judge/verdict.hpp"

namespace nsew {
namespace {

struct Hearing {
  const RulePack& pack;
  FactSheet sheet;
  bool both_ends = false;  // the evidence is too thin for its middle to mean anything
  Pass middle, low, high;
};

Hearing hear(const FactSheet& facts, const RulePack& pack) {
  Hearing hearing{pack, facts, false, {}, {}, {}};
  derive(hearing.sheet);
  assume(hearing.sheet);
  hearing.both_ends = prepare(hearing.sheet, pack);
  hearing.middle = walk_rules(pack, hearing.sheet, End::middle);
  hearing.low = walk_rules(pack, hearing.sheet, End::low);
  hearing.high = walk_rules(pack, hearing.sheet, End::high);
  return hearing;
}

const FactTest* first_question(const Condition& condition) {
  if (!condition.all.empty()) return &condition.all.front();
  for (const auto* conditions : {&condition.any, &condition.none})
    for (const Condition& one : *conditions)
      if (const FactTest* question = first_question(one)) return question;
  return nullptr;
}

// The fact that a rule looked at: what its curve reads, else the first of its condition that is known.
std::string fact_of(const Rule& rule) {
  if (rule.curve && !rule.curve->of.empty()) return rule.curve->of;
  const FactTest* question = first_question(rule.when);
  return question ? question->fact : std::string();
}

Reason reason(const Hearing& hearing, const Rule& rule) {
  Reason result;
  result.rule = rule.id;
  result.kind = name_of(rule.kind);
  result.fact = fact_of(rule);
  if (const Fact* fact = hearing.sheet.find(result.fact)) result.value = fact->value;
  result.effect = to_string(rule.then);
  result.remedy = rule.remedy;
  result.source = join(rule.source, "; ");
  result.says = fill_in(rule.says, hearing.sheet, {});
  return result;
}

std::optional<double> points_for(const Pass& pass, const Rule& rule) {
  const auto at = std::ranges::find(pass.points, &rule, &Scored::rule);
  return at == pass.points.end() ? std::nullopt : std::optional(at->points);
}

// A curve through zero says something everywhere; any other rule only where it gives points.
bool worth_saying(const Rule& rule, double middle, double low, double high) {
  return middle != 0 || low != 0 || high != 0 || rule.curve->shape == Curve::Shape::per_doubling;
}

void add_points(Verdict& verdict, const Hearing& hearing) {
  for (const Rule& rule : hearing.pack.rules) {
    if (rule.kind != RuleKind::points) continue;
    const auto low = points_for(hearing.low, rule), high = points_for(hearing.high, rule);
    const auto middle = points_for(hearing.middle, rule);
    if (!low && !high && !middle) continue;
    const double value = middle.value_or(0);
    if (!worth_saying(rule, value, low.value_or(0), high.value_or(0))) continue;
    Reason line = reason(hearing, rule);
    line.points = value;
    if (low.value_or(0) != value || high.value_or(0) != value) {
      line.points_low = low.value_or(0);
      line.points_high = high.value_or(0);
    }
    line.says = fill_in(rule.says, hearing.sheet, {{"points", points_text(value)}});
    verdict.because.push_back(std::move(line));
  }
}

Reason need_line(const Hearing& hearing, const Pass& pass, const std::string& end) {
  const Scale& scale = hearing.pack.scale;
  const std::string later = points_text(scale.later_from), yes = points_text(scale.yes_from);
  Reason line;
  line.rule = need_rule;
  line.kind = "fit";
  line.points = pass.total;
  line.effect = end + "need: later from " + later + ", yes from " + yes;
  line.says =
      fill_in(scale.need_says, hearing.sheet, {{"points", points_text(pass.total)}, {"later", later}, {"yes", yes}});
  line.source = "judgement";
  return line;
}

void add_need(Verdict& verdict, const Hearing& hearing) {
  if (!hearing.both_ends) {
    verdict.because.push_back(need_line(hearing, hearing.middle, ""));
    return;
  }
  verdict.because.push_back(need_line(hearing, hearing.low, "low end: "));
  verdict.because.push_back(need_line(hearing, hearing.high, "high end: "));
}

bool prepares(const Rule& rule) {
  return std::ranges::any_of(rule.then, [](const Effect& effect) {
    return effect.kind == Effect::Kind::set || effect.kind == Effect::Kind::widen ||
           effect.kind == Effect::Kind::both_ends;
  });
}

// How a rule that acted is marked: at one end only, or at all; none when it did not act.
std::optional<std::string> mark(const Hearing& hearing, const Rule& rule) {
  if (!hearing.both_ends) return hearing.middle.acted_on(rule.id) ? std::optional<std::string>("") : std::nullopt;
  const bool low = hearing.low.acted_on(rule.id), high = hearing.high.acted_on(rule.id);
  if (low && high) return "";
  if (low) return "low end: ";
  if (high) return "high end: ";
  return std::nullopt;
}

void add_acted(Verdict& verdict, const Hearing& hearing, auto wanted) {
  for (const Rule& rule : hearing.pack.rules) {
    if (rule.kind == RuleKind::points || rule.kind == RuleKind::advice || !wanted(rule)) continue;
    const auto end = mark(hearing, rule);
    if (!end) continue;
    Reason line = reason(hearing, rule);
    line.effect = *end + line.effect;
    verdict.because.push_back(std::move(line));
  }
}

void add_advice(Verdict& verdict, const Hearing& hearing) {
  for (const Rule& rule : hearing.pack.rules) {
    if (rule.kind != RuleKind::advice) continue;
    const bool fits_need = rule.need.empty() || std::ranges::find(rule.need, hearing.middle.need) != rule.need.end();
    if (fits_need && holds(rule.when, View{hearing.sheet}) == Tri::yes)
      verdict.because.push_back(reason(hearing, rule));
  }
}

void add_families(Verdict& verdict, const Hearing& hearing) {
  for (std::size_t i = 0; i < hearing.pack.scale.families.size(); ++i) {
    const FamilyScale& scale = hearing.pack.scale.families[i];
    Family family{scale.id, hearing.middle.families[i], scale.low, scale.high, {}, {}};
    if (hearing.low.families[i] != hearing.high.families[i]) {
      family.points_low = hearing.low.families[i];
      family.points_high = hearing.high.families[i];
    }
    verdict.families.push_back(std::move(family));
  }
}

std::string first_that_holds(const std::vector<Scale::Limit>& limits, const FactSheet& sheet) {
  for (const Scale::Limit& limit : limits)
    if (holds(limit.when, View{sheet}) == Tri::yes) return limit.word;
  return {};
}

void decide(Verdict& verdict, const Hearing& hearing) {
  const Pass& deciding = hearing.both_ends ? hearing.low : hearing.middle;
  verdict.outcome = deciding.outcome;
  verdict.mode = deciding.mode;
  if (hearing.both_ends && hearing.low.outcome != hearing.high.outcome) verdict.outcome = "insufficient-data";
  if (verdict.outcome != "insufficient-data") return;
  verdict.mode.clear();
  verdict.lean = first_that_holds(hearing.pack.scale.lean, hearing.sheet);
  if (verdict.lean.empty()) verdict.lean = hearing.middle.outcome;
  if (verdict.lean == "insufficient-data") verdict.lean.clear();
  verdict.settles = first_that_holds(hearing.pack.scale.settles, hearing.sheet);
}

}  // namespace

Verdict judge(const FactSheet& facts, const RulePack& pack) {
  const Hearing hearing = hear(facts, pack);
  Verdict verdict;
  decide(verdict, hearing);
  verdict.score = hearing.middle.total;
  verdict.score_low = hearing.low.total;
  verdict.score_high = hearing.high.total;
  add_acted(verdict, hearing, prepares);
  add_points(verdict, hearing);
  add_need(verdict, hearing);
  add_acted(verdict, hearing, [](const Rule& rule) { return !prepares(rule); });
  add_advice(verdict, hearing);
  add_families(verdict, hearing);
  verdict.confidence = confidence_of(pack, hearing.sheet,
                                     {verdict.outcome, hearing.both_ends, hearing.middle, hearing.low, hearing.high});
  return verdict;
}

}  // namespace nsew
