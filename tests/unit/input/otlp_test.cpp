#include "input/otlp.hpp"

#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::Reading;

namespace {

using Texts = std::vector<std::string>;

// One span with more fields, in a document of the usual shape.
std::string document(const std::string& fields, const std::string& service = "shop") {
  return R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":")" + service +
         R"("}}]},"scopeSpans":[{"scope":{"name":"lib"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",)"
         R"("spanId":"00000000000000aa")" +
         fields + "}]}]}]}";
}

// The same JSON with blanks between its tokens: read as a document, never by the cursor.
std::string spaced(const std::string& json) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) quoted = !quoted;
    text += json[i];
    if (!quoted && (json[i] == ':' || json[i] == ',' || json[i] == '{')) text += "\n ";
  }
  return text;
}

std::string attribute(const std::string& key, const std::string& value) {
  return R"({"key":")" + key + R"(","value":)" + value + "}";
}
std::string text(const std::string& key, const std::string& value) {
  return attribute(key, R"({"stringValue":")" + value + "\"}");
}

struct Case {
  const char* name;
  std::string fields, span;
};

void check(const Case& c) {
  const std::string json = document(c.fields);
  for (const std::string& form : {json, json + "\n", spaced(json)}) {
    CAPTURE(c.name);
    const Reading reading = test::read(otlp_json, form);
    CHECK(test::lines(reading.spans) == c.span);
    CHECK(reading.messages == Texts{});
  }
}

}  // namespace

TEST_CASE("OTLP is recognised in every shape it comes in") {
  struct Shape {
    const char* head;
    bool known;
  };
  for (const Shape& s :
       {Shape{R"({"resourceSpans":[{"resource":{})", true}, Shape{R"({"result":{"resourceSpans":[]}})", true},
        Shape{R"({"batches":[{"resource":{},"scopeSpans":[]}]})", true},
        Shape{R"({"batches":[{"instrumentationLibrarySpans":[]}]})", true},
        Shape{R"({"resource":{},"scopeSpans":[{"spans":[]}]},)", true}, Shape{R"({"resourceLogs":[]})", false},
        Shape{R"({"data":[{"traceID":"1"}]})", false}, Shape{R"({"message":"resourceSpans"})", false},
        Shape{"", false}}) {
    CAPTURE(s.head);
    CHECK(otlp_json.recognises(s.head) == s.known);
  }
}

TEST_CASE("the cursor and the document read the same") {
  check({"bare", "", "aa<0 absent shop"});
  check({"ids and kind", R"(,"parentSpanId":"00000000000000BB","kind":2,"name":"x")", "aa<bb server shop route=x"});
  check({"kind by name", R"(,"kind":"SPAN_KIND_CLIENT","parentSpanId":"")", "aa<0 client shop"});
  check({"error", R"(,"status":{"code":2})", "aa<0 absent shop error"});
  check({"error by name", R"(,"status":{"message":"\"no\"","code":"STATUS_CODE_ERROR"})", "aa<0 absent shop error"});
  check({"no error", R"(,"status":{"code":1},"droppedEventsCount":0,"events":[{"name":"\\","attributes":[]}])",
         "aa<0 absent shop"});
  check({"links", R"(,"links":[{"traceId":"5b","spanId":"01","attributes":[]}])", "aa<0 absent shop linked"});
  check({"state", R"(,"traceState":"ot=th:8")", "aa<0 absent shop p=0.5"});
  check({"ratio", R"(,"attributes":[)" + attribute("sampling.probability", R"({"doubleValue":0.25})") + "]",
         "aa<0 absent shop p=0.25"});
  check({"every type of value",
         R"(,"kind":3,"attributes":[)" + text("peer.service", "cart") + "," +
             attribute("server.port", R"({"intValue":"7070"})") + "," +
             attribute("x", R"({"arrayValue":{"values":[{"stringValue":"]"}]}})") + "," +
             attribute("y", R"({"kvlistValue":{"values":[]}})") + "," + attribute("z", R"({"bytesValue":"AA=="})") +
             "," + attribute("error", R"({"boolValue":true})") + "," +
             attribute("http.status_code", R"({"intValue":404})") + "]",
         "aa<0 client shop proto=http peer=cart port=7070 error"});
  check({"http by the former names",
         R"(,"kind":2,"name":"GET","attributes":[)" + text("http.method", "GET") + "," +
             text("http.target", "/cart/4711?x=1") + "," + text("http.host", "shop.example:8080") + "," +
             text("http.user_agent", "curl/8.1") + "]",
         "aa<0 server shop proto=http host=shop.example method=GET route=/cart/* agent=curl"});
  check({"rpc",
         R"(,"kind":3,"name":"x","attributes":[)" + text("rpc.system", "grpc") + "," +
             text("rpc.service", "hipstershop.CartService") + "," + text("rpc.method", "GetCart") + "," +
             text("net.peer.name", "cart") + "," + attribute("net.peer.port", R"({"intValue":7070})") + "]",
         "aa<0 client shop proto=grpc host=cart route=hipstershop.CartService/GetCart to=cart port=7070"});
  check({"database",
         R"(,"kind":3,"name":"SET","attributes":[)" + text("db.system", "redis") + "," +
             text("db.statement", R"(a \"b\")") + "]",
         "aa<0 client shop route=SET db=redis"});
}

