#include <doctest/doctest.h>

#include "input/csv_line.hpp"
#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

const std::string header = "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\n";

}  // namespace

TEST_CASE("a comma-separated line is cut as RFC 4180 says") {
  struct Case {
    const char* line;
    std::vector<std::string_view> fields;
    bool readable = true;
  };
  const Case cases[] = {
      {"a,b,c", {"a", "b", "c"}},
      {"a,,", {"a", "", ""}},
      {R"(a,"b,c",d)", {"a", "b,c", "d"}},
      {R"("say ""x""",b)", {R"(say "x")", "b"}},
      {R"("","")", {"", ""}},
      {R"(a,"b)", {}, false},
      {R"(a,"b"c)", {}, false},
  };
  CsvLine line;
  for (int twice = 0; twice < 2; ++twice)
    for (const Case& c : cases) {
      CAPTURE(c.line);
      const auto* fields = line.cut(c.line);
      REQUIRE((fields != nullptr) == c.readable);
      if (fields != nullptr) CHECK(*fields == c.fields);
    }
}

TEST_CASE("nezha-csv reads its columns by name") {
  struct Case {
    const char* name;
    std::string text;
    const char* expected;
  };
  const Case cases[] = {
      {"a root",
       header + "a1,1,root,cart-5f7b9c8d64-2xk8p,shop.Cart/Get,1661146988592291144,1661146988774282567,181991\n",
       "1<0 absent  pod=cart-5f7b9c8d64-2xk8p route=shop.Cart/Get"},
      {"a child", header + "a1,2,1,cart-5f7b9c8d64-2xk8p,/v1/carts/4711,1661146988592291144,1661146988774282567,181991",
       "2<1 absent  pod=cart-5f7b9c8d64-2xk8p route=/v1/carts/*"},
      {"a quoted name", header + R"(a1,2,1,web-0,"SELECT a, b",1661146988592291144,1661146988774282567,1)",
       "2<1 absent  pod=web-0 route=SELECT a, b"},
      {"other columns in another order",
       "\xEF\xBB\xBF,PodName,ParentID,SpanID,TraceID,OperationName,Status\r\n0,web-0,,3,a1,x,OK\r\n",
       "3<0 absent  pod=web-0 route=x"},
      {"a header in the middle", header + "a1,1,root,a-0,x,1,2,1\n" + header + "a1,2,1,b-0,x,1,2,1\n",
       "1<0 absent  pod=a-0 route=x\n2<1 absent  pod=b-0 route=x"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(recognise(c.text) == &nezha_csv);
      const auto reading = test::read(nezha_csv, c.text);
      CHECK(lines(reading.spans) == c.expected);
      CHECK(reading.skipped == 0);
    }
}

TEST_CASE("nezha-csv says what is wrong, and reads on") {
  const auto reading = test::read(nezha_csv, header +
                                                 "a1,1,root,a-0,x,soon,2,1\n"
                                                 "a1,2,root,a-0,x\n"
                                                 ",3,root,a-0,x,1,2,1\n"
                                                 "a1,,root,a-0,x,1,2,1\n"
                                                 "a1,5,root,a-0,\"x,1,2,1\n"
                                                 "a1,6,root,a-0,x,99999999999999999999,2,1\n");
  CHECK(reading.records == 2);
  CHECK(reading.skipped == 4);
  CHECK(lines(reading.messages) ==
        "2:17 StartTimeUnixNano should be a whole number of nanoseconds\n"
        "3:1 a line with more or fewer fields than there are columns\n"
        "4:1 a span without TraceID\n"
        "5:1 a span without SpanID\n"
        "6:1 a quoted field that does not end\n"
        "7:17 StartTimeUnixNano should be a whole number of nanoseconds");
  for (const char* head :
       {"a,b,c\n1,2,3\n", "TraceID,SpanID\n1,2\n", "time,timestamp,frontend_cart\n", "", "\"TraceID\n"})
    CHECK(recognise(head) != &nezha_csv);
}
