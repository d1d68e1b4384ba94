#include <doctest/doctest.h>

#include "base/text.hpp"

namespace nsew {

TEST_CASE("a misspelt word finds the one that was meant, a strange one finds none") {
  const std::vector<std::string> words{"traffic.east_west_calls", "traffic.egress_calls", "org.languages"};
  CHECK(nearest("traffic.eastwest_calls", words) == "traffic.east_west_calls");
  CHECK(nearest("org.language", words) == "org.languages");
  CHECK(nearest("zebra", words) == std::nullopt);
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(to_number("0.25") == 0.25);
  CHECK(to_number("+3") == 3);
  CHECK(to_number("3x") == std::nullopt);
  CHECK(to_number("") == std::nullopt);
  CHECK(to_integer("9223372036854775808") == std::nullopt);
}

TEST_CASE("a number prints as the shortest text that reads back") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(3) == "3");
  CHECK(number(-0.0) == "0");
  CHECK(number(1e300) == "1e+300");
}

TEST_CASE("split keeps empty parts, trim takes blanks at both ends") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n") == "");
}

}  // namespace nsew