TEST_CASE("times are whole numbers of nanoseconds, as text or as numbers") {
  for (const std::string& times :
       {std::string(R"(,"startTimeUnixNano":"1750000000256441937","endTimeUnixNano":"1750000000333145151")"),
        std::string(R"(,"startTimeUnixNano":1750000000256441937,"endTimeUnixNano":1750000000333145151)"),
        std::string(R"(,"startTimeUnixNano":{"low":1949826641,"high":407453626},)"
                    R"("endTimeUnixNano":{"low":2026529855,"high":407453626})")}) {
    for (const std::string& json : {document(times), spaced(document(times))}) {
      CAPTURE(json);
      RecordSink sink;
      const std::string padded = json + std::string(Frame::padding, ' ');
      otlp_json.read({std::string_view(padded).substr(0, json.size()), 0}, sink);
      CHECK(sink.store().first_ns == 1750000000256441937);
      CHECK(sink.store().last_ns == 1750000000333145151);
    }
  }
}

TEST_CASE("documents of every shape give their spans") {
  const std::string span = R"({"traceId":"S/kvNXezTaajzpKdDg5HNg==","spanId":"AAAAAAAAAKo=","kind":1})";
  const std::string scopes = R"([{"spans":[)" + span + "]}]";
  const std::string resource = R"({"resource":{},"scopeSpans":)" + scopes + "}";
  for (const std::string& text :
       {R"({"resourceSpans":[)" + resource + "]}", R"({"batches":[)" + resource + "]}",
        "[{\"resourceSpans\":[" + resource + "]}]", R"({"result":{"resourceSpans":[)" + resource + "]}}", resource,
        resource + ",\n", R"({"resource_spans":[{"scope_spans":)" + scopes + "}]}",
        R"({"resourceSpans":[{"instrumentation_library_spans":)" + scopes + "}]}",
        R"({"trace":{"resourceSpans":[)" + resource + R"(]},"metrics":{},"status":"COMPLETE"})",
        R"({"trace":{"resourceSpans":[)" + resource + "]}}", "\n\n" + spaced(R"({"resourceSpans":[)" + resource + "]}"),
        R"({"resourceSpans":[{"instrumentationLibrarySpans":)" + scopes + "}]}",
        R"({"scopeSpans":)" + scopes + R"(,"resource":{"attributes":[]}})"}) {
    CAPTURE(text);
    const Reading reading = test::read(otlp_json, text);
    CHECK(reading.spans == Texts{"aa<0 internal "});
    CHECK(reading.messages == Texts{});
  }
}

TEST_CASE("messages of Jaeger's and Tempo's interfaces may follow one another, on lines or indented") {
  for (const std::string& one :
       {R"({"result":)" + document("") + "}", R"({"trace":)" + document("") + "}", document("")}) {
    const Texts twice{"aa<0 absent shop", "aa<0 absent shop"};
    CHECK(test::read(otlp_json, one + "\n" + one + "\n").spans == twice);
    CHECK(test::read(otlp_json, one + one).spans == twice);
    CHECK(test::read(otlp_json, spaced(one) + "\n" + spaced(one)).spans == twice);
  }
}

