#include <doctest/doctest.h>

#include "counting.hpp"
#include "input/reader_table.hpp"

using namespace nsew;
using namespace nsew::test;

namespace {

std::string graph(const std::string& type, const std::string& nodes, const std::string& edges,
                  const std::string& more = R"("timestamp":1793610600,"duration":600,)") {
  return "{" + more + R"("graphType":")" + type + R"(","elements":{"nodes":[)" + nodes + R"(],"edges":[)" + edges +
         "]}}";
}
std::string node(const std::string& id, const std::string& data) {
  return R"({"data":{"id":")" + id + "\"," + data + "}}";
}
std::string app(const std::string& id, const std::string& name, const std::string& more = "") {
  return node(id, R"("nodeType":"app","namespace":"shop","workload":")" + name + R"(-v1","app":")" + name + '"' + more);
}
std::string edge(const std::string& from, const std::string& to, const std::string& protocol, const std::string& rates,
                 const std::string& more = "") {
  return R"({"data":{"id":"e","source":")" + from + R"(","target":")" + to + R"(","traffic":{"protocol":")" + protocol +
         R"(","rates":{)" + rates + "}}" + more + "}}";
}

const std::string cart = "ns=shop workload=cart-v1 app=cart", items = "ns=shop workload=items-v1 app=items";
const std::string both = app("a", "cart") + "," + app("b", "items");

struct Case {
  std::string name;
  std::string text;
  std::vector<std::string> edges;
};

}  // namespace

TEST_CASE("kiali's rates become calls by the duration, bytes by TCP, one edge for each protocol") {
  const std::string service = node("s", R"("nodeType":"service","namespace":"shop","service":"items")");
  const Case cases[] = {
      {"http with errors",
       graph("app", both, edge("a", "b", "http", R"("http":"2.50","http5xx":"0.50","http4xx":"1.00")")),
       {cart + " -> " + items + " 1500 errors=300 http"}},
      {"grpc",
       graph("app", both, edge("a", "b", "grpc", R"("grpc":"1.00","grpcErr":"0.50")")),
       {cart + " -> " + items + " 600 errors=300 grpc"}},
      {"tcp",
       graph("workload", both, edge("a", "b", "tcp", R"("tcp":"31.00")")),
       {cart + " -> " + items + " 0 bytes=18600 connections"}},
      {"no duration",
       graph("app", both, edge("a", "b", "http", R"("http":"2.00")"), ""),
       {cart + " -> " + items + " 120 http"}},
      {"mutual TLS",
       graph("app", both, edge("a", "b", "http", R"("http":"1.00")", R"(,"isMTLS":"100")")),
       {cart + " -> " + items + " 600 http mesh"}},
      {"a service between",
       graph("app", both + "," + service,
             edge("a", "s", "http", R"("http":"1.00")") + "," + edge("s", "b", "http", R"("http":"1.00")")),
       {cart + " -> ns=shop service=items 600 http"}},
      {"services alone",
       graph("service", service + "," + node("t", R"("nodeType":"service","namespace":"shop","service":"db")"),
             edge("s", "s", "http", R"("http":"1.00")") + "," + edge("s", "t", "http", R"("http":"1.00")")),
       {"ns=shop service=items -> ns=shop service=items 600 http",
        "ns=shop service=items -> ns=shop service=db 600 http"}},
      {"through a waypoint",
       graph("app", both, edge("a", "b", "http", R"("http":"1.00")", R"(,"waypoint":{"direction":"to"})")),
       {}},
      {"nobody known",
       graph("app", both + "," + node("u", R"("nodeType":"unknown","namespace":"unknown","app":"unknown")"),
             edge("u", "b", "http", R"("http":"1.00")")),
       {"? -> " + items + " 600 http"}},
      {"a gateway",
       graph("app", app("a", "edge", R"(,"isGateway":{"ingressInfo":{"hostnames":["*"]}})") + "," + app("b", "items"),
             edge("a", "b", "http", R"("http":"1.00")")),
       {"ns=shop workload=edge-v1 app=edge reserved=gateway -> " + items + " 600 http"}},
      {"an entry of the mesh",
       graph(
           "app",
           both + "," +
               node(
                   "x",
                   R"("nodeType":"service","namespace":"shop","service":"api.example.net","isServiceEntry":{"location":"MESH_EXTERNAL"})"),
           edge("a", "x", "http", R"("http":"1.00")")),
       {cart + " -> reserved=external host=api.example.net 600 http"}},
      {"nowhere",
       graph("app", both + "," + node("x", R"("nodeType":"service","namespace":"shop","service":"BlackHoleCluster")"),
             edge("a", "x", "http", R"("http":"1.00")")),
       {cart + " -> ns=shop service=BlackHoleCluster 600 http unrouted"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    REQUIRE(recognise(c.text) == &kiali);
    CHECK(counted(kiali, c.text).edges == c.edges);
  }
}

TEST_CASE("kiali's edges that cannot be read are said with their place, and the rest is read") {
  const Counting read = counted(kiali, graph("app", both,
                                             edge("a", "gone", "http", R"("http":"1.00")") + ",\"edge\"," +
                                                 edge("a", "b", "http", R"("http":7)")));
  CHECK(read.edges == std::vector<std::string>{cart + " -> " + items + " 4200 http"});
  CHECK(read.skipped == 2);
  CHECK(read.messages.size() == 2);
  CHECK(counted(kiali, R"({"graphType":"app","elements":{"nodes":)").skipped == 1);
}
