#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

// A trace of one process "p1" with the given spans and process tags.
std::string trace(const std::string& spans, const std::string& tags = "") {
  return R"({"traceID":"a1","spans":[)" + spans + R"(],"processes":{"p1":{"serviceName":"cart","tags":[)" + tags +
         "]}}}";
}
std::string span(const std::string& rest) { return R"({"traceID":"a1","spanID":"1","processID":"p1")" + rest + "}"; }
std::string tag(const std::string& key, const std::string& value) {
  return R"({"key":")" + key + R"(","type":"string","value":)" + value + "}";
}
std::string tagged(const std::string& tags) { return span(R"(,"tags":[)" + tags + "]"); }

}  // namespace

TEST_CASE("jaeger-json is recognised by content and leaves other formats alone") {
  struct Case {
    const char* name;
    std::string head;
    bool mine;
  };
  const Case cases[] = {
      {"an answer of the API", R"({"data":[)" + trace(span(R"(,"operationName":"x")")) + "]}", true},
      {"one trace", trace(span("")), true},
      {"an array of traces", "[" + trace(span("")) + "]", true},
      {"an empty answer", R"({"data":[],"total":0,"limit":0,"offset":0,"errors":null})", true},
      {"a dependency list", R"({"data":[{"parent":"a","child":"b","callCount":1}],"total":0,"limit":0,"errors":null})",
       false},
      {"OTLP", R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2"}]}]}]})", false},
      {"OTLP that mentions traceID", R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"traceID: spans"}]}]}]})",
       false},
      {"Zipkin", R"([{"traceId":"1","id":"2","localEndpoint":{"serviceName":"a"}}])", false},
      {"a Tempo search", R"({"traces":[{"traceID":"1","rootServiceName":"a","spanSet":{"spans":[{"spanID":"1"}]}}]})",
       false},
      {"a manifest", R"({"apiVersion":"v1","kind":"List","items":[]})", false},
      {"text", "traceID spans operationName", false},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK((recognise(c.head) == &jaeger_json) == c.mine);
    }
}

TEST_CASE("jaeger-json reads every shape in which traces are kept") {
  const std::string one = trace(span(R"(,"operationName":"get")"));
  const std::string inline_process =
      R"({"traceID":"a1","spanID":"1","operationName":"get","process":{"serviceName":"cart","tags":[]}})";
  const std::string shapes[] = {
      R"({"data":[)" + one + R"(],"total":0,"errors":null})",
      R"({"data":)" + one + "}",
      one,
      "[" + one + "]",
      R"({"data":[{"traceID":"a1","spans":[)" + inline_process + "]}]}",
      "[" + inline_process + "]",
  };
  for (const std::string& shape : shapes) {
    CAPTURE(shape);
    const auto reading = test::read(jaeger_json, shape);
    CHECK(lines(reading.spans) == "1<0 absent cart route=get");
    CHECK(lines(reading.messages) == "");
    CHECK(reading.records == 1);
  }
  CHECK(test::read(jaeger_json, one + "\n" + one + "\n").records == 2);
}

