// The shape of the knowledge in rules/*.yaml. Parsed and checked by rule_reader.cpp and scale_reader.cpp, used by
// judge.cpp; the format is described in nsew-rules(5).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "measure/facts.hpp"

namespace nsew {

enum class Need { no, later, yes };
std::string_view name_of(Need);

enum class RuleKind { points, gate, guard, fit, advice };
std::string_view name_of(RuleKind);

// One comparison with one fact.
struct Test {
  enum class Op { at_least, at_most, above, below, is, one_of, only, has, known, empty };
  Op op = Op::is;
  double number = 0;
  bool truth = false;
  std::vector<std::string> words;
};

// Yes when every test holds.
struct FactTest {
  std::string fact;
  std::vector<Test> tests;
  enum class End { value, low, high } end = End::value;  // which end of an interval a careful reader takes
};

// Yes when all facts, one of `any` (if there are any) and none of `none` hold.
struct Condition {
  std::vector<FactTest> all;
  std::vector<Condition> any, none;
  bool empty() const { return all.empty() && any.empty() && none.empty(); }
};

struct Curve {
  enum class Shape { flat, per_doubling, per_unit, ramp } shape = Shape::flat;
  std::string of;                             // fact; empty for flat
  double times = 1, plus = 0;                 // read times × fact + plus
  double amount = 0;                          // points, per doubling or per unit
  double zero_at = 0;                         // where the curve is zero
  std::vector<std::pair<double, double>> at;  // ramp: (value, points), straight between, level beyond
  double low = 0, high = 0;                   // between
  bool nearest_zero = false;                  // of an interval, the end with the fewer points
};

struct Effect {
  enum class Kind {
    need,
    need_at_most,
    need_at_least,
    drop_positive,
    cap,
    set,
    widen,
    both_ends,
    keep,
    dedicated_gateway,
    outcome,
    mode,
    confidence_at_most,
    confidence_if_a_gate_decides
  };
  struct Widened {
    std::string fact, up_to;  // up_to: a fact that bounds it; may be empty
  };
  Kind kind = Kind::need;
  Need need = Need::no;
  std::string word;  // family, fact, outcome, mode, confidence, "mesh" or "edge"
  double low = 0, high = 0;
  FactValue value;
  std::vector<Widened> widened;
};
std::string to_string(const Effect&);  // "need at most: later"
std::string to_string(const std::vector<Effect>&);

struct Example {
  FactSheet facts;
  std::optional<Need> need;      // the need when the rule is asked
  std::optional<Need> grown;     // the need that growth would lead to
  std::optional<double> points;  // of a points rule; 0 when it does not apply
  std::optional<bool> fires;     // of any other
  std::optional<std::string> effect;
  Location where;
};

struct Rule {
  std::string id, title, family, why, remedy, says;
  RuleKind kind = RuleKind::advice;
  std::vector<std::string> source;
  Condition when;
  std::vector<Need> need;  // fires only then; empty = always
  std::optional<Curve> curve;
  std::vector<Effect> then;
  std::vector<Example> examples;
  Location where;
};

struct FamilyScale {
  std::string id;
  double low = 0, high = 0;     // caps
  bool absent_is_open = false;  // an absent fact may be anything; otherwise it gives no points
};

// rules/scale.yaml: what belongs to no single rule.
struct Scale {
  std::vector<FamilyScale> families;
  double later_from = 0, yes_from = 0;
  std::string need_says;             // template: {points}, {later}, {yes}
  std::vector<std::string> order;    // gates, guards and fit, as they act
  std::string grown_fact, grown_by;  // what the pseudo-fact `grown.need` multiplies
  std::string ladder_fact;
  std::vector<std::pair<double, std::string>> ladder;  // (at least, confidence), highest first
  struct Limit {
    Condition when;
    std::string word;
  };
  std::vector<Limit> confidence_at_most, lean, settles;  // the first that holds for lean and settles
  std::string confidence_when_insufficient;
};

class RulePack {
 public:
  Scale scale;
  std::vector<Rule> rules;  // points by family then id, then `scale.order`, then advice by id

  const Rule* find(std::string_view id) const;
};

inline constexpr std::string_view grown_need = "grown.need", need_rule = "need-lines";

// One rule by itself, on a sheet with derived and assumed facts: what its examples state.
double points_alone(const Rule&, const FactSheet&);
bool fires_alone(const Rule&, const FactSheet&, std::optional<Need> need, std::optional<Need> grown);

}  // namespace nsew
