#include <doctest/doctest.h>

#include "counting.hpp"
#include "input/reader_table.hpp"

using namespace nsew;
using namespace nsew::test;

namespace {

struct Case {
  std::string name;
  std::string text;
  std::vector<std::string> edges;
};

void check(const Reader& reader, const Case& c) {
  INFO(c.name);
  CHECK(recognise(c.text) == &reader);
  CHECK(counted(reader, c.text).edges == c.edges);
}

}  // namespace

TEST_CASE("the exposition format is read as it is documented") {
  const std::string ab = "service=a -> service=b ";
  const std::string name = "traces_service_graph_request_total";
  const Case cases[] = {
      {"blanks, a comma at the end, a time",
       name + " { client = \"a\" , server=\"b\", } 1.2e+01 1700000000000\n",
       {ab + "12"}},
      {"escapes", name + R"({client="a\"\\\n",server="b"} 3)", {"service=a\"\\\n -> service=b 3"}},
      {"an exemplar", name + "{client=\"a\",server=\"b\"} 3 # {trace_id=\"x\"} 1\n", {ab + "3"}},
      {"a quoted name", "{\"" + name + "\",client=\"a\",server=\"b\"} 3\n", {ab + "3"}},
      {"no number", name + "{client=\"a\",server=\"b\"} NaN\n", {ab + "0"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(counted(prometheus_text, c.text).edges == c.edges);
  }
  const Counting bad = counted(prometheus_text, "# TYPE x counter\nx 1\n" + name + "{client=\"a\" 3\n" + name +
                                                    "{client=\"a\",server=\"b\"}\n" + name + "{client=\"a\\");
  CHECK(bad.records == 1);
  CHECK(bad.skipped == 3);
  CHECK(recognise("# HELP x y\n# TYPE x counter\nx 1\n") == &prometheus_text);
  CHECK(recognise("# TYPE of thing\nkind: Service\napiVersion: v1\n") == nullptr);
}

