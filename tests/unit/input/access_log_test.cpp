#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "observing.hpp"

using namespace nsew;
using test::lines;
using test::observed;

namespace {

// The parts of a line of Istio's default format; "-" where a test does not say otherwise.
struct Line {
  std::string time = "[2026-01-02T03:04:05.678Z] ";
  std::string request = "GET /items/4711?page=2 HTTP/1.1";
  std::string code = "200";
  std::string result = "- via_upstream - \"-\"";  // flags and what some versions add
  std::string forwarded = "-", agent = "curl/8.1", id = "r-1", authority = "items:8080";
  std::string upstream = "-", cluster = "-", upstream_local = "-", local = "-", remote = "-", sni = "-";
};
std::string counters_and_request(const Line& l) {
  return " 7 100 12 11 \"" + l.forwarded + "\" \"" + l.agent + "\" \"" + l.id + "\" \"" + l.authority + "\" \"" +
         l.upstream + "\"";
}
std::string istio(const Line& l) {
  return l.time + "\"" + l.request + "\" " + l.code + " " + l.result + counters_and_request(l) + " " + l.cluster + " " +
         l.upstream_local + " " + l.local + " " + l.remote + " " + l.sni + " default";
}
std::string envoy(const Line& l) { return l.time + "\"" + l.request + "\" " + l.code + " -" + counters_and_request(l); }

const std::string items = "outbound|8080||items.shop.svc.cluster.local";
const std::string items_sni = "outbound_.8080_._.items.shop.svc.cluster.local";

Line outbound() {
  Line l;
  l.upstream = "10.0.0.9:9000", l.cluster = items, l.upstream_local = "10.0.0.5:50020";
  l.local = "10.96.0.7:8080", l.remote = "10.0.0.5:42180";
  return l;
}
Line inbound() {
  Line l;
  l.upstream = "10.0.0.9:9000", l.cluster = "inbound|9000||", l.upstream_local = "127.0.0.6:37685";
  l.local = "10.0.0.9:9000", l.remote = "10.0.0.5:50020", l.sni = items_sni;
  return l;
}
template <class Change>
Line with(Line l, Change change) {
  change(l);
  return l;
}

const std::string items_party = "ip=10.0.0.9 ns=shop service=items host=items.shop.svc.cluster.local";
const std::string get_items = " proto=http to=items method=GET route=/items/* by=curl";
const std::string outbound_line = "ip=10.0.0.5 -> " + items_party + " :8080 client" + get_items + " mesh";
const std::string inbound_line = "ip=10.0.0.5 -> " + items_party + " :9000 server" + get_items + " mesh";

std::string only(const Reader& reader, const std::string& line) {
  return lines(observed(reader, line + "\n").observations);
}

}  // namespace

TEST_CASE("access logs are recognised by content and leave other formats alone") {
  const std::string json = R"("response_flags":"-","response_code":200,)";
  struct Case {
    const char* name;
    std::string head;
    const Reader* reader;
  };
  const Case cases[] = {
      {"istio text", istio(outbound()), &istio_access_log},
      {"istio text behind the proxy's own lines",
       "2026-01-02T03:04:05.123456Z\tinfo\tEnvoy proxy is ready\n\n" + istio(inbound()), &istio_access_log},
      {"istio json", "{" + json + R"("authority":"a","upstream_cluster":"inbound|80||"})", &istio_access_log},
      {"istio json in a container log",
       "2026-01-02T03:04:05.1Z stdout F {" + json + R"("authority":"a","upstream_cluster":null})", &istio_access_log},
      {"envoy text", envoy(outbound()), &envoy_access_log},
      {"envoy gateway json", "{" + json + R"(":authority":"a","upstream_cluster":"httproute/a/b/rule/0"})",
       &envoy_access_log},
      {"an nginx line",
       R"(10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 5 "-" "curl" 1 0.1 [a-b-80] )"
       R"([] 10.0.0.2:80 5 0.1 200 abc)",
       &nginx_log},
      {"an apache line", R"(10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 5 "-" "curl")", nullptr},
      {"a Docker log of an istio line", R"({"log":"{\"response_flags\":\"-\",\"authority\":\"a\"}","stream":"stdout"})",
       nullptr},
      {"OTLP logs that mention the keys",
       R"({"resourceLogs":[{"scopeLogs":[{"authority":"a","response_flags":"-"}]}]})", nullptr},
      {"a manifest", "apiVersion: v1\nkind: Service\n", nullptr},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(recognise(c.head) == c.reader);
    }
}

