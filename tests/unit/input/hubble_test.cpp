#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "observing.hpp"

using namespace nsew;
using test::lines;
using test::observed;

namespace {

const std::string cart = R"({"identity":101,"namespace":"shop","labels":["k8s:app=cart"],"pod_name":"cart-7d9-x2x4z"})";
const std::string prices = R"({"identity":102,"namespace":"shop","labels":["k8s:app=prices"],"pod_name":"prices-0"})";

// A flow between two pods with more fields in front.
std::string flow(const std::string& first = R"("verdict":"FORWARDED","is_reply":false)", const std::string& from = cart,
                 const std::string& to = prices, const std::string& ports = "41000,8080") {
  const std::size_t comma = ports.find(',');
  return "{" + first + R"(,"IP":{"source":"10.0.0.1","destination":"10.0.0.2"},"l4":{"TCP":{"source_port":)" +
         ports.substr(0, comma) + R"(,"destination_port":)" + ports.substr(comma + 1) + R"(}},"source":)" + from +
         R"(,"destination":)" + to + "}";
}
std::string wrapped(const std::string& bare) {
  return R"({"flow":)" + bare + R"(,"node_name":"n1","time":"2026-01-02T03:04:05.5Z"})";
}
std::string labels(const std::string& list, const std::string& rest = "") {
  return R"({"labels":[)" + list + "]" + rest + "}";
}

const std::string plain_ends =
    "ip=10.0.0.1 ns=shop pod=cart-7d9-x2x4z app=cart identity=101 -> ip=10.0.0.2 ns=shop pod=prices-0 app=prices "
    "identity=102 :8080 network";

std::string only(const std::string& line) { return lines(observed(hubble, line + "\n").observations); }

}  // namespace

TEST_CASE("hubble is recognised by content and leaves other formats alone") {
  struct Case {
    const char* name;
    std::string head;
    bool mine;
  };
  const Case cases[] = {
      {"wrapped", wrapped(flow()), true},
      {"bare", flow(), true},
      {"after lost events", "{\"lost_events\":{\"source\":\"PERF_EVENT_RING_BUFFER\"}}\n" + wrapped(flow()), true},
      {"after an empty line and with CRLF", "\r\n" + wrapped(flow()) + "\r\n", true},
      {"field-masked", R"({"flow":{"source":{},"destination":{"pod_name":"a"}}})", true},
      {"OTLP that mentions a flow", R"({"resourceSpans":[{"name":"\"flow\":{ verdict","verdict":1,"source":2}]})",
       false},
      {"a Docker log of flows", R"({"log":"{\"flow\":{\"verdict\":\"FORWARDED\"}}","stream":"stdout"})", false},
      {"a manifest with a verdict", R"({"apiVersion":"v1","kind":"ConfigMap","data":{"verdict":"yes"}})", false},
      {"compact text", "Mar 18 22:42:08.236: a/b:1 (ID:2) -> c/d:3 (ID:4) to-stack FORWARDED (TCP Flags: SYN)", false},
      {"nothing", "", false},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK((recognise(c.head) == &hubble) == c.mine);
    }
}

TEST_CASE("a hubble flow becomes one observation, its source always who asked") {
  struct Case {
    const char* name;
    std::string line;
    std::string expected;
  };
  const std::string swapped = flow(R"("verdict":"FORWARDED","is_reply":true)", prices, cart, "8080,41000");
  const Case cases[] = {
      {"bare", flow(), plain_ends + " connection"},
      {"wrapped", wrapped(flow()), plain_ends + " connection"},
      {"redirected", flow(R"("verdict":"REDIRECTED","is_reply":false)"), plain_ends + " connection"},
      {"dropped", flow(R"("verdict":"DROPPED")"), plain_ends + " unsure denied connection"},
      {"audited", flow(R"("verdict":"AUDIT","is_reply":false)"), plain_ends + " denied connection"},
      {"the legacy field says reply", flow(R"("verdict":"FORWARDED","reply":true)", prices, cart, "8080,41000"),
       "ip=10.0.0.2 ns=shop pod=cart-7d9-x2x4z app=cart identity=101 -> ip=10.0.0.1 ns=shop pod=prices-0 app=prices "
       "identity=102 :8080 network reply connection"},
      {"is_reply wins over the legacy field", flow(R"("verdict":"FORWARDED","reply":true,"is_reply":false)"),
       plain_ends + " connection"},
      {"the legacy field left out says nothing", flow(R"("verdict":"FORWARDED")"), plain_ends + " unsure connection"},
      {"traced", flow(R"("verdict":"TRACED")"), ""},
      {"translated", flow(R"("verdict":"TRANSLATED")"), ""},
      {"nulls", flow(R"("verdict":"FORWARDED","is_reply":null,"l7":null,"source_names":null)"),
       plain_ends + " unsure connection"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(c.line) == c.expected);
    }
  CHECK(observed(hubble, flow(R"("verdict":"TRACED")") + "\n").records == 1);
}