TEST_CASE("each family's labels name both ends, and who counted") {
  const std::string cart = "ns=shop workload=cart-v1", items = "ns=shop workload=items-v1 service=items";
  const auto istio = [](const std::string& reporter, const std::string& rest) {
    return "istio_requests_total{reporter=\"" + reporter +
           R"(",source_workload="cart-v1",source_workload_namespace="shop",)" + rest + "} 5\n";
  };
  const std::string to_items =
      R"(destination_service_name="items",destination_service_namespace="shop",destination_workload="items-v1",request_protocol="http")";
  const Case cases[] = {
      {"istio, three sides",
       istio("source", to_items) + istio("destination", to_items + R"(,response_code="503")") +
           istio("waypoint", to_items),
       {cart + " -> " + items + " 5 http client", cart + " -> " + items + " 5 errors=5 http server",
        cart + " -> " + items + " 5 http waypoint"}},
      {"istio, outside",
       istio(
           "source",
           R"(destination_service="api.example.net",destination_service_name="api.example.net",destination_workload="unknown")") +
           istio("source", R"(destination_service_name="PassthroughCluster",destination_workload="unknown")"),
       {cart + " -> host=api.example.net 5 client", cart + " -> reserved=external 5 client"}},
      {"istio, nowhere",
       istio("source", R"(destination_service_name="BlackHoleCluster",destination_workload="unknown")"),
       {cart + " -> service=BlackHoleCluster 5 client unrouted"}},
      {"istio, connections and bytes",
       R"(istio_tcp_connections_opened_total{reporter="source",source_workload="a",destination_workload="b",request_protocol="tcp"} 4)"
       "\n"
       R"(istio_tcp_sent_bytes_total{reporter="source",source_workload="a",destination_workload="b",request_protocol="tcp"} 99)",
       {"workload=a -> workload=b 4 client connections", "workload=a -> workload=b 0 bytes=99 client connections"}},
      {"a service graph",
       R"(traces_service_graph_request_total{client="user",server="a",connection_type="virtual_node"} 2)"
       "\n"
       R"(traces_service_graph_request_total{client="a",server="api.example.net",connection_type="virtual_node"} 2)"
       "\n"
       R"(traces_service_graph_request_total{client="a",server="pg",connection_type="database"} 2)"
       "\n"
       R"(traces_service_graph_request_failed_total{client="a",server="b",client_k8s_namespace_name="shop"} 1)",
       {"reserved=outside -> service=a 2", "service=a -> host=api.example.net 2", "service=a -> service=pg 2 database",
        "ns=shop service=a -> service=b 0 errors=1"}},
      {"hubble",
       R"(hubble_http_requests_total{source="shop/a",destination="reserved:world",method="GET",status="500",reporter="server"} 3)"
       "\n"
       R"(hubble_tcp_flags_total{source="shop/a",destination="10.0.0.1",flag="SYN"} 3)"
       "\n"
       R"(hubble_tcp_flags_total{source="10.0.0.1",destination="shop/a",flag="SYN-ACK"} 3)",
       {"ns=shop pod=a -> reserved=world 3 errors=3 http GET server", "ns=shop pod=a -> ip=10.0.0.1 3 connections"}},
      {"caretta",
       R"(caretta_links_observed{client_kind="Deployment",client_name="a",client_namespace="shop",server_kind="Service",server_name="b",server_namespace="shop",server_port="3550",role="2"} 77)"
       "\n"
       R"(caretta_links_observed{client_kind="node",client_name="n",server_kind="external",server_name="203.0.113.1",server_port="443",role="1"} 7)",
       {"ns=shop workload=a -> ns=shop service=b 0 bytes=77 :3550 server connections",
        "reserved=host -> ip=203.0.113.1 0 bytes=7 :443 client connections"}},
      {"linkerd",
       R"(request_total{direction="outbound",namespace="shop",deployment="a",dst_namespace="shop",dst_deployment="b",tls="true"} 5)"
       "\n"
       R"(request_total{direction="inbound",namespace="shop",deployment="b",target_port="4191"} 6)"
       "\n"
       R"(response_total{direction="outbound",namespace="shop",deployment="a",dst_namespace="shop",dst_deployment="b",classification="failure"} 2)"
       "\n"
       R"(response_total{direction="outbound",namespace="shop",deployment="a",dst_namespace="shop",dst_deployment="b",classification="success"} 3)"
       "\n"
       R"(tcp_open_total{direction="outbound",peer="src"} 3)",
       {"ns=shop workload=a -> ns=shop workload=b 5 http client mesh", "? -> ns=shop workload=b 6 http /metrics server",
        "ns=shop workload=a -> ns=shop workload=b 0 errors=2 http client"}},
  };
  for (const Case& c : cases) check(prometheus_text, c);
}

TEST_CASE("what a series leaves in doubt is said") {
  const auto said = [](const std::string& text) { return counted(prometheus_text, text).messages; };
  CHECK(said("hubble_flows_processed_total{source=\"a\",destination=\"b\"} 3\n").size() == 1);
  CHECK(said("istio_requests_total{source_workload=\"a\",destination_workload=\"b\"} 3\n").size() == 1);
  CHECK(said("hubble_http_requests_total{source=\"\",destination=\"\"} 3\n").size() == 1);
  CHECK(said("istio_requests_total{reporter=\"source\",source_workload=\"a\",destination_workload=\"b\"} 0.25\n")
            .size() == 1);
  CHECK(said("istio_requests_total{reporter=\"source\",source_workload=\"a\",destination_workload=\"b\"} 3\n").empty());
}

TEST_CASE("a query's answer is a vector or a matrix, of which the last value counts") {
  const auto answer = [](const std::string& series) {
    return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"client":"a","server":"b"},)" +
           series + "}]}}";
  };
  const Case cases[] = {
      {"a vector", answer(R"("value":[1700000000.1,"12"])"), {"service=a -> service=b 12"}},
      {"a matrix", answer(R"("values":[[1,"5"],[2,"7.6"]])"), {"service=a -> service=b 8"}},
      {"no number", answer(R"("value":[1,"NaN"])"), {"service=a -> service=b 0"}},
  };
  for (const Case& c : cases) check(prometheus_query, c);
  CHECK(counted(prometheus_query, answer(R"("value":[1])")).skipped == 1);
  CHECK(counted(prometheus_query, answer(R"("value":"x")")).skipped == 1);
  CHECK(
      recognise(
          R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"SrcK8S_Namespace":"a"},"values":[[1,"2"]]}]}})") ==
      nullptr);
}
