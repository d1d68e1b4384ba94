// Formats that write each span as one JSON object.
#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::Reading;

namespace {

using Texts = std::vector<std::string>;

struct Case {
  const char* name;
  std::string text;
  Texts spans;
};

void check(const Reader& reader, const Case& c) {
  CAPTURE(c.name);
  CHECK(recognise(c.text) == &reader);
  const Reading reading = test::read(reader, c.text);
  CHECK(test::lines(reading.spans) == test::lines(c.spans));
  CHECK(reading.messages == Texts{});
  CHECK(reading.skipped == 0);
}

void check_wrong(const Reader& reader, const std::string& text, const Texts& spans, const Texts& messages,
                 std::uint64_t skipped) {
  CAPTURE(text);
  const Reading reading = test::read(reader, text);
  CHECK(test::lines(reading.spans) == test::lines(spans));
  CHECK(test::lines(reading.messages) == test::lines(messages));
  CHECK(reading.skipped == skipped);
}

// -- stdouttrace
const std::string go_context = R"({"TraceID":"5b8efff798038103d269b633813fc60c","SpanID":"00000000000000aa",)"
                               R"("TraceFlags":"01","TraceState":"","Remote":false})";
std::string go_span(const std::string& more = "") { return R"({"Name":"x","SpanContext":)" + go_context + more + "}"; }
const std::string go_kind = R"(,"SpanKind":2)";
const std::string go_parent = R"(,"Parent":{"TraceID":"5b8efff798038103d269b633813fc60c","SpanID":"00000000000000bb"})";
const std::string go_resource = R"(,"Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"cart"}}])";

// -- Data Prepper
const std::string document_ids = R"("traceId":"5b8efff798038103d269b633813fc60c","spanId":"00000000000000aa",)"
                                 R"("parentSpanId":"00000000000000bb","startTime":"2024-01-31T23:08:42.555358301Z")";
std::string document(const std::string& more = "") { return "{" + document_ids + more + "}"; }

// -- ClickHouse
std::string row(const std::string& more = "") {
  return R"({"TraceId":"5b8efff798038103d269b633813fc60c","SpanId":"00000000000000aa",)"
         R"("ParentSpanId":"00000000000000bb","ServiceName":"cart")" +
         more + "}";
}

}  // namespace

TEST_CASE("stdouttrace is read on lines, indented, one after the other and as the lists of old versions") {
  const std::string one = go_span(go_kind + go_parent + go_resource);
  const std::string wanted = "aa<bb server cart route=x";
  check(otel_stdouttrace, {"a line", one + "\n", {wanted}});
  check(otel_stdouttrace, {"lines", one + "\n" + one + "\n", {wanted, wanted}});
  check(otel_stdouttrace,
        {"one after the other", "{\n\t" + one.substr(1) + "\n{\n\t" + one.substr(1), {wanted, wanted}});
  check(otel_stdouttrace, {"lists", "[" + one + "," + one + "]\n[" + one + "]\n", {wanted, wanted, wanted}});
  check(otel_stdouttrace,
        {"before 1.0",
         "[" + go_span(R"(,"ParentSpanID":"00000000000000bb","SpanKind":3,"StatusCode":"Error","StatusMessage":"no")") +
             "]",
         {"aa<bb client  route=x error"}});
}

TEST_CASE("the fields of stdouttrace say what they mean") {
  check(otel_stdouttrace,
        {"root",
         go_span(go_kind + R"(,"Parent":{"TraceID":"00000000000000000000000000000000","SpanID":"0000000000000000"})"),
         {"aa<0 server  route=x"}});
  check(otel_stdouttrace, {"error",
                           go_span(go_kind + R"(,"Status":{"Code":"Error","Description":""},"Events":null)"),
                           {"aa<0 server  route=x error"}});
  check(otel_stdouttrace,
        {"attributes",
         go_span(R"(,"SpanKind":3,"Attributes":[{"Key":"server.port","Value":{"Type":"INT64","Value":7070}},)"
                 R"({"Key":"peer.service","Value":{"Type":"STRING","Value":"till"}},)"
                 R"({"Key":"error","Value":{"Type":"BOOL","Value":true}}])"),
         {"aa<0 client  route=x peer=till port=7070 error"}});
  check(otel_stdouttrace, {"links",
                           go_span(go_kind + R"(,"Links":[{"SpanContext":)" + go_context + R"(,"Attributes":null}])"),
                           {"aa<0 server  route=x linked"}});
  check(otel_stdouttrace, {"links, before 1.0",
                           go_span(go_kind + R"(,"Links":[{"TraceID":"5b","SpanID":"01"}])"),
                           {"aa<0 server  route=x linked"}});
}