TEST_CASE("a format that leaves the proxy's own address out makes no gateway of a sidecar") {
  const std::string start =
      R"({"response_flags":"-","response_code":200,"method":"GET","path":"/","authority":"items.shop","request_id":"r",)"
      R"("upstream_host":"10.0.0.9:9000","upstream_cluster":"outbound|9000||items.shop.svc.cluster.local",)";
  const std::string to = " -> ip=10.0.0.9 ns=shop service=items host=items.shop.svc.cluster.local :9000 ";
  const std::string asked = "proto=http to=items.shop method=GET route=/";
  struct Case {
    std::string name, rest, seen;
  };
  const Case cases[] = {
      {"a sidecar whose application hands the header on",
       R"("x_forwarded_for":"8.8.4.4","downstream_remote_address":"10.0.0.5:4000"})",
       "ip=10.0.0.5" + to + "client " + asked},
      {"a gateway by the TLS of its client",
       R"("requested_server_name":"shop.example.com","downstream_remote_address":"8.8.4.4:4000"})",
       "?" + to + "gateway " + asked},
      {"a gateway by a client that only the header knows",
       R"("x_forwarded_for":"8.8.4.4","downstream_remote_address":"8.8.4.4:0"})", "?" + to + "gateway " + asked},
      {"a sidecar that says its address",
       R"("upstream_local_address":"10.0.0.5:50020","downstream_remote_address":"10.0.0.5:4000"})",
       "ip=10.0.0.5" + to + "client " + asked + " mesh"},
      {"a gateway whose address is missing in a format that has it",
       R"("upstream_local_address":null,"x_forwarded_for":"8.8.4.4","downstream_remote_address":"8.8.4.4:4000"})",
       "?" + to + "gateway " + asked},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto read = observed(istio_access_log, start + c.rest);
    REQUIRE(read.observations.size() == 1);
    CHECK(read.observations[0] == c.seen);
  }
}

TEST_CASE("an istio line of any version and with any prefix says the same") {
  const std::string line = istio(outbound());
  const auto result = [](const std::string& text) {
    return istio(with(outbound(), [&](Line& l) { l.result = text; }));
  };
  const std::string json =
      R"({"authority":"items:8080","bytes_received":7,"bytes_sent":100,"downstream_local_address":"10.96.0.7:8080",)"
      R"("downstream_remote_address":"10.0.0.5:42180","duration":12,"method":"GET","path":"/items/4711?page=2",)"
      R"("protocol":"HTTP/1.1","request_id":"r-1","requested_server_name":null,"response_code":200,)"
      R"("response_flags":"-","start_time":"2026-01-02T03:04:05.678Z","upstream_cluster":")" +
      items +
      R"(","upstream_host":"10.0.0.9:9000","upstream_local_address":"10.0.0.5:50020","user_agent":"curl/8.1",)"
      R"("x_forwarded_for":null,"unknown_key":{"a":[1]}})";
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"since 1.9", line},
      {"1.5 to 1.8", result("- \"-\"")},
      {"some of 1.5 to 1.8", result("- \"-\" \"-\"")},
      {"with a failure of the transport", result("- via_upstream - \"TLS error: 268435703 \"")},
      {"without time", istio(with(outbound(), [](Line& l) { l.time = ""; }))},
      {"container runtime", "2026-01-02T03:04:06.1234567Z stdout F " + line},
      {"kubectl --timestamps", "2026-01-02T03:04:06.1234567Z " + line},
      {"CRLF", line + "\r"},
      {"a user agent with quotes", istio(with(outbound(), [](Line& l) { l.agent = "curl/8 \"x\" y"; }))},
      {"a path with a quote", istio(with(outbound(), [](Line& l) { l.request = "GET /items/1?q=\" HTTP/2"; }))},
      {"json", json},
      {"json in a container log", "2026-01-02T03:04:06.1Z stdout F " + json},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(istio_access_log, c.text) == outbound_line);
    }
  const auto all = observed(istio_access_log, line + "\n");
  CHECK(all.rows[0].time_ns == 1'767'323'045'678'000'000);
  CHECK(all.rows[0].duration_ns == 12'000'000);
  CHECK(all.rows[0].bytes == 107);
}

