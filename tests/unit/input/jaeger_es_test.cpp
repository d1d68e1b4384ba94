#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string document(const std::string& rest = "") {
  return R"({"traceID":"a1","spanID":"2","operationName":"get","process":{"serviceName":"cart","tag":{"ip":"10.0.0.1"}})" +
         rest + "}";
}
const std::string one = document(R"(,"tag":{"span@kind":"server","http@method":"GET"})");
constexpr auto read_as = "2<0 server cart ip=10.0.0.1 proto=http method=GET route=get";

}  // namespace

TEST_CASE("jaeger-es reads documents wherever Elasticsearch puts them") {
  struct Case {
    const char* name;
    std::string text;
    std::uint64_t records;
  };
  const std::string hit = R"({"_index":"jaeger-span-1","_id":"x","_source":)" + one + "}";
  const Case cases[] = {
      {"a document a line", one + "\n" + one + "\n", 2},
      {"a bulk request", "{\"index\":{}}\n" + one + "\n{\"create\":{\"_id\":\"1\"}}\n" + one + "\n", 2},
      {"a bulk request of updates", "{\"update\":{\"_id\":\"1\"}}\n{\"doc\":" + one + "}\n", 1},
      {"elasticdump", hit + "\n" + hit + "\n", 2},
      {"an array", "[" + one + ",\n" + one + "]", 2},
      {"a search", R"({"took":1,"hits":{"total":{"value":2},"hits":[)" + hit + "," + hit + "]}}", 2},
      {"a search of many lines", "{\n\"took\":1,\n\"hits\":{\"hits\":[\n" + hit + "\n]}}", 1},
      {"searches", "{\"took\":1,\"hits\":{\"hits\":[" + hit + "]}}\n{\"took\":1,\"hits\":{\"hits\":[" + hit + "]}}\n",
       2},
      {"several searches", R"({"took":1,"responses":[{"hits":{"hits":[)" + hit + R"(]}},{"hits":{"hits":[]}}]})", 1},
      {"one document of many lines", "{\n" + one.substr(1), 1},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      if (std::string(c.name) != "several searches") CHECK(recognise(c.text) == &jaeger_es);
      const auto reading = test::read(jaeger_es, c.text);
      CHECK(reading.records == c.records);
      CHECK(reading.skipped == 0);
      CHECK(reading.spans[0] == read_as);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("jaeger-es reads tags, references and processes in every version's shape") {
  struct Case {
    const char* name;
    std::string text;
    const char* expected;
  };
  const Case cases[] = {
      {"tags as fields", one, read_as},
      {"tags as a list of texts",
       document(
           R"(,"tags":[{"key":"span.kind","type":"string","value":"client"},{"key":"http.status_code","type":"int64",
        "value":"503"}])"),
       "2<0 client cart ip=10.0.0.1 proto=http route=get error"},
      {"a parent among the references",
       document(R"(,"references":[{"refType":"FOLLOWS_FROM","traceID":"b7","spanID":"9"},
                   {"refType":"CHILD_OF","traceID":"a1","spanID":"1"}])"),
       "2<1 absent cart ip=10.0.0.1 route=get linked"},
      {"the former field of the parent", document(R"(,"parentSpanID":"1")"), "2<1 absent cart ip=10.0.0.1 route=get"},
      {"a sampler", document(R"(,"tag":{"sampler@type":"probabilistic","sampler@param":"0.25"})"),
       "2<0 absent cart ip=10.0.0.1 route=get p=0.25"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto reading = test::read(jaeger_es, c.text);
      CHECK(lines(reading.spans) == c.expected);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("jaeger-es leaves other formats alone, and says what is no span") {
  CHECK(
      recognise(
          R"({"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"x"}],"processes":{}}]})") ==
      &jaeger_json);
  CHECK(recognise(R"({"serviceName":"cart","operationName":"get"})") != &jaeger_es);
  const auto reading = test::read(jaeger_es, one + "\n{\"serviceName\":\"cart\",\"operationName\":\"get\"}\n" +
                                                 R"({"traceID":"a1","spanID":7,"tag":[]})" + "\n{\"traceID\":");
  CHECK(reading.records == 2);
  CHECK(reading.skipped == 2);
  CHECK(lines(reading.messages) ==
        "2:1 a document that is no span\n3:1 a span whose process is not listed\n"
        "4:12 the input ends in the middle of a record");
}
