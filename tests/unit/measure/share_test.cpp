#include "measure/share.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace nsew;

TEST_CASE("the share of traces is as sure as its clusters allow") {
  struct Case {
    const char* name;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> traces;  // east-west and counted calls, each 50 times
    double low, high;
  };
  // Worked out apart from this program: variance by the formula, then Wilson at n* = p(1-p)/variance.
  const Case cases[] = {{"alike, so that every call counts", {{1, 2}}, 0.40383, 0.59617},
                        {"all or nothing, so that every trace counts once", {{0, 4}, {4, 4}}, 0.40335, 0.59665}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::map<double, TraceSums> sums;
    Counted calls;
    for (const auto& pair : c.traces) {
      for (int i = 0; i < 50; ++i) sums[1].add(pair.first, pair.second);
      calls.east_west += 50 * static_cast<double>(pair.first);
      calls.north_south += 50 * static_cast<double>(pair.second - pair.first);
    }
    const auto share = share_of_traces(calls, sums);
    REQUIRE(share);
    CHECK(share->value == doctest::Approx(0.5));
    CHECK(share->low == doctest::Approx(c.low).epsilon(0.00002));
    CHECK(share->high == doctest::Approx(c.high).epsilon(0.00002));
  }
}

TEST_CASE("unknown calls widen both ends, and only they do for logs") {
  const auto share = share_of_all({.north_south = 60, .east_west = 20, .unknown = 20});
  REQUIRE(share);
  CHECK(share->value == doctest::Approx(0.25));
  CHECK(share->low == doctest::Approx(0.2));
  CHECK(share->high == doctest::Approx(0.4));
  std::map<double, TraceSums> sums;
  for (int i = 0; i < 20; ++i) sums[1].add(1, 4);
  const auto traced = share_of_traces({.north_south = 60, .east_west = 20, .unknown = 20}, sums);
  REQUIRE(traced);
  CHECK(traced->low < share->low);
  CHECK(traced->high > share->high);
}

TEST_CASE("without a counted call there is no share") {
  CHECK_FALSE(share_of_all({.unknown = 5}));
  CHECK_FALSE(share_of_traces({}, {}));
}

TEST_CASE("a share of nothing or of everything is as sure as its traces, not as its calls") {
  std::map<double, TraceSums> sums;
  for (int i = 0; i < 10; ++i) sums[1].add(0, 100);
  const auto share = share_of_traces({.north_south = 1000}, sums);
  REQUIRE(share);
  CHECK(share->low == 0);
  CHECK(share->high == doctest::Approx(0.2775).epsilon(0.001));  // Wilson, 0 of 10
}

TEST_CASE("effective traces shrink when weights differ") {
  std::map<double, TraceSums> sums;
  for (int i = 0; i < 100; ++i) sums[1].add(1, 2);
  CHECK(effective_traces(sums) == doctest::Approx(100));
  sums[0.01].add(1, 2);
  CHECK(effective_traces(sums) == doctest::Approx(200.0 * 200 / (100 + 10000)));
  CHECK(effective_traces({}) == 0);
}

TEST_CASE("connections and bytes span the interval of flows") {
  const auto share =
      hull(share_of_all({.north_south = 99, .east_west = 1}), share_of_all({.north_south = 18, .east_west = 82}));
  REQUIRE(share);
  CHECK(share->value == doctest::Approx(0.01));
  CHECK(share->low == doctest::Approx(0.01));
  CHECK(share->high == doctest::Approx(0.82));
  CHECK(hull({}, share)->value == share->value);
}
