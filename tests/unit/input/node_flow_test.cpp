#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "observing.hpp"

using namespace nsew;
using test::lines;
using test::observed;

namespace {

const std::string ends = "ip=10.0.0.1 -> ip=10.0.0.2 :8080 network";
const std::string zeek_line =
    "1700000000.5\tCabc\t10.0.0.1\t41000\t10.0.0.2\t8080\ttcp\thttp\t0."
    "25\t100\t200\tSF\tT\tT\t0\tShAD\t5\t300\t4\t400\t-";
const std::string zeek_header =
    "#separator \\x09\n#path\tconn\n#fields\tuid\tid.resp_h\tid.resp_p\tid.orig_h\tid.orig_p\tproto\tconn_state\tts\n";
const std::string zeek_json =
    R"({"_path":"conn","ts":1700000000.5,"uid":"Cabc","id.orig_h":"10.0.0.1","id.orig_p":41000,"id.resp_h":"10.0.0.2",)"
    R"("id.resp_p":8080,"proto":"tcp","conn_state":"SF","orig_bytes":100,"resp_bytes":200})";
const std::string tracked =
    "tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.96.0.9 sport=41000 dport=80 src=10.0.0.2 dst=10.0.0.1 "
    "sport=8080 "
    "dport=41000 [ASSURED] mark=0 use=1";
const std::string calico_line =
    R"({"start_time":1700000000,"end_time":1700000300,"source_ip":"10.0.0.1","source_name":"cart-7d9f6b5c44-x2x4z",)"
    R"("source_name_aggr":"cart-7d9f6b5c44-*","source_namespace":"shop","source_port":41000,"source_type":"wep",)"
    R"("source_labels":{"labels":["tier=back","app=cart"]},"dest_ip":"10.0.0.2","dest_name":"-","dest_name_aggr":)"
    R"("prices-*","dest_namespace":"shop","dest_port":8080,"dest_type":"wep","dest_labels":null,"dest_service_name":)"
    R"("prices","proto":"tcp","action":"allow","reporter":"src","num_flows":3,"num_flows_started":2,"bytes_in":10,)"
    R"("bytes_out":20})";
const std::string calico_summed =
    R"({"start_time":1700000000,"source_ip":null,"source_name":"-","source_name_aggr":"pub","source_namespace":"-",)"
    R"("source_port":null,"source_type":"net","dest_ip":null,"dest_name":"-","dest_name_aggr":"web-5f7b9c8d64-*",)"
    R"("dest_namespace":"shop","dest_port":443,"dest_type":"wep","proto":"tcp","action":"deny","reporter":"dst",)"
    R"("num_flows_started":7})";
const std::string whisker =
    R"({"meta":{},"items":[{"start_time":"2023-11-14T22:13:20Z","action":"Allow","source_name":)"
    R"("cart-*","source_namespace":"shop","source_labels":"app=cart | tier=back","dest_name":)"
    R"("pvt","dest_namespace":"-","protocol":"tcp","dest_port":"5432","reporter":"Src"}]})";
const std::string net_line =
    R"({"SrcAddr":"10.0.0.1","DstAddr":"10.0.0.2","SrcPort":41000,"DstPort":8080,"Proto":6,"Flags":2,"Bytes":700,)"
    R"("SrcK8S_Name":"cart-1","SrcK8S_Namespace":"shop","SrcK8S_OwnerName":"cart","SrcK8S_OwnerType":"Deployment",)"
    R"("SrcK8S_Type":"Pod","TimeFlowStartMs":1700000000000})";

std::string loki(std::string line, const std::string& labels) {
  for (std::size_t at = 0; (at = line.find('"', at)) != std::string::npos; at += 2) line.insert(at, 1, '\\');
  return R"({"status":"success","data":{"resultType":"streams","result":[{"stream":)" + labels +
         R"(,"values":[["1700000000000000000",")" + line + R"("]]}]}})";
}

std::string only(const Reader& reader, const std::string& text) {
  const auto all = observed(reader, text + "\n");
  CHECK(lines(all.messages).empty());
  return lines(all.observations);
}

}  // namespace

