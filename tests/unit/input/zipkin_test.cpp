#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string span(const std::string& rest) {
  return R"({"traceId":"a1","id":"1","localEndpoint":{"serviceName":"cart"})" + rest + "}";
}

}  // namespace

TEST_CASE("zipkin-json is recognised by content and leaves other formats alone") {
  struct Case {
    const char* name;
    std::string head;
    bool mine;
  };
  const Case cases[] = {
      {"a span list", "[" + span("") + "]", true},
      {"lists of spans", "[[" + span("") + "]]", true},
      {"a span a line", span("") + "\n" + span(""), true},
      {"without local endpoint", R"([{"traceId":"1","id":"2","kind":"CLIENT"}])", true},
      {"version 1", R"([{"traceId":"1","id":"2","annotations":[{"endpoint":{}}],"binaryAnnotations":[{"key":"sa"}]}])",
       false},
      {"a dependency list", R"([{"parent":"a","child":"b","callCount":1}])", false},
      {"OTLP", R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2","kind":2}]}]}]})", false},
      {"a Kubernetes list", R"({"kind":"List","items":[{"kind":"Pod","metadata":{"id":"x"}}]})", false},
      {"nothing", "[]", false},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK((recognise(c.head) == &zipkin_json) == c.mine);
    }
}

TEST_CASE("zipkin-json counts each element as one record in every shape") {
  const std::string one = span("");
  struct Case {
    std::string text;
    std::uint64_t records;
  };
  const Case cases[] = {
      {"[" + one + "," + one + "]", 2},
      {"[[" + one + "],[" + one + "," + one + "]]", 3},
      {one, 1},
      {one + "\n" + one + "\n", 2},
      {"[[],[" + one + "]]", 1},
      {"[\n  " + one + "\n]\n[" + one + "]", 2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto reading = test::read(zipkin_json, c.text);
    CHECK(reading.records == c.records);
    CHECK(lines(reading.messages) == "");
  }
}

TEST_CASE("zipkin-json reads what a span says") {
  struct Case {
    const char* name;
    const char* fields;
    const char* expected;
  };
  const Case cases[] = {
      {"local work", "", "1<0 absent cart"},
      {"a parent", R"(,"parentId":"00000000000000F2")", "1<f2 absent cart"},
      {"a shared span", R"(,"parentId":"f","kind":"SERVER","shared":true)", "1<f server cart shared"},
      {"a client and whom it calls",
       R"(,"kind":"CLIENT","remoteEndpoint":{"serviceName":"redis","ipv4":"10.0.0.9","port":6379})",
       "1<0 client cart peer=redis to=10.0.0.9 port=6379"},
      {"a server's caller is nobody it calls", R"(,"kind":"SERVER","remoteEndpoint":{"ipv4":"10.0.0.9"})",
       "1<0 server cart"},
      {"IPv6", R"(,"kind":"CLIENT","remoteEndpoint":{"ipv6":"fd00::9"})", "1<0 client cart to=fd00::9"},
      {"messages", R"(,"kind":"PRODUCER","remoteEndpoint":{"serviceName":"kafka"},"tags":{"kafka.topic":"orders"})",
       "1<0 producer cart peer=kafka broker=kafka topic=orders"},
      {"HTTP", R"(,"kind":"CLIENT","name":"get","tags":{"http.method":"GET","http.path":"/carts/17"})",
       "1<0 client cart proto=http method=GET route=/carts/*"},
      {"an error without text", R"(,"tags":{"error":""})", "1<0 absent cart error"},
      {"a server error", R"(,"tags":{"http.status_code":"500"})", "1<0 absent cart proto=http error"},
      {"a name with method and path", R"(,"kind":"SERVER","name":"GET /carts/{id}")",
       "1<0 server cart method=GET route=/carts/{id}"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(lines(test::read(zipkin_json, "[" + span(c.fields) + "]").spans) == c.expected);
    }
}

TEST_CASE("zipkin-json says what is wrong, where, and reads the rest") {
  const std::string good = R"({"traceId":"a1","id":"2"})";
  struct Case {
    const char* name;
    std::string text;
    std::uint64_t records, skipped;
    const char* messages;
  };
  const Case cases[] = {
      {"no id", R"([{"traceId":"a1"},)" + good + "]", 1, 1, "1:2 a span without a usable id"},
      {"no traceId", R"([[{"id":"1"},)" + good + "]]", 1, 1, "1:3 a span without a usable traceId"},
      {"not an object", "[[null," + good + "]]", 1, 1, "1:3 a span should be an object, not null"},
      {"a number as element", "[7," + good + "]", 1, 1, "1:2 a span should be an object, not a number"},
      {"a kind that is none", R"([{"traceId":"a1","id":"1","kind":"SERVANT"}])", 1, 0,
       "1:34 a kind that is none of CLIENT, SERVER, PRODUCER and CONSUMER"},
      {"a time of the wrong type", R"([{"traceId":"a1","id":"1","timestamp":true}])", 1, 0,
       "1:39 timestamp should be a whole number of microseconds, not a truth value"},
      {"an endpoint of the wrong type", R"([{"traceId":"a1","id":"1","localEndpoint":"cart"}])", 1, 0,
       "1:43 localEndpoint should be an object, not text"},
      {"a service name of the wrong type", R"([{"traceId":"a1","id":"1","localEndpoint":{"serviceName":7}}])", 1, 0,
       "1:58 serviceName should be text, not a number"},
      {"a span that is not JSON", "[\n" + good + ",\n{\"traceId\":\"a1\",\"id\":x},\n" + good + "]", 2, 1,
       "3:22 not valid JSON"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto reading = test::read(zipkin_json, c.text);
      CHECK(lines(reading.messages) == c.messages);
      CHECK(reading.records == c.records);
      CHECK(reading.skipped == c.skipped);
    }
}
