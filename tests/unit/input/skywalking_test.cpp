#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string segment(const std::string& spans) {
  return R"({"traceId":"t.1.2","traceSegmentId":"s1","service":"cart","serviceInstance":"x@10.0.0.1","spans":[)" +
         spans + "]}";
}
// A span's id as it is kept.
std::string at(const char* segment, int number) {
  const auto reading = test::read(
      skywalking, fmt::format(R"({{"traceId":"t","traceSegmentId":"{}","spans":[{{"spanId":{}}}]}})", segment, number));
  return reading.spans.at(0).substr(0, reading.spans.at(0).find('<'));
}

}  // namespace

TEST_CASE("skywalking reads what a segment's spans say") {
  struct Case {
    const char* name;
    std::string span, expected;
  };
  const Case cases[] = {
      {"an entry",
       R"({"spanId":0,"parentSpanId":-1,"spanType":"Entry","spanLayer":"Http","operationName":"/a","isError":true})",
       at("s1", 0) + "<0 server cart ip=10.0.0.1 route=/a error"},
      {"what protobuf leaves out", R"({"operationName":"/a","startTime":"1652776561200"})",
       at("s1", 0) + "<0 server cart ip=10.0.0.1 route=/a"},
      {"an exit by number", R"({"spanId":1,"spanType":1,"spanLayer":3,"peer":"orders:8080","operationName":"/o"})",
       at("s1", 1) + "<" + at("s1", 0) + " client cart ip=10.0.0.1 route=/o to=orders port=8080"},
      {"a query",
       R"({"spanId":1,"parentSpanId":0,"spanType":"Exit","spanLayer":"Database","peer":"pg:5432,pg2:5432","tags":[{"key":"db.type","value":"Mysql"}]})",
       at("s1", 1) + "<" + at("s1", 0) + " client cart ip=10.0.0.1 to=pg db=mysql port=5432"},
      {"a message",
       R"({"spanId":0,"parentSpanId":-1,"spanType":"Entry","spanLayer":"MQ","peer":"kafka:9092","refs":[{"traceId":"t.1.2",
        "parentTraceSegmentId":"s0","parentSpanId":3},{"traceId":"other","parentTraceSegmentId":"s9","parentSpanId":0}]})",
       at("s1", 0) + "<" + at("s0", 3) + " consumer cart ip=10.0.0.1 to=kafka broker=mq port=9092 linked"},
      {"local work", R"({"spanId":1,"parentSpanId":0,"spanType":"Local","operationName":"x"})",
       at("s1", 1) + "<" + at("s1", 0) + " internal cart ip=10.0.0.1 route=x"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const std::string text = segment(c.span);
      CHECK(recognise(text) == &skywalking);
      const auto reading = test::read(skywalking, text);
      CHECK(lines(reading.spans) == c.expected);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("skywalking reads the answer to a query, and says what is wrong") {
  const auto answer = test::read(
      skywalking,
      R"({"data":{"trace":{"spans":[{"traceId":"t","segmentId":"s1","spanId":1,"parentSpanId":0,"serviceCode":"cart","type":"Exit",
          "peer":"a:1","endpointName":"/a","refs":[]}]}}})");
  CHECK(lines(answer.spans) == at("s1", 1) + "<" + at("s1", 0) + " client cart route=/a to=a port=1");
  const auto reading = test::read(
      skywalking, "[" + segment(R"({"spanId":-1},7,{"spanId":2,"startTime":"x"})") + R"(,{"traceId":"1"},3])");
  CHECK(reading.records == 1);
  CHECK(reading.skipped == 3);
  CHECK(lines(reading.messages) ==
        "1:99 spans should be an array of objects, not a number\n"
        "1:100 a span without a usable spanId\n"
        "1:140 startTime should be a whole number, not text\n"
        "1:147 a segment without spans\n"
        "1:163 a segment should be an object, not a number");
}

TEST_CASE("skywalking-csv reads spans by their columns") {
  const std::string header =
      "StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError\n";
  const std::string text =
      header +
      "1626948000000,1626948000007,{GET}/a/4711,Entry,cart,s1.0,t1,,-1,Tomcat,false\n"
      "1626948000001,1626948000005,Mysql/query,Exit,cart,s1.1,t1,pg:3306,s1.0,mysql-connector-java,true\n"
      "1626948000001,1626948000005,Kafka/x,Exit,cart,s1.2,t1,kafka:9092,s1.0,kafka-producer,False\n"
      ",,x,Entry,cart,,t1,,-1,Tomcat,false\n";
  CHECK(recognise(text) == &skywalking_csv);
  const auto reading = test::read(skywalking_csv, text);
  std::vector<std::string> expected{
      at("s1", 0) + "<0 server cart proto=http method=GET route=/a/*",
      at("s1", 1) + "<" + at("s1", 0) + " client cart route=Mysql/query to=pg db=mysql port=3306 error",
      at("s1", 2) + "<" + at("s1", 0) + " producer cart route=Kafka/x peer=kafka to=kafka broker=kafka port=9092"};
  std::ranges::sort(expected);
  CHECK(lines(reading.spans) == lines(expected));
  CHECK(lines(reading.messages) == "5:1 a span without SpanId");
}
