#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

std::string metadata(const char* service) {
  return fmt::format(
      R"({{"metadata":{{"service":{{"name":"{}","agent":{{"name":"go"}},"language":{{"name":"go"}}}},"system":{{"kubernetes":{{"namespace":"shop"}}}}}}}})"
      "\n",
      service);
}
std::string event(const char* what, const std::string& rest) {
  return fmt::format(R"({{"{}":{{"id":"a2","trace_id":"a1"{}}}}})"
                     "\n",
                     what, rest);
}

}  // namespace

TEST_CASE("elastic-apm reads events below the metadata that stand above them") {
  std::string text = metadata("cart");
  for (int i = 0; i < 30'000; ++i)
    text += event(i % 2 == 0 ? "span" : "metricset", R"(,"name":"work","type":"app","timestamp":1000000)");
  text += " { \"metadata\" : {\"service\":{\"name\":\"orders\"}}}\n" + event("transaction", R"(,"type":"request")");
  CHECK(recognise(text.substr(0, 60000)) == &elastic_apm);
  const auto reading = test::read(elastic_apm, text);
  CHECK(reading.records == 15'001);
  CHECK(reading.skipped == 0);
  CHECK(reading.spans.front() == "a2<0 internal cart ns=shop lang=go route=work");
  CHECK(reading.spans.back() == "a2<0 server orders");
}

TEST_CASE("elastic-apm reads what transactions and spans say") {
  struct Case {
    const char* name;
    std::string line;
    const char* expected;
  };
  const Case cases[] = {
      {"a request",
       event("transaction", R"(,"parent_id":"9","type":"request","name":"GET /c","outcome":"failure","sample_rate":0.5,
        "context":{"request":{"method":"GET","url":{"pathname":"/c"},"headers":{"User-Agent":["kube-probe/1"]}}})"),
       "a2<9 server cart ns=shop lang=go proto=http method=GET route=/c agent=kube-probe error p=0.5"},
      {"a job", event("transaction", R"(,"type":"scheduled")"), "a2<0 internal cart ns=shop lang=go"},
      {"a message", event("transaction", R"(,"type":"messaging","links":[{"trace_id":"b1","span_id":"b2"}])"),
       "a2<0 consumer cart ns=shop lang=go broker=mq linked"},
      {"another service", event("transaction", R"(,"type":"request","context":{"service":{"name":"orders"}})"),
       "a2<0 server orders"},
      {"a browser",
       event("transaction", R"(,"type":"page-load","context":{"service":{"name":"ui","agent":{"name":"rum-js"}}})"),
       "a2<0 server ui lang=webjs"},
      {"a query",
       event("span",
             R"(,"transaction_id":"7","type":"db.postgresql.query","context":{"destination":{"address":"pg","port":5432,
        "service":{"resource":"postgresql"}}})"),
       "a2<7 client cart ns=shop lang=go to=pg db=postgresql port=5432"},
      {"a call",
       event("span",
             R"(,"parent_id":"7","type":"external","subtype":"http","context":{"http":{"url":"http://orders:8080/o",
        "method":"GET","status_code":200},"service":{"target":{"type":"http","name":"orders:8080"}}})"),
       "a2<7 client cart ns=shop lang=go proto=http host=orders method=GET route=/o to=orders port=8080"},
      {"a call that names a target alone",
       event("span", R"(,"parent_id":"7","type":"external","context":{"service":{"target":{"name":"orders:8080"}}})"),
       "a2<7 client cart ns=shop lang=go to=orders port=8080"},
      {"local work", event("span", R"(,"parent_id":"7","type":"template")"), "a2<7 internal cart ns=shop lang=go"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      std::string line = c.line;
      std::erase(line, '\n');
      const auto reading = test::read(elastic_apm, metadata("cart") + line + "\n");
      CHECK(lines(reading.spans) == c.expected);
      CHECK(lines(reading.messages) == "");
    }
}

TEST_CASE("elastic-apm reads the server's documents") {
  const std::string document =
      R"({"@timestamp":"2019-12-16T12:46:58.000Z","processor":{"event":"span"},"agent":{"name":"java"},"trace":{"id":"a1"},)"
      R"("parent":{"id":"7"},"service":{"name":"cart","target":{"type":"http","name":"orders:80"}},"timestamp":{"us":1},)"
      R"("span":{"id":"a2","name":"GET","type":"external","subtype":"http"},"destination":{"address":"orders","port":80}})";
  const std::string error =
      R"({"@timestamp":"x","processor":{"event":"error"},"agent":{},"trace":{"id":"a1"},"span":{"id":"a2"},"service":{},"timestamp":{}})";
  for (const std::string& text : {document + "\n" + error + "\n", "{\"_source\":" + document + "}\n",
                                  "{\"hits\":{\"hits\":[{\"_source\":" + document + "}]}}"}) {
    CAPTURE(text);
    CHECK(recognise(text) == &elastic_apm);
    const auto reading = test::read(elastic_apm, text);
    CHECK(lines(reading.spans) == "a2<7 client cart route=GET to=orders port=80");
    CHECK(reading.skipped == 0);
  }
}

TEST_CASE("elastic-apm says what is wrong, and leaves manifests alone") {
  const auto reading = test::read(
      elastic_apm,
      metadata("cart") + "{\"x\":1}\n{\"span\":{\"id\":\"1\"}}\n" +
          "{\"span\":{\"trace_id\":\"1\"}}\n{\"span\":{\"id\":7,\"trace_id\":\"1\",\"name\":4}}\n{\"span\":");
  CHECK(reading.records == 1);
  CHECK(reading.skipped == 4);
  CHECK(lines(reading.messages) ==
        "2:1 a line that is no event of Elastic APM\n"
        "3:9 an event without a usable trace id\n"
        "4:9 an event without a usable id\n"
        "5:39 name should be text, not a number\n"
        "6:1 the input ends in the middle of a record");
  CHECK(recognise(R"({"metadata":{"name":"x"},"kind":"Service","apiVersion":"v1"})") != &elastic_apm);
}
