#include <doctest/doctest.h>

#include "base/diagnostics.hpp"

namespace nsew {
namespace {

Diagnostics complaints(std::uint32_t from, std::uint32_t to) {
  Diagnostics said;
  for (std::uint32_t line = from; line < to; ++line)
    said.report(Severity::warning, {"f", line, 1}, "is broken", "mend it");
  return said;
}

}  // namespace

TEST_CASE("of many complaints alike the first places are kept and the rest is counted") {
  const auto list = complaints(1, 1001).list();
  REQUIRE(list.size() == Diagnostics::kept_per_message);
  CHECK(list.front().location.line == 1);
  CHECK(list.front().message == "is broken");
  CHECK(list.back().message == "is broken (and 995 more like it)");
}

TEST_CASE("merging in any order gives the same list") {
  Diagnostics forward = complaints(1, 8), backward = complaints(20, 30);
  forward.merge(complaints(20, 30));
  backward.merge(complaints(1, 8));
  CHECK(forward.list() == backward.list());
}

TEST_CASE("a place is as long as what is known of it") {
  CHECK(to_string(Location{"f", 3, 7}) == "f:3:7");
  CHECK(to_string(Location{"f", 3}) == "f:3");
  CHECK(to_string(Location{"f"}) == "f");
}

}  // namespace nsew