TEST_CASE("both directions of a connection, every observation point and L7 record have one key") {
  const auto all = observed(
      hubble, wrapped(flow(R"("verdict":"FORWARDED","is_reply":false,"trace_observation_point":"TO_PROXY")")) + "\n" +
                  wrapped(flow(R"("verdict":"FORWARDED","is_reply":false,"node_name":"n2")")) + "\n" +
                  flow(R"("l7":{"type":"REQUEST","http":{"method":"GET","url":"/"}},"verdict":"FORWARDED")") + "\n" +
                  R"({"verdict":"FORWARDED","is_reply":true,"IP":{"source":"10.0.0.2","destination":"10.0.0.1"},)"
                  R"("l4":{"TCP":{"source_port":8080,"destination_port":41000}},"source":{},"destination":{}})"
                  "\n" +
                  flow(R"("verdict":"FORWARDED","is_reply":false)", cart, prices, "41001,8080") + "\n");
  REQUIRE(all.keys.size() == 5);
  CHECK(all.keys[0] != 0);
  for (const std::size_t i : {1U, 2U, 3U}) CHECK(all.keys[i] == all.keys[0]);
  CHECK(all.keys[4] != all.keys[0]);
}

TEST_CASE("a hubble endpoint is named by whole label keys and one reserved word") {
  struct Case {
    const char* name;
    std::string endpoint;
    std::string expected;
  };
  const Case cases[] = {
      {"the standard label before app",
       labels(R"("k8s:app=b","k8s:app.kubernetes.io/name=a","k8s:io.kubernetes.pod.namespace=n")"), "ns=n app=a"},
      {"k8s-app before name", labels(R"("k8s:name=b","k8s:k8s-app=a")", R"(,"namespace":"n")"), "ns=n app=a"},
      {"a namespace's label is not the pod's",
       labels(R"("k8s:io.cilium.k8s.namespace.labels.app.kubernetes.io/name=x","k8s:io.kubernetes.pod.namespace=n")"),
       "ns=n"},
      {"workloads", R"({"namespace":"n","pod_name":"w-1","workloads":[{"name":"w","kind":"StatefulSet"}]})",
       "ns=n pod=w-1 workload=w"},
      {"cluster", labels(R"("k8s:io.cilium.k8s.policy.cluster=east","k8s:io.kubernetes.pod.namespace=n")"),
       "ns=n cluster=east"},
      {"a managed API server", labels(R"("reserved:world","reserved:kube-apiserver")"), "reserved=kube-apiserver"},
      {"a node seen twice", labels(R"("reserved:remote-node","reserved:host")"), "reserved=host"},
      {"the dual-stack world", labels(R"("reserved:world-ipv4","reserved:world")"), "reserved=world"},
      {"ingress", labels(R"("reserved:ingress")"), "reserved=ingress"},
      {"a range", labels(R"("cidr:10.0.0.0/8")", R"(,"identity":16777220)"), "reserved=world"},
      {"a name", labels(R"("fqdn:api.example.com","reserved:world")"), "reserved=world host=api.example.com"},
      {"a pod that looks like the world",
       R"({"identity":2,"namespace":"n","pod_name":"p","labels":["reserved:world"]})", "ns=n pod=p"},
      {"an identity alone", R"({"identity":16370})", "identity=16370"},
      {"a reserved identity alone", R"({"identity":6})", "reserved=remote-node"},
      {"a local identity alone", R"({"identity":16777217})", "reserved=world"},
      {"nothing", "{}", ""},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const std::string expected = "ip=10.0.0.1" + std::string(c.expected.empty() ? "" : " ") + c.expected + " -> ";
      const std::string line = only(flow(R"("verdict":"FORWARDED","is_reply":false)", c.endpoint));
      CHECK(line.substr(0, expected.size()) == expected);
    }
}

