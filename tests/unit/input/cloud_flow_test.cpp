#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "observing.hpp"

using namespace nsew;
using test::lines;
using test::observed;

namespace {

std::string entry(const std::string& more = {}, const std::string& ports = R"("src_port":41000,"dest_port":8080)") {
  return R"({"logName":"projects/p/logs/compute.googleapis.com%2Fvpc_flows","jsonPayload":{"connection":{"src_ip":)"
         R"("10.0.0.1","dest_ip":"10.0.0.2",)" +
         ports + R"(,"protocol":6},"reporter":"SRC","bytes_sent":"700","start_time":"2026-01-02T03:04:05.5Z")" + more +
         "}}";
}
const std::string pod = R"({"cluster":{"cluster_name":"c"},"pod":{"pod_name":"cart-1","pod_namespace":"shop",)"
                        R"("pod_workload":{"workload_name":"cart","workload_type":"DEPLOYMENT"}})";

std::string nsg(const std::string& tuples) {
  return R"({"time":"2026-01-02T03:00:00Z","systemId":"s","macAddress":"000D3AF87856","category":)"
         R"("NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[{"rule":"r","flows":[{"mac":)"
         R"("000D3AF87856","flowTuples":[)" +
         tuples + "]}]}]}}";
}
std::string vnet(const std::string& tuples) {
  return R"({"time":"2026-01-02T03:00:00Z","flowLogVersion":4,"macAddress":"0022487BC205","flowRecords":{"flows":)"
         R"([{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[)" +
         tuples + "]}]}]}}";
}
const std::string begun = R"("1700000000,10.0.0.1,10.0.0.2,41000,8080,T,O,A,B,,,,")";
const std::string plain_ends = "ip=10.0.0.1 -> ip=10.0.0.2 :8080 network";

}  // namespace

TEST_CASE("cloud flow logs are recognised by content") {
  struct Case {
    const char* name;
    std::string head;
    const Reader* reader;
  };
  const Case cases[] = {
      {"a Google log entry", entry(), &gcp_vpc},
      {"an array of them", "[\n  " + entry() + "\n]", &gcp_vpc},
      {"a network security group's record", nsg(begun), &azure_flow},
      {"a blob of them", R"({"records":[)" + nsg(begun) + "]}", &azure_flow},
      {"a virtual network's record", vnet(R"("1,a")"), &azure_flow},
      {"an audit log entry", R"({"logName":"audit","protoPayload":{"connection":"src_ip"}})", nullptr},
      {"properties of something else", R"({"properties":{"flows":[]},"name":"flowTuples"})", nullptr},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(recognise(c.head) == c.reader);
    }
}

TEST_CASE("a Google Cloud entry names pods, nodes, instances and what lies outside") {
  const std::string ends = " -> ip=10.0.0.2 :8080 network unsure connection";
  struct Case {
    const char* name;
    std::string more;
    std::string expected;
  };
  const Case cases[] = {
      {"addresses alone", "", "ip=10.0.0.1"},
      {"a pod", R"(,"src_gke_details":)" + pod + "}", "ip=10.0.0.1 ns=shop pod=cart-1 workload=cart cluster=c"},
      {"a pod of one Service", R"(,"src_gke_details":)" + pod + R"(,"service":[{"service_name":"basket"}]})",
       "ip=10.0.0.1 ns=shop pod=cart-1 workload=cart service=basket cluster=c"},
      {"a pod of two Services",
       R"(,"src_gke_details":)" + pod + R"(,"service":[{"service_name":"a"},{"service_name":"b"}]})",
       "ip=10.0.0.1 ns=shop pod=cart-1 workload=cart cluster=c"},
      {"a node", R"(,"src_gke_details":{"cluster":{"cluster_name":"c"}},"src_instance":{"vm_name":"gke-1"})",
       "ip=10.0.0.1 reserved=host cluster=c"},
      {"an instance", R"(,"src_instance":{"vm_name":"kibana"})", "ip=10.0.0.1 workload=kibana"},
      {"one of a group", R"(,"src_instance":{"vm_name":"web-x2","managed_instance_group":{"name":"web"}})",
       "ip=10.0.0.1 workload=web"},
      {"outside", R"(,"src_location":{"country":"usa"})", "ip=10.0.0.1 reserved=world"},
      {"an instance by its public address", R"(,"src_instance":{"vm_name":"a"},"src_location":{"country":"usa"})",
       "ip=10.0.0.1 workload=a"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(gcp_vpc, entry(c.more) + "\n");
      CHECK(lines(all.observations) == c.expected + ends);
      CHECK(all.rows.at(0).time_ns == 1'767'323'045'500'000'000);
      CHECK(all.rows.at(0).bytes == 700);
    }
  CHECK(observed(gcp_vpc, "[" + entry() + ",\n" + entry() + "]").records == 2);
}

TEST_CASE("an Azure tuple is opened by its first address, and each begin is one connection") {
  struct Case {
    const char* name;
    std::string text;
    std::string expected;
    std::uint32_t opened = 0;
    std::uint64_t bytes = 0;
  };
  const Case cases[] = {
      {"version 1", nsg(R"("1700000000,10.0.0.1,10.0.0.2,41000,8080,T,I,A")"), plain_ends + " connection"},
      {"version 1, refused", nsg(R"("1700000000,10.0.0.1,10.0.0.2,41000,8080,T,I,D")"),
       plain_ends + " denied connection"},
      {"begin", nsg(begun), plain_ends + " connection", 1},
      {"end", nsg(R"("1700000000,10.0.0.1,10.0.0.2,41000,8080,U,O,A,E,3,210,2,140")"), plain_ends + " connection", 0,
       350},
      {"virtual network", vnet(R"("1700000000000,10.0.0.1,10.0.0.2,41000,8080,6,O,B,NX,0,0,0,0")"),
       plain_ends + " connection", 1},
      {"virtual network, refused", vnet(R"("1700000000000,10.0.0.1,10.0.0.2,41000,8080,6,I,D,NX,0,0,0,0")"),
       plain_ends + " denied connection"},
      {"a blob", "{\"records\":[\n" + nsg(begun) + "]}", plain_ends + " connection", 1},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(azure_flow, c.text + "\n");
      CHECK(lines(all.observations) == c.expected);
      REQUIRE(all.rows.size() == 1);
      CHECK(all.rows[0].opened == c.opened);
      CHECK(all.rows[0].bytes == c.bytes);
      CHECK(all.rows[0].time_ns == 1'700'000'000'000'000'000);
    }
}

TEST_CASE("what is no cloud flow record is said with its place, and the rest is read") {
  struct Case {
    const char* name;
    const Reader& reader;
    std::string text;
    std::string message;
    std::uint64_t records = 1;
  };
  const Case cases[] = {
      {"an entry of another log", gcp_vpc, entry() + "\n{\"textPayload\":\"x\"}\n",
       "2:1 no connection: not a VPC flow log entry"},
      {"a port that is none", gcp_vpc, entry({}, R"("src_port":70000,"dest_port":1)") + "\n" + entry(),
       "1:93 a port or protocol that is none"},
      {"no address", gcp_vpc,
       R"({"jsonPayload":{"connection":{"src_ip":"10.0.0.1"}}})"
       "\n" +
           entry(),
       "1:30 a connection without an address"},
      {"a number", gcp_vpc, "[7," + entry() + "]", "1:2 a log entry should be an object, not a number"},
      {"a tuple that is cut", azure_flow, nsg(begun + R"(,"1700000000,10.0.0.1")"), "1:264 not a flow tuple"},
      {"a tuple that is a number", azure_flow, nsg("7," + begun), "1:210 not a flow tuple"},
      {"neither", azure_flow, nsg(begun) + "\n{\"time\":\"x\"}\n", "2:1 neither flowRecords nor properties with flows"},
      {"not JSON", azure_flow, nsg(begun) + "\n{]\n", "2:2 not valid JSON"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(c.reader, c.text);
      CHECK(lines(all.messages) == c.message);
      CHECK(all.records == c.records);
      CHECK(all.skipped == 1);
    }
  CHECK(observed(azure_flow, nsg("")).records == 1);
}