TEST_CASE("what is wrong in stdouttrace is said, and the rest is read") {
  const std::string good = go_span(go_kind) + "\n";
  check_wrong(otel_stdouttrace, good + R"({"SpanContext":{"TraceID":"5b"},"SpanKind":2})" + "\n" + good,
              {"aa<0 server  route=x", "aa<0 server  route=x"}, {"2:1 a span without its ids"}, 1);
  check_wrong(otel_stdouttrace, good + "{\"SpanContext\":3}\n", {"aa<0 server  route=x"},
              {"2:1 an object without SpanContext where a span should be"}, 1);
  check_wrong(otel_stdouttrace, good + "{\"SpanContext\":\n" + good, {"aa<0 server  route=x", "aa<0 server  route=x"},
              {"2:1 not valid JSON"}, 1);
}

TEST_CASE("Data Prepper's documents are read from bulk files, searches, dumps and lists") {
  const std::string one = document(R"(,"name":"x","kind":"SPAN_KIND_SERVER","serviceName":"cart")");
  const std::string hit = R"({"_index":"otel-v1-apm-span-000001","_id":"aa","_score":1.0,"_source":)" + one + "}";
  const std::string search =
      R"({"took":3,"hits":{"total":{"value":2,"relation":"eq"},"hits":[)" + hit + "," + hit + "]}}";
  const std::string wanted = "aa<bb server cart route=x";
  check(opensearch_spans,
        {"bulk", "{\"index\":{\"_id\":\"aa\"}}\n" + one + "\n{\"create\":{}}\n" + one + "\n", {wanted, wanted}});
  check(opensearch_spans, {"search", search, {wanted, wanted}});
  check(opensearch_spans, {"searches on lines", search + "\n" + search + "\n", {wanted, wanted, wanted, wanted}});
  check(opensearch_spans,
        {"indented searches", "{\n" + search.substr(1) + "\n{\n" + search.substr(1), {wanted, wanted, wanted, wanted}});
  check(opensearch_spans, {"dump", hit + "\n" + hit + "\n", {wanted, wanted}});
  check(opensearch_spans, {"list", "[" + one + "," + hit + "]", {wanted, wanted}});
  check(opensearch_spans, {"bare", one, {wanted}});
}

TEST_CASE("attributes of OpenSearch's documents are flat or nested, with dots or @") {
  const Texts wanted{"aa<bb client cart ns=shop proto=http method=GET peer=till"};
  const std::string kind = R"(,"kind":"Client")";
  check(
      opensearch_spans,
      {"flat",
       document(kind + R"(,"resource.attributes.service@name":"cart","resource.attributes.k8s@namespace@name":"shop",)"
                       R"("span.attributes.http@method":"GET","span.attributes.peer@service":"till")"),
       wanted});
  check(opensearch_spans,
        {"nested",
         document(kind + R"(,"resource":{"attributes":{"service@name":"cart","k8s@namespace@name":"shop"}},)"
                         R"("span":{"attributes":{"http@method":"GET","peer@service":"till"}})"),
         wanted});
  check(opensearch_spans,
        {"ss4o",
         document(kind + R"(,"resource":{"service.name":"cart","k8s.namespace.name":"shop"},)"
                         R"("attributes":{"data_stream":{"type":"span"},"http.method":"GET","peer.service":"till"})"),
         wanted});
  check(
      opensearch_spans,
      {"expanded",
       document(kind + R"(,"resource":{"attributes":{"service":{"name":"cart"},"k8s":{"namespace":{"name":"shop"}}}},)"
                       R"("attributes":{"http":{"method":"GET"},"peer":{"service":"till"}})"),
       wanted});
}