TEST_CASE("jaeger-json takes the parent from CHILD_OF, else FOLLOWS_FROM, else the legacy field") {
  struct Case {
    const char* name;
    const char* fields;
    const char* expected;
  };
  const Case cases[] = {
      {"none", "", "1<0 absent cart"},
      {"child of", R"(,"references":[{"refType":"CHILD_OF","traceID":"a1","spanID":"f"}])", "1<f absent cart"},
      {"follows from", R"(,"references":[{"refType":"FOLLOWS_FROM","traceID":"a1","spanID":"f"}])", "1<f absent cart"},
      {"both, in either order: the other is a link",
       R"(,"references":[{"refType":"FOLLOWS_FROM","traceID":"a1","spanID":"e"},{"refType":"CHILD_OF","traceID":"a1","spanID":"f"}])",
       "1<f absent cart linked"},
      {"other traces are links", R"(,"references":[{"refType":"CHILD_OF","traceID":"b2","spanID":"f"}])",
       "1<0 absent cart linked"},
      {"leading zeros and case do not matter",
       R"(,"references":[{"refType":"CHILD_OF","traceID":"000000000000000000000000000000A1","spanID":"F"}])",
       "1<f absent cart"},
      {"the legacy field", R"(,"references":[],"parentSpanID":"f")", "1<f absent cart"},
      {"a legacy field of zeros", R"(,"parentSpanID":"0000000000000000")", "1<0 absent cart"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(lines(test::read(jaeger_json, trace(span(c.fields))).spans) == c.expected);
    }
}

TEST_CASE("jaeger-json reads what tags say") {
  struct Case {
    const char* name;
    std::string tags;
    const char* expected;
  };
  const std::string client = tag("span.kind", R"("client")") + ",";
  const std::string server = tag("span.kind", R"("server")") + ",";
  const Case cases[] = {
      {"HTTP server", server + tag("http.method", R"("GET")") + "," + tag("http.target", R"("/orders/17?x=1")"),
       "1<0 server cart proto=http method=GET route=/orders/*"},
      {"HTTP client", client + tag("http.url", R"("http://orders.shop:8080/orders/17")"),
       "1<0 client cart proto=http host=orders.shop route=/orders/* to=orders.shop port=8080"},
      {"RPC",
       client + tag("rpc.system", R"("grpc")") + "," + tag("rpc.service", R"("shop.Cart")") + "," +
           tag("rpc.method", R"("Get")") + "," + tag("peer.service", R"("cart")"),
       "1<0 client cart proto=grpc route=shop.Cart/Get peer=cart"},
      {"database",
       client + tag("db.system", R"("redis")") + "," + tag("net.peer.name", R"("redis-0")") + "," +
           tag("net.peer.port", "6379"),
       "1<0 client cart host=redis-0 to=redis-0 db=redis port=6379"},
      {"messages",
       tag("span.kind", R"("producer")") + "," + tag("messaging.system", R"("kafka")") + "," +
           tag("messaging.destination.name", R"("orders")"),
       "1<0 producer cart broker=kafka topic=orders"},
      {"error as truth", tag("error", "true"), "1<0 absent cart error"},
      {"error as text", tag("error", R"("true")"), "1<0 absent cart error"},
      {"no error", tag("error", "false"), "1<0 absent cart"},
      {"status", tag("otel.status_code", R"("ERROR")"), "1<0 absent cart error"},
      {"status of HTTP", tag("http.status_code", "503"), "1<0 absent cart proto=http error"},
      {"sampler", tag("sampler.type", R"("probabilistic")") + "," + tag("sampler.param", "0.25"),
       "1<0 absent cart p=0.25"},
      {"a rate limit is no probability", tag("sampler.type", R"("ratelimiting")") + "," + tag("sampler.param", "2"),
       "1<0 absent cart"},
      {"user agent", server + tag("http.user_agent", R"("kube-probe/1.31")"), "1<0 server cart agent=kube-probe"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(lines(test::read(jaeger_json, trace(tagged(c.tags))).spans) == c.expected);
    }
}

TEST_CASE("jaeger-json reads what process tags say") {
  struct Case {
    const char* name;
    std::string tags;
    const char* expected;
  };
  const Case cases[] = {
      {"Kubernetes",
       tag("k8s.namespace.name", R"("shop")") + "," + tag("k8s.deployment.name", R"("cart-v2")") + "," +
           tag("k8s.pod.name", R"("cart-v2-0")"),
       "1<0 absent cart ns=shop workload=cart-v2 pod=cart-v2-0"},
      {"OpenTelemetry",
       tag("service.namespace", R"("shop")") + "," + tag("deployment.environment", R"("prod")") + "," +
           tag("telemetry.sdk.language", R"("go")"),
       "1<0 absent cart sns=shop env=prod lang=go"},
      {"a machine's host name is no pod", tag("hostname", R"("build-7f")") + "," + tag("ip", R"("10.0.0.7")"),
       "1<0 absent cart ip=10.0.0.7"},
      {"a pod's host name is", tag("hostname", R"("cart-6d5f8c9b7d-x2k4q")"),
       "1<0 absent cart pod=cart-6d5f8c9b7d-x2k4q"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(lines(test::read(jaeger_json, trace(span(""), c.tags)).spans) == c.expected);
    }
}

TEST_CASE("jaeger-json gives a trace's sampling to all of its spans") {
  const std::string root = tagged(tag("sampler.type", R"("probabilistic")") + "," + tag("sampler.param", R"("0.5")"));
  const std::string child = R"({"traceID":"a1","spanID":"2","processID":"p1"})";
  const auto reading = test::read(jaeger_json, trace(child + "," + root));
  CHECK(lines(reading.spans) == "1<0 absent cart p=0.5\n2<0 absent cart p=0.5");
}

TEST_CASE("jaeger-json says what is wrong, where, and reads the rest") {
  const std::string good = R"({"traceID":"a1","spanID":"2","processID":"p1"})";
  struct Case {
    const char* name;
    std::string text;
    std::uint64_t records, skipped;
    const char* messages;
  };
  const Case cases[] = {
      {"a span that is a number", trace("7," + good), 1, 1, "1:26 a span should be an object, not a number"},
      {"no spanID", trace(R"({"traceID":"a1"},)" + good), 1, 1, "1:26 a span without a usable spanID"},
      {"references of the wrong type", trace(span(R"(,"references":{})") + "," + good), 1, 1,
       "1:85 references should be an array, not an object"},
      {"a time of the wrong type", trace(span(R"(,"startTime":"soon")") + "," + good), 2, 0,
       "1:84 startTime should be a whole number of microseconds"},
      {"a negative time", trace(span(R"(,"duration":-1)") + "," + good), 2, 0,
       "1:83 duration should be a whole number of microseconds"},
      {"a process that is not listed", trace(R"({"traceID":"a1","spanID":"1","processID":"p9"},)" + good), 2, 0,
       "1:26 a span whose process is not listed"},
      {"tags of the wrong type", trace(span(R"(,"tags":"x")") + "," + good), 2, 0,
       "1:79 tags should be an array, not text"},
      {"spans of the wrong type", R"({"data":[{"traceID":"a1","spans":3},)" + trace(good) + "]}", 1, 1,
       "1:34 spans should be an array, not a number"},
      {"a trace that is null", R"({"data":[null,)" + trace(good) + "]}", 1, 1,
       "1:10 a trace should be an object, not null"},
      {"broken JSON in one trace", "{\"data\":[\n{\"traceID\":\"a1\",\"spans\":[tru]},\n" + trace(good) + "]}", 1, 1,
       "2:26 not valid JSON"},
      {"an answer that is an error", R"({"data":null,"total":0,"errors":[{"code":404,"msg":"trace not found"}]})", 0, 0,
       "1:33 Jaeger answered with an error: trace not found"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto reading = test::read(jaeger_json, c.text);
      CHECK(lines(reading.messages) == c.messages);
      CHECK(reading.records == c.records);
      CHECK(reading.skipped == c.skipped);
    }
}

TEST_CASE("jaeger-json survives depth and lack") {
  const std::string deep(100'000, '[');
  CHECK(test::read(jaeger_json, R"({"data":[)" + deep).records == 0);
  CHECK(test::read(jaeger_json, R"({"traceID":"a1","spans":)" + deep + std::string(100'000, ']') + "}").skipped == 1);
  CHECK(test::read(jaeger_json, "").records == 0);
  const auto cut = test::read(jaeger_json, R"({"data":[)" + trace(span("")) + R"(,{"traceID":"a2","spa)");
  CHECK(cut.records == 1);
  CHECK(cut.cut_short);
}