TEST_CASE("keys may be those of trace.proto, and values those of Go's structs") {
  const std::string before = R"({"resource_spans":[{"resource":{"attributes":[{"key":"service.name","value":)";
  const std::string span =
      R"(}]},"scope_spans":[{"spans":[{"trace_id":"W47/95gDgQPSabYzgT/GDA==","span_id":"AAAAAAAAAKo=",)"
      R"("parent_span_id":"AAAAAAAAALs=","trace_state":"ot=th:8","name":"x","kind":3,)"
      R"("start_time_unix_nano":1750000000256441937,"end_time_unix_nano":1750000000333145151,)"
      R"("attributes":[{"key":"server.port","value":)";
  const std::string after = R"(}],"links":[{"trace_id":"W47/95gDgQPSabYzgT/GDA==","span_id":"AAAAAAAAAKo="}],)"
                            R"("status":{"code":"Error"}}]}]}]})";
  for (const auto& [service, port] :
       {std::pair{R"({"string_value":"shop"})", R"({"int_value":"7070"})"},
        std::pair{R"({"Value":{"StringValue":"shop"}})", R"({"Value":{"IntValue":7070}})"}}) {
    const Reading reading = test::read(otlp_json, before + service + span + port + after);
    CHECK(test::lines(reading.spans) == "aa<bb client shop route=x port=7070 error linked p=0.5");
    CHECK(reading.messages == Texts{});
  }
}

TEST_CASE("a resource is what its attributes say, and the next one is another") {
  const std::string one = R"({"resource":{"attributes":[)" + text("service.name", "cart") + "," +
                          text("k8s.namespace.name", "shop") + "," + text("k8s.deployment.name", "cart-v1") +
                          R"(]},"scopeSpans":[{"spans":[{"traceId":"01","spanId":"01"}]}]})";
  const std::string other = R"({"resource":{"attributes":[)" + text("service.name", "till") +
                            R"(]},"scopeSpans":[{"spans":[{"traceId":"01","spanId":"02"}]}]})";
  const Reading reading =
      test::read(otlp_json, R"({"resourceSpans":[)" + one + "," + other + "]}\n{\"resourceSpans\":[" + one + "]}\n");
  CHECK(reading.spans == Texts{"1<0 absent cart ns=shop workload=cart-v1", "1<0 absent cart ns=shop workload=cart-v1",
                               "2<0 absent till"});
}

TEST_CASE("what is wrong is said with its place, and the rest is read") {
  struct Wrong {
    const char* name;
    std::string text;
    Texts spans, messages;
    std::uint64_t skipped = 0;
  };
  const std::string good = document("") + "\n";
  for (const Wrong& w : {
           Wrong{"a kind nobody knows",
                 document(R"(,"kind":9)"),
                 {"aa<0 absent shop"},
                 {fmt::format("1:{} a span kind that is not known", document(R"(,"kind":9)").find("9}") + 1)}},
           Wrong{"a name that is a number",
                 document(R"(,"name":7)"),
                 {"aa<0 absent shop"},
                 {fmt::format("1:{} name should be text, not a number", document(R"(,"name":7)").find("7}") + 1)}},
           Wrong{"a line that is no JSON",
                 good + "{\"resourceSpans\":[}\n" + good,
                 {"aa<0 absent shop", "aa<0 absent shop"},
                 {"2:19 not valid JSON"},
                 1},
           Wrong{"a line of another format", R"({"flow":{"verdict":"FORWARDED"}})", {}, {"1:1 no trace data in it"}, 1},
           Wrong{"a line of metrics", R"({"resourceMetrics":[]})", {}, {}, 0},
           Wrong{"a word that is none", R"({"resourceSpans":[{"x":nux}]})", {}, {"1:24 not valid JSON"}, 1},
           Wrong{"no ids",
                 R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"},{"traceId":"01","spanId":"02"}]}]}]})"
                 "\n",
                 {"2<0 absent "},
                 {"1:44 a span without traceId or spanId"},
                 1},
           Wrong{"a span that is text",
                 R"({"resourceSpans":[{"scopeSpans":[{"spans":["x"]}]}]})"
                 "\n",
                 {},
                 {"1:44 text where a span should be"},
                 1},
           Wrong{"wrong bytes", document("", "sh\xFFop") + "\n" + good, {"aa<0 absent shop"}, {"1:1 not UTF-8"}, 1},
       }) {
    CAPTURE(w.name);
    const Reading reading = test::read(otlp_json, w.text);
    CHECK(reading.spans == w.spans);
    CHECK(test::lines(reading.messages) == test::lines(w.messages));
    CHECK(reading.skipped == w.skipped);
  }
}

TEST_CASE("a document that ends too early gives what was complete") {
  const std::string json = document("");
  const Reading line = test::read(otlp_json, json + "\n" + json.substr(0, json.size() - 20));
  CHECK(line.spans == Texts{"aa<0 absent shop"});
  CHECK(line.cut_short);
  const Reading deep = test::read(otlp_json, "{\"resourceSpans\":" + std::string(100'000, '['));
  CHECK(deep.cut_short);
}
