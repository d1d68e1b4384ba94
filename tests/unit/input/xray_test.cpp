#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string segment(const std::string& rest = "", const char* id = "a1") {
  return fmt::format(
      R"({{"trace_id":"1-5f187253-6a106696d56b1f4ef9eba2ed","id":"{}","name":"cart","start_time":1595437651.68,"end_time":1595437651.7{}}})",
      id, rest);
}

std::string as_text(std::string document) {
  std::string text;
  for (const char c : document) text += c == '"' ? std::string("\\\"") : std::string(1, c);
  return "\"" + text + "\"";
}

}  // namespace

TEST_CASE("xray reads segments in every shape") {
  struct Case {
    const char* name;
    std::string text;
    std::uint64_t records;
  };
  const std::string one = segment(), batch = R"({"Id":"a1","Document":)" + as_text(one) + "}";
  const Case cases[] = {
      {"a segment a line", one + "\n" + one + "\n", 2},
      {"an array", "[" + one + "," + one + "]", 2},
      {"one of many lines", "{\n" + one.substr(1), 1},
      {"what a daemon gets", "{\"format\": \"json\", \"version\": 1}\n" + one + "\n", 1},
      {"batch-get-traces",
       R"({"Traces":[{"Id":"1-5","Segments":[)" + batch + "," + batch + R"(]}],"UnprocessedTraceIds":[]})", 2},
      {"put-trace-segments", R"({"TraceSegmentDocuments":[)" + as_text(one) + "]}", 1},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(recognise(c.text) == &xray);
      const auto reading = test::read(xray, c.text);
      CHECK(reading.records == c.records);
      CHECK(reading.skipped == 0);
      CHECK(reading.spans[0] == "a1<0 server cart");
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("xray reads whom a subsegment calls") {
  struct Case {
    const char* name;
    const char* subsegment;
    const char* expected;
  };
  const Case cases[] = {
      {"local work", R"({"id":"b2","name":"render"})", "b2<a1 internal cart route=render"},
      {"another service",
       R"({"id":"b2","name":"orders","namespace":"remote","http":{"request":{"method":"GET","url":"http://orders:8080/v1/a"},
        "response":{"status":503}}})",
       "b2<a1 client cart proto=http host=orders method=GET route=/v1/a to=orders port=8080 error"},
      {"a database",
       R"({"id":"b2","name":"ebdb@db.example.com","namespace":"remote","sql":{"url":"jdbc:postgresql://db.example.com:5432/ebdb",
        "database_type":"PostgreSQL"}})",
       "b2<a1 client cart route=ebdb@db.example.com to=db.example.com db=postgresql port=5432"},
      {"a store of AWS", R"({"id":"b2","name":"DynamoDB","namespace":"aws","aws":{"operation":"GetItem"}})",
       "b2<a1 client cart route=DynamoDB peer=DynamoDB db=dynamodb"},
      {"a queue of AWS",
       R"({"id":"b2","name":"SQS","namespace":"aws","aws":{"operation":"SendMessage","queue_url":"https://q/orders"}})",
       "b2<a1 producer cart route=SQS peer=SQS broker=aws_sqs topic=https://q/orders"},
      {"a function", R"({"id":"b2","name":"Lambda","namespace":"aws","aws":{"function_name":"resize"}})",
       "b2<a1 client cart route=Lambda peer=resize"},
      {"below another", R"({"id":"b3","name":"x","subsegments":[{"id":"b2","name":"y","namespace":"remote"}]})",
       "b2<b3 client cart route=y to=y\nb3<a1 internal cart route=x"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto reading = test::read(xray, segment(fmt::format(R"(,"subsegments":[{}])", c.subsegment)));
      CHECK(lines(reading.spans) == std::string("a1<0 server cart\n") + c.expected);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("xray leaves out what X-Ray made up, and says what is wrong") {
  const auto inferred = test::read(xray, segment(R"(,"inferred":true)") + "\n" + segment());
  CHECK(inferred.records == 1);
  const auto reading = test::read(xray, segment(R"(,"parent_id":"99","fault":true,"aws":{"eks":{"pod":"cart-0"}})") +
                                            "\n{\"id\":\"1\",\"name\":\"x\"}\n" + segment("", "") +
                                            "\n{\"Segments\":[{\"Document\":\"{\"},{}]}\n7\n");
  CHECK(lines(reading.spans) == "a1<99 server cart pod=cart-0 error");
  CHECK(reading.records == 1);
  CHECK(reading.skipped == 5);
  CHECK(lines(reading.messages) ==
        "2:1 a segment without a usable trace_id\n"
        "3:1 a segment without a usable id\n"
        "4:26 a segment document that is no JSON object\n"
        "4:31 a segment without its Document as text\n"
        "5:1 a segment should be an object, not a number");
}