TEST_CASE("what nodes record of flows is recognised by content") {
  struct Case {
    const char* name;
    std::string head;
    const Reader* reader;
  };
  const std::string pod_line =
      "Mar 18 22:42:08.236: a/b:1234 (ID:2) -> c/d:80 (ID:4) to-stack FORWARDED (TCP Flags: SYN)";
  const Case cases[] = {
      {"Zeek with header", zeek_header, &zeek_conn},
      {"Zeek without", zeek_line, &zeek_conn},
      {"Zeek as JSON", zeek_json, &zeek_conn},
      {"Zeek's DNS log", "#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\n", nullptr},
      {"conntrack", tracked, &conntrack},
      {"conntrack -o extended", "ipv4     2 " + tracked, &conntrack},
      {"conntrack -E", "    [NEW] " + tracked, &conntrack},
      {"one way of it", "tcp 6 12 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2", nullptr},
      {"Calico", calico_line, &calico},
      {"Whisker", whisker, &calico},
      {"NetObserv", net_line, &netobserv},
      {"a Loki answer", loki(net_line, "{}"), &netobserv},
      {"Hubble as text", pod_line, &hubble_text},
      {"Hubble as text behind an event", "Mar 18 22:42:08 [n]: Receiving flows from 3 nodes: a, b\n" + pod_line,
       &hubble_text},
      {"a syslog line", "Mar 18 22:42:08 host sshd[1]: Accepted password -> now FORWARDED", nullptr},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(recognise(c.head) == c.reader);
    }
}

TEST_CASE("a line of conn.log is one connection, opened by its originator") {
  const std::string columns = "Cabc\t10.0.0.2\t8080\t10.0.0.1\t41000\ttcp\t";
  struct Case {
    const char* name;
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"without header", zeek_line, ends + " connection"},
      {"columns by their header", zeek_header + columns + "SF\t1700000000.5", ends + " connection"},
      {"JSON", zeek_json, ends + " connection"},
      {"refused", zeek_header + columns + "REJ\t1700000000.5", ends + " error connection"},
      {"its beginning was not seen", zeek_header + columns + "OTH\t1700000000.5", ends + " unsure connection"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(zeek_conn, c.text) == c.expected);
      CHECK(observed(zeek_conn, c.text).rows.at(0).time_ns == 1'700'000'000'500'000'000);
    }
  CHECK(observed(zeek_conn, zeek_line).rows.at(0).bytes == 300);
  CHECK(observed(zeek_conn, zeek_json + "\n" + R"({"_path":"dns","query":"a"})" + "\n").records == 2);
}

TEST_CASE("an entry of the connection table goes to who answers, and both nodes' entries are one") {
  const std::string at_callee =
      "tcp 6 117 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=41000 dport=8080 src=10.0.0.2 dst=10.0.0.1 sport=8080 "
      "dport=41000 [ASSURED] use=1";
  const std::string masked =
      "udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=41000 dport=53 src=10.0.0.2 dst=10.9.0.1 sport=53 dport=1024 use=1";
  const std::string masked_at_callee =
      "udp 17 29 src=10.9.0.1 dst=10.0.0.2 sport=1024 dport=53 src=10.0.0.2 dst=10.9.0.1 sport=53 dport=1024 use=1";
  CHECK(only(conntrack, tracked) == "ip=10.0.0.1 -> ip=10.0.0.2 :8080 client connection");
  CHECK(only(conntrack, "ipv4     2 " + at_callee) == ends + " connection");
  const auto both =
      observed(conntrack, tracked + "\n" + at_callee + "\nconntrack v1.4.6 (conntrack-tools): 2 flow entries\n");
  CHECK(both.records == 2);
  CHECK(both.keys.at(0) == both.keys.at(1));
  const auto translated = observed(conntrack, masked + "\n" + masked_at_callee + "\n");
  CHECK(translated.keys.at(0) == translated.keys.at(1));
  CHECK(only(conntrack,
             "tcp 6 119 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=41000 dport=8080 [UNREPLIED] src=10.0.0.2 "
             "dst=10.0.0.1 sport=8080 dport=41000 use=1") == ends + " error connection");
}

