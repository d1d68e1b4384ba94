// Conditions and curves on facts that may be intervals or unknown.
#pragma once

#include <optional>

#include "judge/rule.hpp"

namespace nsew {

enum class Tri { no, unknown, yes };

// Which end of every interval is taken: the measured value, or the end that speaks against or for a mesh.
enum class End { middle, low, high };

struct View {
  const FactSheet& sheet;
  End end = End::middle;
  std::optional<Need> grown = {};  // the need that growth would lead to
};

// With End::middle a number is its value (or the end that the test names); with the others it is its whole interval,
// and the answer is unknown where the interval lies on both sides. An absent fact is unknown.
Tri holds(const Condition&, const View&);

// None when the fact is absent.
std::optional<double> points_of(const Curve&, const View&);

}  // namespace nsew
