#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string span(const std::string& rest) { return R"({"traceId":"a1","id":"2","name":"get")" + rest + "}"; }

std::string annotated(std::initializer_list<std::pair<const char*, const char*>> annotations,
                      const std::string& rest = "") {
  std::string list;
  int time = 1'700'000'000'000'000 / 1'000'000;
  for (const auto& [value, service] : annotations)
    list += fmt::format(R"({}{{"timestamp":{}000000,"value":"{}","endpoint":{{"serviceName":"{}"}}}})",
                        list.empty() ? "" : ",", time++, value, service);
  return span(R"(,"annotations":[)" + list + "]" + rest);
}

std::string address(const char* key, const char* service) {
  return fmt::format(R"({{"key":"{}","value":true,"endpoint":{{"serviceName":"{}","ipv4":"10.0.0.9","port":80}}}})",
                     key, service);
}

}  // namespace

TEST_CASE("zipkin-v1 is recognised by content and leaves version 2 alone") {
  struct Case {
    const char* name;
    std::string head;
    bool mine;
  };
  const Case cases[] = {
      {"annotations with endpoints", "[" + annotated({{"cs", "a"}}) + "]", true},
      {"binary annotations", "[[" + span(R"(,"annotations":[],"binaryAnnotations":[])") + "]]", true},
      {"one span", annotated({{"cs", "a"}}), true},
      {"version 2", R"([{"traceId":"1","id":"2","localEndpoint":{"serviceName":"a"},"annotations":[]}])", false},
      {"an event", R"({"traceId":"1","id":"2","annotations":[{"value":"x"}]})", false},
      {"nothing", "[]", false},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK((recognise(c.head) == &zipkin_v1) == c.mine);
    }
}

TEST_CASE("zipkin-v1 tells the halves of a span by its annotations") {
  struct Case {
    const char* name;
    std::string text;
    const char* expected;
  };
  const Case cases[] = {
      {"a client", annotated({{"cs", "a"}, {"cr", "a"}}), "2<0 client a route=get"},
      {"a server",
       annotated({{"sr", "b"}, {"ss", "b"}}, R"(,"timestamp":1700000000000000,"duration":5,"parentId":"1")"),
       "2<1 server b route=get"},
      {"a server that was given its times by the client", annotated({{"sr", "b"}, {"ss", "b"}}),
       "2<0 server b route=get shared"},
      {"both", annotated({{"cs", "a"}, {"sr", "b"}, {"ss", "b"}, {"cr", "a"}}),
       "2<0 client a route=get\n2<0 server b route=get shared"},
      {"both of one service", annotated({{"cs", "a"}, {"sr", "a"}, {"ss", "a"}, {"cr", "a"}}),
       "2<0 client a route=get\n2<0 server a route=get shared"},
      {"a message", annotated({{"ms", "a"}, {"mr", "b"}}, R"(,"binaryAnnotations":[)" + address("ma", "kafka") + "]"),
       "2<0 consumer b route=get peer=kafka to=10.0.0.9 port=80\n2<0 producer a route=get peer=kafka to=10.0.0.9 "
       "port=80"},
      {"whom a client asks", annotated({{"cs", "a"}}, R"(,"binaryAnnotations":[)" + address("sa", "b") + "]"),
       "2<0 client a route=get peer=b to=10.0.0.9 port=80"},
      {"what a third says is no half",
       annotated({{"cs", "a"}},
                 R"(,"binaryAnnotations":[{"key":"http.path","value":"/x","endpoint":{"serviceName":"c"}}])"),
       "2<0 client a route=get"},
      {"tags are those of their service",
       annotated({{"cs", "a"}, {"sr", "b"}},
                 R"(,"binaryAnnotations":[{"key":"error","value":"x","endpoint":{"serviceName":"b"}}])"),
       "2<0 client a route=get\n2<0 server b route=get error shared"},
      {"local work",
       span(R"(,"binaryAnnotations":[{"key":"lc","value":"","endpoint":{"serviceName":"a","ipv4":"10.0.0.1"}}])"),
       "2<0 absent a ip=10.0.0.1 route=get"},
      {"only addresses", span(R"(,"binaryAnnotations":[)" + address("ca", "a") + "," + address("sa", "b") + "]"),
       "2<0 client a ip=10.0.0.9 route=get peer=b to=10.0.0.9 port=80"},
      {"two halves of the trace id", R"({"traceId":"00000000000000a1","traceIdHigh":"b2","id":"2","annotations":[]})",
       "2<0 absent "},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto reading = test::read(zipkin_v1, c.text);
      CHECK(lines(reading.spans) == c.expected);
      CHECK(reading.records == 1);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("zipkin-v1 says what is wrong, and reads on") {
  struct Case {
    const char* text;
    std::uint64_t records, skipped;
    const char* messages;
  };
  const Case cases[] = {
      {R"([{"id":"1"},{"traceId":"1","id":"2"}])", 1, 1, "1:2 a span without a usable traceId"},
      {R"([{"traceId":"1"},{"traceId":"1","id":"2"}])", 1, 1, "1:2 a span without a usable id"},
      {R"([7,{"traceId":"1","id":"2"}])", 1, 1, "1:2 a span should be an object, not a number"},
      {R"([{"traceId":"1","id":"2","annotations":{}}])", 1, 0, "1:40 annotations should be an array, not an object"},
      {R"([{"traceId":"1","id":"2","annotations":[{"timestamp":"x","value":"cs","endpoint":{"port":-1}}]}])", 1, 0,
       "1:54 timestamp should be a whole number, not text\n1:90 port should be a whole number, not a number"},
      {R"([{"traceId":"1","id":"2")", 0, 1, "1:2 the input ends in the middle of a record"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto reading = test::read(zipkin_v1, c.text);
    CHECK(reading.records == c.records);
    CHECK(reading.skipped == c.skipped);
    CHECK(lines(reading.messages) == c.messages);
  }
}
