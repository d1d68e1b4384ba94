#include "judge/weigh.hpp"

#include <algorithm>
#include <cmath>

namespace nsew {
namespace {

using Op = Test::Op;

Tri tri(bool yes) { return yes ? Tri::yes : Tri::no; }
Tri inverse(Tri answer) { return static_cast<Tri>(2 - static_cast<int>(answer)); }

struct Range {
  double low, high;
};

Tri above(Range range, double line) {
  return range.low > line ? Tri::yes : range.high <= line ? Tri::no : Tri::unknown;
}
Tri at_least(Range range, double line) {
  return range.low >= line ? Tri::yes : range.high < line ? Tri::no : Tri::unknown;
}
Tri equal(Range range, double value) {
  if (range.low == value && range.high == value) return Tri::yes;
  return value < range.low || value > range.high ? Tri::no : Tri::unknown;
}

Tri compare(const Test& test, Range range) {
  switch (test.op) {
    case Op::at_least:
      return at_least(range, test.number);
    case Op::above:
      return above(range, test.number);
    case Op::at_most:
      return inverse(above(range, test.number));
    case Op::below:
      return inverse(at_least(range, test.number));
    default:
      return equal(range, test.number);
  }
}

Range range_of(const Fact& fact, FactTest::End end, const View& view) {
  if (view.end != End::middle) return {low_end(fact), high_end(fact)};
  const double value = end == FactTest::End::low    ? low_end(fact)
                       : end == FactTest::End::high ? high_end(fact)
                                                    : std::get<double>(fact.value);
  return {value, value};
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

Tri compare(const Test& test, const std::vector<std::string>& list) {
  if (test.op == Op::has) return tri(std::ranges::all_of(test.words, [&](auto& word) { return contains(list, word); }));
  return tri(!list.empty() && std::ranges::all_of(list, [&](auto& word) { return contains(test.words, word); }));
}

Tri ask(const Test& test, const Fact& fact, FactTest::End end, const View& view) {
  if (test.op == Op::known) return tri(test.truth);
  if (std::holds_alternative<double>(fact.value)) return compare(test, range_of(fact, end, view));
  if (const auto* truth = std::get_if<bool>(&fact.value)) return tri(*truth == test.truth);
  if (const auto* word = std::get_if<std::string>(&fact.value)) return tri(contains(test.words, *word));
  if (const auto* words = std::get_if<std::vector<std::string>>(&fact.value))
    return test.op == Op::empty ? tri(words->empty() == test.truth) : compare(test, *words);
  const auto* numbers = std::get_if<std::vector<double>>(&fact.value);
  return tri(numbers && numbers->empty() == test.truth);
}

Tri ask(const FactTest& question, const View& view) {
  if (question.fact == grown_need) {
    if (!view.grown) return Tri::unknown;
    return tri(contains(question.tests.front().words, std::string(name_of(*view.grown))));
  }
  const Fact* fact = view.sheet.find(question.fact);
  Tri answer = Tri::yes;
  for (const Test& test : question.tests) {
    const Tri one = fact                   ? ask(test, *fact, question.end, view)
                    : test.op == Op::known ? tri(!test.truth)
                                           : Tri::unknown;
    answer = std::min(answer, one);
  }
  return answer;
}

double along_ramp(const std::vector<std::pair<double, double>>& points, double x) {
  if (x <= points.front().first) return points.front().second;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& [x0, y0] = points[i - 1];
    const auto& [x1, y1] = points[i];
    if (x <= x1) return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
  }
  return points.back().second;
}

double points_at(const Curve& curve, double fact) {
  const double x = curve.times * fact + curve.plus;
  switch (curve.shape) {
    case Curve::Shape::flat:
      return curve.amount;
    case Curve::Shape::ramp:
      return along_ramp(curve.at, x);
    case Curve::Shape::per_unit:
      return std::clamp(curve.amount * (x - curve.zero_at), curve.low, curve.high);
    case Curve::Shape::per_doubling:
      return std::clamp(curve.amount * std::log2(x / curve.zero_at), curve.low, curve.high);
  }
  return 0;
}

double nearest_zero(double a, double b) {
  if (a * b <= 0) return 0;
  return std::abs(a) < std::abs(b) ? a : b;
}

}  // namespace

Tri holds(const Condition& condition, const View& view) {
  Tri answer = Tri::yes;
  for (const FactTest& question : condition.all) answer = std::min(answer, ask(question, view));
  if (!condition.any.empty()) {
    Tri best = Tri::no;
    for (const Condition& one : condition.any) best = std::max(best, holds(one, view));
    answer = std::min(answer, best);
  }
  for (const Condition& one : condition.none) answer = std::min(answer, inverse(holds(one, view)));
  return answer;
}

std::optional<double> points_of(const Curve& curve, const View& view) {
  if (curve.shape == Curve::Shape::flat) return curve.amount;
  const Fact* fact = view.sheet.find(curve.of);
  if (!fact) return std::nullopt;
  const double a = points_at(curve, low_end(*fact)), b = points_at(curve, high_end(*fact));
  if (view.end == End::low) return std::min(a, b);
  if (view.end == End::high) return std::max(a, b);
  return curve.nearest_zero ? nearest_zero(a, b) : points_at(curve, std::get<double>(fact->value));
}

}  // namespace nsew
