#include <limits>

#include <doctest/doctest.h>

#include "report/numbers.hpp"

namespace nsew {

TEST_CASE("counts are grouped, large ones short") {
  CHECK(count(0) == "0");
  CHECK(count(999) == "999");
  CHECK(count(1234567) == "1 234 567");
  CHECK(count(123456789) == "123.5 M");
  CHECK(count(2.5) == "2.5");
  CHECK(count(std::numeric_limits<double>::infinity()) == "infinite");
}

TEST_CASE("shares never round to none or all") {
  CHECK(percent(0) == "0 %");
  CHECK(percent(0.4237) == "42.4 %");
  CHECK(percent(0.0001) == "< 0.1 %");
  CHECK(percent(0.99999) == "> 99.9 %");
  CHECK(percent(1) == "100 %");
}

TEST_CASE("times and sizes carry their unit") {
  CHECK(milliseconds(0.84) == "0.8 ms");
  CHECK(milliseconds(12.4) == "12 ms");
  CHECK(milliseconds(1250) == "1.2 s");
  CHECK(bytes(999) == "999 B");
  CHECK(bytes(1200000) == "1.2 MB");
  CHECK(timestamp(1'762'074'000'000'000'000ULL) == "2025-11-02T09:00:00Z");
}

TEST_CASE("a text is cut to its columns, not to its bytes") {
  CHECK(fit("ab", 4) == "ab  ");
  CHECK(fit("äöü", 3) == "äöü");
  CHECK(fit("abcdef", 4) == "abc…");
  CHECK(columns("東京") == 2);
}

}  // namespace nsew