TEST_CASE("an istio line says who called whom as its proxy saw it") {
  struct Case {
    const char* name;
    Line line;
    std::string expected;
  };
  const std::string http = " proto=http to=items method=GET route=/items/* by=curl";
  const Case cases[] = {
      {"outbound", outbound(), outbound_line},
      {"inbound", inbound(), inbound_line},
      {"inbound of old",
       with(inbound(), [](Line& l) { l.cluster = "inbound|9000|http|items.shop.svc.cluster.local", l.sni = "-"; }),
       "ip=10.0.0.5 -> " + items_party + " :9000 server" + http},
      {"inbound without mutual TLS", with(inbound(), [](Line& l) { l.sni = "-"; }),
       "ip=10.0.0.5 -> ip=10.0.0.9 host=items :9000 server" + http},
      {"inbound from outside",
       with(inbound(), [](Line& l) { l.forwarded = "8.8.4.4, 10.1.1.1", l.remote = "8.8.4.4:0"; }),
       "ip=8.8.4.4 reserved=outside -> " + items_party + " :9000 server" + http + " mesh"},
      {"a gateway", with(outbound(), [](Line& l) { l.local = "10.0.0.5:8443", l.forwarded = "8.8.4.4"; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 gateway" + http},
      {"a gateway that reached nobody",
       with(outbound(),
            [](Line& l) { l.upstream_local = "-", l.upstream = "-", l.forwarded = "8.8.4.4", l.code = "503"; }),
       "ip=10.96.0.7 -> ns=shop service=items host=items.shop.svc.cluster.local :8080 gateway" + http + " error"},
      {"a waypoint",
       with(outbound(), [](Line& l) { l.cluster = "inbound-vip|8080|http|items.shop.svc.cluster.local;"; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 waypoint" + http + " mesh"},
      {"IPv6", with(inbound(), [](Line& l) { l.remote = "[2001:db8::7]:5000"; }),
       "ip=2001:db8::7 -> " + items_party + " :9000 server" + http + " mesh"},
      {"a service entry", with(outbound(), [](Line& l) { l.cluster = "outbound|443||api.example.com"; }),
       "ip=10.0.0.5 -> ip=10.0.0.9 host=api.example.com :443 client" + http + " mesh"},
      {"passthrough", with(outbound(), [](Line& l) { l.cluster = "PassthroughCluster", l.authority = "example.com"; }),
       "ip=10.0.0.5 -> ip=10.0.0.9 host=example.com :9000 client proto=http to=example.com method=GET route=/items/* "
       "by=curl mesh"},
      {"inbound passthrough",
       with(inbound(), [](Line& l) { l.cluster = "InboundPassthroughClusterIpv4", l.sni = "-"; }),
       "ip=10.0.0.5 -> ip=10.0.0.9 host=items :9000 server" + http},
      {"black hole", with(outbound(), [](Line& l) { l.cluster = "BlackHoleCluster", l.upstream = "-"; }),
       "ip=10.0.0.5 -> host=items :0 unknown" + http + " unrouted"},
      {"no route",
       with(
           outbound(),
           [](Line& l) { l.cluster = "-", l.upstream = "-", l.result = "NR route_not_found - \"-\"", l.code = "404"; }),
       "ip=10.0.0.5 -> host=items :0 unknown" + http + " unrouted"},
      {"a gateway's own answer",
       with(outbound(),
            [](Line& l) {
              l.cluster = l.upstream = l.upstream_local = "-", l.local = "10.0.0.5:443", l.forwarded = "8.8.4.4";
              l.result = "- direct_response - \"-\"", l.code = "301";
            }),
       "ip=10.0.0.5 -> host=items :0 gateway" + http + " unrouted"},
      {"refused by policy",
       with(inbound(), [](Line& l) { l.result = "- rbac_access_denied_matched_policy[none] - \"-\"", l.code = "403"; }),
       "ip=10.0.0.5 -> " + items_party + " :9000 server" + http + " denied mesh"},
      {"retries used up", with(outbound(), [](Line& l) { l.result = "UF,URX - - \"-\"", l.code = "503"; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 client" + http + " error mesh"},
      {"a TCP connection",
       with(outbound(), [](Line& l) { l.request = "- - -", l.code = "0", l.agent = l.id = l.authority = "-"; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 client mesh connection"},
      {"a TCP connection that failed",
       with(outbound(), [](Line& l) { l.request = "- - -", l.code = "0", l.result = "UF,URX - - \"-\""; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 client error mesh connection"},
      {"grpc", with(outbound(), [](Line& l) { l.request = "POST /shop.Items/Get HTTP/2", l.agent = "grpc-go/1.60"; }),
       "ip=10.0.0.5 -> " + items_party + " :8080 client proto=grpc to=items route=shop.Items/Get by=grpc-go mesh"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(istio_access_log, istio(c.line)) == c.expected);
    }
}

TEST_CASE("kubectl's prefix names the pod that wrote an istio line") {
  const std::string prefix = "[pod/items-7d9c5-x2x4z/istio-proxy] ";
  CHECK(only(istio_access_log, prefix + istio(outbound())) ==
        "ip=10.0.0.5 pod=items-7d9c5-x2x4z -> " + items_party + " :8080 client" + get_items + " mesh");
  CHECK(only(istio_access_log, prefix + "2026-01-02T03:04:06Z " + istio(inbound())) ==
        "ip=10.0.0.5 -> ip=10.0.0.9 ns=shop pod=items-7d9c5-x2x4z service=items host=items.shop.svc.cluster.local "
        ":9000 server" +
            get_items + " mesh");
}

TEST_CASE("the lines of both proxies have one key") {
  struct Case {
    const char* name;
    Line a, b;
    bool same;
  };
  const auto anonymous = [](Line& l) { l.id = "-"; };
  const auto connection = [](Line& l) { l.id = "-", l.request = "- - -"; };
  const Case cases[] = {
      {"request id and path", outbound(), inbound(), true},
      {"another request", outbound(), with(inbound(), [](Line& l) { l.id = "r-2"; }), false},
      {"another path", outbound(), with(inbound(), [](Line& l) { l.request = "GET / HTTP/1.1"; }), false},
      {"no request id: the connection between them", with(outbound(), anonymous), with(inbound(), anonymous), true},
      {"a TCP connection", with(outbound(), connection), with(inbound(), connection), true},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(istio_access_log, istio(c.a) + "\n" + istio(c.b) + "\n");
      REQUIRE(all.keys.size() == 2);
      CHECK(all.keys[0] != 0);
      CHECK((all.keys[0] == all.keys[1]) == c.same);
    }
}

TEST_CASE("envoy's own formats say authority, upstream and whether a gateway wrote them") {
  const auto from_outside = with(outbound(), [](Line& l) { l.forwarded = "8.8.4.4"; });
  CHECK(only(envoy_access_log, envoy(outbound())) == "? -> ip=10.0.0.9 host=items :9000 unknown" + get_items);
  CHECK(only(envoy_access_log, envoy(from_outside)) == "? -> ip=10.0.0.9 host=items :9000 gateway" + get_items);
  const std::string json =
      R"({"start_time":"2026-01-02T03:04:05.678Z","method":"GET","x-envoy-origin-path":"/items/4711","protocol":)"
      R"("HTTP/1.1","response_code":200,"response_flags":"-","bytes_received":7,"bytes_sent":100,"duration":12,)"
      R"("x-forwarded-for":"8.8.4.4","user-agent":"curl/8.1","x-request-id":"r-1",":authority":"shop.example.com",)"
      R"("upstream_host":"10.0.0.9:9000","upstream_cluster":"httproute/shop/items/rule/0","upstream_local_address":)"
      R"("10.0.0.3:50000","downstream_local_address":"10.0.0.3:10080","downstream_remote_address":"8.8.4.4:1234"})";
  CHECK(only(envoy_access_log, json) ==
        "ip=10.0.0.3 -> ip=10.0.0.9 ns=shop workload=items host=httproute/shop/items/rule/0 :9000 gateway proto=http "
        "to=shop.example.com method=GET "
        "route=/items/* by=curl");
}

TEST_CASE("an access log reader skips what is no line, says where, and reads on") {
  const std::string good = istio(outbound()) + "\n";
  struct Case {
    const char* name;
    std::string line;
    std::string message;
  };
  const Case cases[] = {
      {"cut short", istio(outbound()).substr(0, 80), "2:1 not an access log line"},
      {"cut at the front", istio(outbound()).substr(120), "2:1 not an access log line"},
      {"a code that is no number", istio(with(outbound(), [](Line& l) { l.code = "OK"; })),
       "2:1 not an access log line"},
      {"other text", "hello", "2:1 not an access log line"},
      {"broken JSON", R"({"method":"GET")", "2:1 not readable as an access log line"},
      {"JSON of the wrong type", R"({"method":{"a":1},"response_code":200})", "2:1 not readable as an access log line"},
      {"another object", R"({"kind":"Pod"})", "2:1 not an access log line"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(istio_access_log, good + c.line + "\n\r\n" + good);
      CHECK(all.observations.size() == 2);
      CHECK(all.skipped == 1);
      REQUIRE(all.messages.size() == 1);
      CHECK(all.messages[0].substr(0, c.message.size()) == c.message);
    }
}

TEST_CASE("a proxy's own log lines between access log lines are not broken") {
  const std::string chatter[] = {
      "2026-01-02T03:04:05.123456Z\tinfo\tReadiness succeeded in 1.2s",
      "[2026-01-02 03:04:05.678][15][warning][config] gRPC config stream closed: 13",
      "[pod/a/istio-proxy] 2026-01-02T03:04:05.123456Z\twarning\tenvoy config\tgRPC stream closed",
  };
  for (const std::string& line : chatter) SUBCASE(line.c_str()) {
      const auto all = observed(istio_access_log, line + "\n" + istio(inbound()) + "\n");
      CHECK(all.observations.size() == 1);
      CHECK(all.skipped == 0);
      CHECK(lines(all.messages) == "1:1 a line of the proxy's own log, not of its access log");
    }
}
