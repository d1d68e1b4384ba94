// Dependencies, Linkerd's tables, Otterize: lists of who calls whom.
#include <doctest/doctest.h>

#include "counting.hpp"
#include "input/reader_table.hpp"

using namespace nsew;
using namespace nsew::test;

namespace {

struct Case {
  std::string name;
  const Reader* reader;
  std::string text;
  std::vector<std::string> edges;
  std::uint64_t skipped = 0;
};

void check(const Case& c) {
  INFO(c.name);
  CHECK(recognise(c.text) == c.reader);
  const Counting read = counted(*c.reader, c.text);
  CHECK(read.edges == c.edges);
  CHECK(read.skipped == c.skipped);
}

}  // namespace

TEST_CASE("dependencies come bare or in data, and never show who came from outside") {
  const Case cases[] = {
      {"bare",
       &dependencies,
       R"([{"parent":"a","child":"b","callCount":3},{"parent":"b","child":"unknown","callCount":"4"}])",
       {"service=a -> service=b 3 no-ns", "service=b -> ? 4 no-ns"}},
      {"in data",
       &dependencies,
       R"({"data":[{"parent":"a","child":"b","callCount":3}],"total":0,"errors":null})",
       {"service=a -> service=b 3 no-ns"}},
      {"with errors",
       &dependencies,
       R"([{"parent":"a","child":"b","callCount":3,"errorCount":9}])",
       {"service=a -> service=b 3 errors=3 no-ns"}},
      {"bad links",
       &dependencies,
       R"([{"parent":"a","child":"b","callCount":-3},{"parent":"a"},7,{"parent":"a","child":"b"}])",
       {},
       4},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("linkerd's edges are read as JSON and as a table, without counts") {
  const std::vector<std::string> edges = {"ns=shop workload=web -> ns=shop workload=cart 0 no-ns",
                                          "ns=shop pod=web-7bd97dfbdc-x2kls -> ns=db workload=pg 0 no-ns"};
  const Case cases[] = {
      {"JSON", &linkerd_edges,
       R"([{"src":"web","src_namespace":"shop","dst":"cart","dst_namespace":"shop","client_id":"","server_id":"","no_tls_reason":""},)"
       R"({"src":"web-7bd97dfbdc-x2kls","src_namespace":"shop","dst":"pg","dst_namespace":"db"},{"src":"web"}])",
       edges, 1},
      {"a table", &linkerd_edges,
       "SRC      DST    SRC_NS   DST_NS   SECURED\nweb      cart   shop     shop     \xe2\x88\x9a\n"
       "web-7bd97dfbdc-x2kls   pg   shop   db   not provided by service discovery\nweb cart\n",
       edges, 1},
      {"wide",
       &linkerd_edges,
       "SRC   DST   SRC_NS   DST_NS   CLIENT_ID   SERVER_ID   SECURED\nweb cart shop shop web.shop cart.shop x\n",
       {"ns=shop workload=web -> ns=shop workload=cart 0 no-ns"}},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("linkerd's stat says how often a workload was called, and nothing of its callers") {
  const Case cases[] = {
      {"JSON",
       &linkerd_stat,
       R"([{"namespace":"shop","kind":"deployment","name":"cart","success":0.2,"rps":2.05,"latency_ms_p50":1},)"
       R"({"namespace":"shop","kind":"deployment","name":"idle","success":null,"rps":null},)"
       R"({"namespace":"","kind":"namespace","name":"shop","success":1,"rps":9}])",
       {"? -> ns=shop workload=cart 123 errors=98 no-ns no-ew"}},
      {"a table",
       &linkerd_stat,
       "NAMESPACE   NAME   MESHED   SUCCESS   RPS   LATENCY_P50   LATENCY_P95   LATENCY_P99   TCP_CONN\n"
       "shop        cart   1/1      100.00%   2.0rps   1ms   1ms   1ms   3\nshop   idle   1/1   -   -   -   -   -   "
       "-\nshop cart\n",
       {"? -> ns=shop workload=cart 120 no-ns no-ew"},
       1},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("intents name their targets in every version, and the map is read as text") {
  const auto intents = [](const std::string& spec) {
    return R"([{"kind":"ClientIntents","apiVersion":"k8s.otterize.com/v1alpha3","metadata":{"name":"a","namespace":"shop"},"spec":)" +
           spec + "}]";
  };
  const Case cases[] = {
      {"v2",
       &otterize,
       intents(
           R"({"workload":{"name":"a","kind":"Deployment"},"targets":[{"kubernetes":{"name":"b.other","kind":"Service"}},)"
           R"({"kubernetes":{"name":"svc:c"}},{"sql":{"name":"pg"}},{"kafka":{"name":"events.mq"}},)"
           R"({"internet":{"domains":["api.example.net"]}},{"internet":{"ips":["203.0.113.9"]}},{"aws":{"arn":"x"}},{}]})"),
       {"ns=shop workload=a -> ns=other service=b 0 no-ns", "ns=shop workload=a -> ns=shop service=c 0 no-ns",
        "ns=shop workload=a -> ns=shop workload=pg 0 database no-ns",
        "ns=shop workload=a -> ns=mq workload=events 0 message no-ns",
        "ns=shop workload=a -> host=api.example.net 0 no-ns", "ns=shop workload=a -> ip=203.0.113.9 0 no-ns",
        "ns=shop workload=a -> reserved=external 0 no-ns"},
       1},
      {"v1",
       &otterize,
       intents(R"({"service":{"name":"a"},"calls":[{"name":"b"},{"name":"k","type":"kafka"}]})"),
       {"ns=shop workload=a -> ns=shop workload=b 0 no-ns",
        "ns=shop workload=a -> ns=shop workload=k 0 message no-ns"}},
      {"nobody", &otterize, intents(R"({"targets":[]})"), {}, 1},
      {"the map",
       &otterize,
       "a in namespace shop calls:\n  - b\n  - c in namespace other\nnonsense\n",
       {"ns=shop workload=a -> ns=shop workload=b 0 no-ns", "ns=shop workload=a -> ns=other workload=c 0 no-ns"},
       1},
  };
  for (const Case& c : cases) check(c);
}
