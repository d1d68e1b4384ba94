#include <doctest/doctest.h>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using test::lines;

namespace {

// Kinds and ends of what a line becomes.
std::string halves(const std::string& line, bool of_2022 = false) {
  const std::string header =
      of_2022 ? "timestamp,traceid,service,rpc_id,rpctype,um,uminstanceid,interface,dm,dminstanceid,rt\n"
              : ",traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n";
  const auto reading = test::read(alibaba_csv, header + line + "\n");
  CHECK(recognise(header + line) == &alibaba_csv);
  CHECK(reading.records == 1);
  CHECK(reading.messages.empty());
  std::vector<std::string> said;
  for (const std::string& span : reading.spans) said.push_back(span.substr(span.find(' ') + 1));
  std::ranges::sort(said);
  return fmt::format("{}", fmt::join(said, "; "));
}

}  // namespace

TEST_CASE("alibaba-csv makes both halves of a call from each of its lines") {
  struct Case {
    const char* name;
    const char* line;
    const char* expected;
    bool of_2022 = false;
  };
  const Case cases[] = {
      {"a call", "0,t,1,0.1,a,rpc,b,m,3", "client a route=m peer=b; server b route=m"},
      {"a user's", "0,t,1,0,,http,b,m,3", "server b proto=http route=m"},
      {"a user's since 2022", "1,T_1,S_1,0,http,USER,UNAVAILABLE,m,b,b_POD_0,3.5", "server b proto=http route=m", true},
      {"an unknown caller", "0,t,1,0.1,(?),rpc,b,m,3", "server b route=m"},
      {"an unknown callee", "0,t,1,0.1,a,rpc,(?),m,3", "client a route=m"},
      {"nobody knows anybody", "0,t,1,0.1,,rpc,,m,3", "client  route=m"},
      {"a query", "0,t,1,0.1,a,db,d,,3", "client a peer=d db=database"},
      {"a cache", "0,t,1,0.1,a,mc,d,,3", "client a peer=d db=memcached"},
      {"a message", "0,t,1,0.1,a,mq,b,q,3",
       "consumer b route=q peer=b broker=mq topic=q; producer a route=q peer=b broker=mq topic=q"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(halves(c.line, c.of_2022) == c.expected);
    }
}

TEST_CASE("alibaba-csv gives both lines of a call the same ids, and hangs calls below their callers") {
  const auto reading =
      test::read(alibaba_csv,
                 "traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n"
                 "t,1,0,,http,a,m,9\nt,2,0.1,a,rpc,b,m,3\nt,3,0.1,a,rpc,b,m,-2\nt,4,0.1.1,b,rpc,c,m,1\n"
                 "t,5,,b,rpc,c,m,1\n,5,1,b,rpc,c,m,1\n");
  CHECK(reading.records == 4);
  CHECK(reading.skipped == 2);
  CHECK(reading.spans.size() == 7);
  std::vector<std::string> distinct = reading.spans;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  CHECK(distinct.size() == 5);
  const auto id_of = [&](const std::string& end) {
    const auto found = std::ranges::find_if(distinct, [&](const std::string& span) { return span.ends_with(end); });
    return found == distinct.end() ? std::string() : found->substr(0, found->find('<'));
  };
  const auto parent_of = [&](const std::string& end) {
    const auto found = std::ranges::find_if(distinct, [&](const std::string& span) { return span.ends_with(end); });
    return found->substr(found->find('<') + 1, found->find(' ') - found->find('<') - 1);
  };
  CHECK(parent_of(" client a route=m peer=b") == id_of(" server a proto=http route=m"));
  CHECK(parent_of(" server b route=m") == id_of(" client a route=m peer=b"));
  CHECK(parent_of(" client b route=m peer=c") == id_of(" server b route=m"));
  CHECK(lines(reading.messages) == "6:1 a call without rpcid\n7:1 a call without traceid");
}