TEST_CASE("status, links and times of OpenSearch's documents") {
  check(opensearch_spans, {"flat status", document(R"(,"status.code":2)"), {"aa<bb absent  error"}});
  check(opensearch_spans, {"nested status", document(R"(,"status":{"code":"Error"})"), {"aa<bb absent  error"}});
  check(opensearch_spans, {"no error", document(R"(,"status":{"code":1},"events":[{"name":"x"}])"), {"aa<bb absent "}});
  check(opensearch_spans,
        {"links", document(R"(,"links":[{"traceId":"5b","spanId":"01"}])"), {"aa<bb absent  linked"}});
  check_wrong(opensearch_spans, document(R"(,"kind":"Neither")") + "\n{\"name\":\"x\"}\n" + document() + "\n",
              {"aa<bb absent ", "aa<bb absent "},
              {fmt::format("1:{} kind should be a kind of span, not text", document().size() + 8),
               "2:1 a span without its ids"},
              1);
}

TEST_CASE("ClickHouse's rows are read in both formats, kinds and statuses in both spellings") {
  const std::string now = row(R"(,"SpanName":"x","SpanKind":"Server","StatusCode":"Error")");
  const std::string old = row(R"(,"SpanName":"x","SpanKind":"SPAN_KIND_SERVER","StatusCode":"STATUS_CODE_ERROR")");
  const std::string wanted = "aa<bb server cart route=x error";
  check(clickhouse_spans, {"lines", now + "\n" + old + "\n", {wanted, wanted}});
  check(clickhouse_spans,
        {"one document",
         "{\n\t\"meta\":\n\t[\n\t\t{\"name\":\"TraceId\",\"type\":\"String\"}\n\t],\n\n\t\"data\":\n\t[\n" + now +
             ",\n" + old + "\n\t],\n\n\t\"rows\": 2\n}\n",
         {wanted, wanted}});
  check(clickhouse_spans, {"a list", "[" + now + ",\n" + old + "]\n", {wanted, wanted}});
}

TEST_CASE("maps, links and times of ClickHouse's rows in all their forms") {
  const std::string kind = R"(,"SpanKind":"Client")";
  const Texts wanted{"aa<bb client cart ns=shop peer=till port=7070"};
  check(clickhouse_spans, {"maps",
                           row(kind + R"(,"ResourceAttributes":{"k8s.namespace.name":"shop","service.name":"cart"},)"
                                      R"("SpanAttributes":{"peer.service":"till","server.port":"7070"})"),
                           wanted});
  check(clickhouse_spans, {"columns of JSON",
                           row(kind + R"(,"ResourceAttributes":{"k8s":{"namespace":{"name":"shop"}}},)"
                                      R"("SpanAttributes":{"peer":{"service":"till"},"server":{"port":7070}})"),
                           wanted});
  check(clickhouse_spans,
        {"links", row(kind + R"(,"Links.TraceId":["5b",""],"Links.SpanId":["01",""])"), {"aa<bb client cart linked"}});
  check(clickhouse_spans,
        {"links as objects", row(kind + R"(,"Links":[{"TraceId":"5b","SpanId":"01"}])"), {"aa<bb client cart linked"}});
  for (const char* time : {R"("2026-01-01 00:00:00.123456789")", R"("2026-01-01T00:00:00.123456789Z")",
                           R"("1767225600.123456789")", "1767225600123456789", R"("1767225600123456789")"}) {
    CAPTURE(time);
    const std::string text =
        row(std::string(R"(,"Duration":"1000","Timestamp":)") + time) + std::string(Frame::padding, ' ');
    RecordSink sink;
    clickhouse_spans.read({std::string_view(text).substr(0, text.size() - Frame::padding), 0}, sink);
    CHECK(sink.store().first_ns == 1767225600123456789);
    CHECK(sink.store().last_ns == 1767225600123457789);
  }
  check_wrong(clickhouse_spans, row(R"(,"Timestamp":"yesterday")") + "\n" + row(R"(,"Duration":-1)") + "\n",
              {"aa<bb absent cart", "aa<bb absent cart"},
              {fmt::format("1:{} Timestamp should be a time, not text", row().size() + 13),
               fmt::format("2:{} Duration should be a whole number, not a number", row().size() + 12)},
              0);
}

TEST_CASE("a search in Tempo is refused, its traces are read") {
  CHECK(refused(R"({"traces":[{"traceID":"5b","rootServiceName":"cart","spanSet":{"spans":[]}}],"metrics":{}})") !=
        nullptr);
  for (const char* head :
       {R"({"traces":[]})", R"({"batches":[{"scopeSpans":[]}]})", "", R"({"traces":[{"rootServiceName":"x"}]})"})
    CHECK(refused(head) == nullptr);
}