TEST_CASE("a flow log of Calico sums up connections") {
  const auto plain = observed(calico, calico_line + "\n");
  CHECK(lines(plain.observations) ==
        "ip=10.0.0.1 ns=shop pod=cart-7d9f6b5c44-x2x4z app=cart -> ip=10.0.0.2 ns=shop workload=prices service=prices "
        ":8080 network connection");
  CHECK(plain.rows.at(0).opened == 2);
  CHECK(plain.rows.at(0).bytes == 30);
  const auto summed = observed(calico, calico_summed + "\n");
  CHECK(lines(summed.observations) == "reserved=world -> ns=shop workload=web :443 network denied connection");
  CHECK(summed.rows.at(0).opened == 7);
  CHECK(only(calico, whisker) == "ns=shop workload=cart app=cart -> ? :5432 network connection");
  CHECK(only(calico, R"({"_source":)" + calico_summed + "}").substr(0, 14) == "reserved=world");
  CHECK(only(calico, R"({"id":1,"flow":{"Key":)" + calico_summed + R"(,"num_connections_started":3}})").size() > 14);
}

TEST_CASE("a record of NetObserv is its line and the labels of its stream") {
  const std::string bare = R"({"SrcAddr":"10.0.0.1","DstAddr":"10.0.0.2","SrcPort":41000,"DstPort":8080,"Proto":)";
  const std::string named = "ip=10.0.0.1 ns=shop pod=cart-1 workload=cart -> ip=10.0.0.2";
  struct Case {
    const char* name;
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"a line", net_line, named + " :8080 network connection"},
      {"an array", "[" + net_line + "]", named + " :8080 network connection"},
      {"a Loki answer",
       loki(net_line, R"({"DstK8S_Type":"Service","DstK8S_OwnerName":"prices","DstK8S_Namespace":"shop"})"),
       "ip=10.0.0.1 ns=shop pod=cart-1 workload=cart -> ip=10.0.0.2 ns=shop service=prices :8080 network connection"},
      {"two answers in lines", loki(net_line, "{}") + "\n" + loki(net_line, "{}"),
       named + " :8080 network connection\n" + named + " :8080 network connection"},
      {"a node", bare + R"(6,"DstK8S_Type":"Node","DstK8S_Name":"n1"})",
       "ip=10.0.0.1 -> ip=10.0.0.2 reserved=host :8080 network unsure connection"},
      {"the answer", bare + R"(6,"Flags":272})", "ip=10.0.0.2 -> ip=10.0.0.1 :41000 network reply connection"},
      {"flags by name", bare + R"(6,"Flags":["SYN","ACK"]})", ends + " connection"},
      {"ICMP with ports", bare + "1}", ends + " unsure connection"},
      {"DNS", bare + R"(17,"DnsId":7})", ends + " proto=dns unsure connection"},
      {"old names",
       bare + R"(6,"SrcPod":"cart-1","SrcNamespace":"shop","SrcWorkload":"cart","SrcWorkloadKind":"Deployment"})",
       named + " :8080 network unsure connection"},
      {"ARP", R"({"Etype":2054,"SrcMac":"a","DstMac":"b"})", ""},
      {"no streams", R"({"status":"success","data":{"resultType":"streams","result":[]}})", ""},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(netobserv, c.text) == c.expected);
    }
}

