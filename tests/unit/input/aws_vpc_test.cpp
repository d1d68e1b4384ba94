#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "observing.hpp"

using namespace nsew;
using test::lines;
using test::observed;

namespace {

const std::string plain = "2 123456789012 eni-0a1 10.0.0.1 10.0.0.2 41000 8080 6 5 700 1700000000 1700000060 ACCEPT OK";
const std::string plain_ends = "ip=10.0.0.1 -> ip=10.0.0.2 :8080 network";
const std::string events = R"({"searchedLogStreams":[],"events":[{"timestamp":1,"message":")";

}  // namespace

TEST_CASE("VPC flow logs are recognised with a header, in the default order, and in others only to say so") {
  struct Case {
    const char* name;
    std::string head;
    bool mine;
  };
  const Case cases[] = {
      {"default order", plain, true},
      {"no data", "2 unknown eni-0a1 - - - - - - - 1700000000 1700000060 - NODATA", true},
      {"a header", "version srcaddr dstaddr srcport dstport", true},
      {"a header as the API prints it", "${version} ${srcaddr} ${dstaddr}", true},
      {"an exported table", "\"account_id\",\"srcaddr\",\"dstaddr\",\"srcport\",\"dstport\"", true},
      {"an order of its own", "eni-0a1 10.0.0.1 10.0.0.2 41000 8080 ACCEPT OK", true},
      {"with the time of an export", "2023-11-14T22:13:20.000Z " + plain, true},
      {"with time and stream", "2023-11-14T22:13:20.000000+00:00 eni-0a1-all " + plain, true},
      {"log events", events + plain + "\"}]}", true},
      {"other log events", events + "hello\"}]}", false},
      {"prose", "version 2 of the document is OK and we ACCEPT it", false},
      {"a netstat line", "tcp 0 0 10.0.0.1:41000 10.0.0.2:8080 ESTABLISHED", false},
      {"nothing", "", false},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK((recognise(c.head) == &aws_vpc) == c.mine);
    }
}

TEST_CASE("a VPC flow log record becomes one observation") {
  const std::string header = "dstport srcport dstaddr srcaddr protocol tcp-flags pkt-srcaddr pkt-dstaddr action\n";
  const std::string v5 = plain + " vpc-1 subnet-1 i-1 ";
  struct Case {
    const char* name;
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"default order", plain, plain_ends + " unsure connection"},
      {"refused", plain.substr(0, plain.size() - 9) + "REJECT OK", plain_ends + " unsure denied connection"},
      {"an order of its own", header + "8080 41000 10.0.0.2 10.0.0.1 6 2 - - ACCEPT", plain_ends + " connection"},
      {"the packet's addresses", header + "8080 41000 10.9.0.2 10.9.0.1 6 3 10.0.0.1 10.0.0.2 ACCEPT",
       plain_ends + " connection"},
      {"SYN and ACK are an answer's", header + "41000 8080 10.0.0.1 10.0.0.2 6 19 - - ACCEPT",
       plain_ends + " reply connection"},
      {"the documented order of version 5", v5 + "2 IPv4 10.0.0.1 10.0.0.2 r az - - - - egress 1",
       plain_ends + " connection"},
      {"more fields in no known order", v5 + "2 10.0.0.1", plain_ends + " unsure connection"},
      {"an exported table",
       "\"srcaddr\",\"dstaddr\",\"srcport\",\"dstport\",\"protocol\"\n"
       "\"10.0.0.1\",\"10.0.0.2\",\"41000\",\"8080\",\"6\"",
       plain_ends + " unsure connection"},
      {"an event", events + plain + "\"}]}", plain_ends + " unsure connection"},
      {"a row of Insights", R"({"results":[[{"field":"@message","value":")" + plain + R"("}]]})",
       plain_ends + " unsure connection"},
      {"a task of ECS",
       "srcaddr dstaddr srcport dstport protocol ecs-cluster-name ecs-service-name flow-direction\n"
       "10.0.0.1 10.0.0.2 41000 8080 6 shop cart egress",
       "ip=10.0.0.1 ns=shop workload=cart -> ip=10.0.0.2 :8080 network unsure connection"},
      {"ICMP has types, no ports", "srcaddr dstaddr srcport dstport protocol\n10.0.0.1 10.0.0.2 8 0 1",
       "ip=10.0.0.1 -> ip=10.0.0.2 :0 network unsure connection"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(aws_vpc, c.text + "\n");
      CHECK(lines(all.observations) == c.expected);
      CHECK(lines(all.messages).empty());
      CHECK(all.records == 1);
    }
}

TEST_CASE("one line of `aws --output text` holds many records, and both ways of a connection have one key") {
  const std::string answer =
      "2 123456789012 eni-0a2 10.0.0.2 10.0.0.1 8080 41000 6 4 900 1700000000 1700000060 ACCEPT OK";
  const auto all = observed(aws_vpc, plain + "\t" + answer + "\t" + plain + "\n");
  REQUIRE(all.keys.size() == 3);
  CHECK(all.keys[1] == all.keys[0]);
  CHECK(all.rows[0].point == all.rows[2].point);
  CHECK(all.rows[1].point != all.rows[0].point);
  CHECK(all.rows[0].time_ns == 1'700'000'000'000'000'000);
  CHECK(all.rows[0].bytes == 700);
}

TEST_CASE("what is no VPC flow log record is said with its place, and the rest is read") {
  const std::string header = "srcaddr dstaddr srcport dstport protocol\n", good = "10.0.0.1 10.0.0.2 41000 8080 6\n";
  struct Case {
    const char* name;
    std::string text;
    std::string message;
    std::uint64_t records = 1, skipped = 1;
  };
  const Case cases[] = {
      {"no header, another order", plain + "\neni-0a1 10.0.0.1 10.0.0.2 41000 8080 ACCEPT OK\n",
       "2:1 a VPC flow log record whose order of fields no header tells"},
      {"fewer fields", header + "10.0.0.1 10.0.0.2\n" + good,
       "2:1 a VPC flow log record with fewer fields than the header names"},
      {"a port that is none", header + good + "10.0.0.1 10.0.0.2 41000 80800 6\n",
       "3:1 not a VPC flow log record: an address, port or protocol is none"},
      {"an address that is none", header + good + "lost 10.0.0.2 41000 8080 6\n",
       "3:1 not a VPC flow log record: an address, port or protocol is none"},
      {"records left out by AWS", plain + "\n2 1 eni-0a1 - - - - - - - 1700000000 1700000060 - SKIPDATA\n",
       "2:1 AWS skipped records here: counts are too low", 2, 0},
      {"an event without message", R"({"events":[{"message":")" + plain + R"("},{"timestamp":1}]})",
       "1:118 no message of a log event"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const auto all = observed(aws_vpc, c.text);
      CHECK(lines(all.messages) == c.message);
      CHECK(all.records == c.records);
      CHECK(all.skipped == c.skipped);
    }
  const auto twice = observed(aws_vpc, header + good + header + good);
  CHECK(twice.records == 2);
  CHECK(twice.skipped == 0);
}