TEST_CASE("a hubble L7 record says what was asked") {
  struct Case {
    const char* name;
    std::string l7;
    std::string expected;
  };
  const Case cases[] = {
      {"http",
       R"({"type":"REQUEST","http":{"method":"GET","url":"http://prices:8080/p/4711?x=1","headers":)"
       R"([{"key":"User-Agent","value":"curl/8"}]}})",
       " proto=http to=prices method=GET route=/p/* by=curl unsure connection"},
      {"grpc",
       R"({"type":"REQUEST","http":{"method":"POST","url":"http://prices/shop.Prices/Get","headers":)"
       R"([{"key":"content-type","value":"application/grpc"}]}})",
       " proto=grpc to=prices route=shop.Prices/Get unsure connection"},
      {"dns", R"({"type":"REQUEST","dns":{"query":"prices.shop.svc.cluster.local."}})", " proto=dns unsure connection"},
      {"kafka", R"({"type":"REQUEST","kafka":{"api_key":"produce","topic":"orders"}})",
       " proto=kafka method=produce route=orders unsure connection"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(flow(R"("verdict":"FORWARDED","l7":)" + c.l7)) == plain_ends + c.expected);
    }
}

TEST_CASE("a hubble response carries failure, latency and time") {
  const auto all =
      observed(hubble, wrapped(flow(R"("time":"2026-01-02T03:04:05.25Z","verdict":"FORWARDED","l7":{"type":"RESPONSE",)"
                                    R"("latency_ns":"5302000","http":{"code":503,"method":"GET","url":"/"}})")) +
                           "\n");
  REQUIRE(all.rows.size() == 1);
  CHECK(all.rows[0].reply == Reply::yes);
  CHECK(all.rows[0].error);
  CHECK(all.rows[0].duration_ns == 5'302'000);
  CHECK(all.rows[0].time_ns == 1'767'323'045'500'000'000);
}

TEST_CASE("hubble skips what is no flow, says where, and reads on") {
  const std::string good = flow() + "\n";
  struct Case {
    const char* name;
    std::string line;
    std::string message;
  };
  const Case cases[] = {
      {"not JSON", "flow!", "2:1 not readable as a hubble flow"},
      {"cut short", flow().substr(0, 90), "2:1 not readable as a hubble flow"},
      {"two objects", flow() + flow(), "2:351 not readable as a hubble flow"},
      {"a port that is text", R"({"flow":{"l4":{"TCP":{"destination_port":"x"}}}})",
       "2:42 not readable as a hubble flow"},
      {"a port that is none", R"({"flow":{"l4":{"TCP":{"destination_port":70000}}}})",
       "2:47 not readable as a hubble flow"},
      {"an endpoint that is text", flow(R"("verdict":"FORWARDED")", "\"cart\""), "2:144 not readable as a hubble flow"},
      {"labels that are numbers", flow(R"("verdict":"FORWARDED")", labels("1,2")), "2:1 not readable as a hubble flow"},
      {"another object", R"({"kind":"Pod"})", "2:1 not a hubble flow"},
      {"an array", "[]", "2:1 not readable as a hubble flow"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(hubble, good + c.line + "\n" + good);
      CHECK(all.observations.size() == 2);
      CHECK(all.skipped == 1);
      REQUIRE(all.messages.size() == 1);
      CHECK(all.messages[0].substr(0, c.message.size()) == c.message);
    }
}

TEST_CASE("hubble's own events and blank lines are neither flows nor broken") {
  const auto all = observed(hubble, "\n{\"lost_events\":{\"num_events_lost\":\"7\"},\"node_name\":\"n\"}\n" + flow() +
                                        "\r\n\n{\"node_status\":{}}\n");
  CHECK(all.observations.size() == 1);
  CHECK(all.records == 3);
  CHECK(all.skipped == 0);
  CHECK(lines(all.messages) == "2:1 hubble lost flows here: counts are too low");
}