TEST_CASE("a line of `hubble observe` has its opener on the left, whichever way the arrow points") {
  const std::string left = "shop/cart-1:41000 (ID:101)", right = "shop/prices-0:8080 (ID:102)";
  const std::string from = "ns=shop pod=cart-1 identity=101", to = "ns=shop pod=prices-0 identity=102";
  const std::string time = "Mar 18 22:42:08.236: ";
  struct Case {
    const char* name;
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"asked", left + " -> " + right + " to-endpoint FORWARDED (TCP Flags: SYN)",
       from + " -> " + to + " :8080 network connection"},
      {"answered", left + " <- " + right + " to-stack FORWARDED (TCP Flags: SYN, ACK)",
       from + " -> " + to + " :8080 network reply connection"},
      {"not known", right + " <> " + left + " to-overlay FORWARDED (TCP Flags: ACK)",
       to + " -> " + from + " :41000 network unsure connection"},
      {"refused", left + " -> " + right + " policy-verdict:none INGRESS DENIED (TCP Flags: SYN)",
       from + " -> " + to + " :8080 network denied connection"},
      {"the world", left + " -> 203.0.113.9:443 (world) to-stack FORWARDED (TCP Flags: SYN)",
       from + " -> ip=203.0.113.9 reserved=world :443 network connection"},
      {"a name of DNS", left + " -> api.example.com:443 (ID:16777217) to-stack FORWARDED (TCP Flags: SYN)",
       from + " -> host=api.example.com identity=16777217 :443 network connection"},
      {"without identities", "10.0.0.1:41000 -> 10.0.0.2:8080 to-stack FORWARDED (TCP Flags: SYN)",
       ends + " connection"},
      {"IPv6", "[fd00::1]:41000 (host) -> shop/prices-0:8080 (ID:102) to-endpoint FORWARDED (TCP Flags: SYN)",
       "ip=fd00::1 reserved=host -> " + to + " :8080 network connection"},
      {"HTTP", left + " -> " + right + " http-request FORWARDED (HTTP/1.1 GET http://prices/p/4711)",
       from + " -> " + to + " :8080 network proto=http to=prices method=GET route=/p/* connection"},
      {"a failed answer",
       left + " <- " + right + " http-response FORWARDED (HTTP/1.1 503 3ms (GET http://prices/p/4711))",
       from + " -> " + to + " :8080 network proto=http to=prices method=GET route=/p/* reply error connection"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(only(hubble_text, time + c.text) == c.expected);
      CHECK(only(hubble_text, "Mar 18 22:42:08.236 [node-1]: " + c.text) == c.expected);
    }
}

TEST_CASE("what is no record of a node is said with its place, and the rest is read") {
  struct Case {
    const char* name;
    const Reader& reader;
    std::string good, bad;
    std::string message;
  };
  const Case cases[] = {
      {"Zeek", zeek_conn, zeek_line, "1700000000.5\tCabc\tnobody", "2:1 not a connection of Zeek's conn.log"},
      {"Zeek's port", zeek_conn, zeek_json, R"({"id.orig_h":"a","id.resp_h":"b","id.orig_p":-1,"proto":"tcp"})",
       "2:1 not a connection of Zeek's conn.log"},
      {"conntrack", conntrack, tracked, "tcp 6 src=10.0.0.1", "2:1 not an entry of the connection table"},
      {"Calico", calico, calico_line, R"({"dest_port":70000})", "2:1 not a flow log record of Calico"},
      {"NetObserv", netobserv, net_line, R"({"SrcAddr":"a"})",
       "2:1 not a flow record of the Network Observability operator"},
      {"not JSON", netobserv, net_line, "{]", "2:2 not valid JSON"},
      {"Hubble", hubble_text, "Mar 18 22:42:08.236: a/b:1 -> c/d:2 x FORWARDED (TCP Flags: SYN)", "Mar 18: nothing",
       "2:1 not a line of `hubble observe`"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(c.reader, c.good + "\n" + c.bad + "\n" + c.good + "\n");
      CHECK(lines(all.messages) == c.message);
      CHECK(all.records == 2);
      CHECK(all.skipped == 1);
    }
}
