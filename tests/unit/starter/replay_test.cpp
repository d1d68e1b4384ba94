#include <doctest/doctest.h>

#include "boutique.hpp"
#include "starter/match.hpp"
#include "starter/surface.hpp"

using namespace nsew;
using namespace nsew::starter;

namespace {

void remove_rule(std::vector<StarterFile>& files, const std::string& path, const std::string& from,
                 const std::string& to) {
  for (StarterFile& file : files) {
    if (file.path == path) file.text.replace(file.text.find(from), from.size(), to);
  }
}

}  // namespace

TEST_CASE("every recorded call with a host matches the routes of every target") {
  const boutique::Case boutique;
  const Assessment assessment = boutique.assessment();
  for (const Target* target : targets()) {
    const Replay result = replay(assessment, target->generate(assessment));
    CAPTURE(target->name);
    CHECK(result.calls == 295'000);
    CHECK(result.matched == 286'000);
    CHECK(result.without_host == 9'000);
    CHECK(result.lost.empty());
  }
}

TEST_CASE("a call that no rule takes, or that would reach another service, is lost") {
  const boutique::Case boutique;
  const Assessment assessment = boutique.assessment();
  const std::string path = "base/httproute-boutique-frontend.yaml";
  struct Mistake {
    const char *from, *to;
    std::uint64_t matched;
    std::size_t lost;
  };
  const Mistake mistakes[] = {{"value: /\n", "value: /cart\n", 40'000, 3},
                              {"shop.example.com", "other.example.com", 0, 6},
                              {"- name: frontend\n          port", "- name: adservice\n          port", 282'000, 1}};
  for (const Mistake& mistake : mistakes) {
    CAPTURE(mistake.to);
    auto files = boutique::generated(assessment, "gateway-api");
    remove_rule(files, path, mistake.from, mistake.to);
    const Replay result = replay(assessment, files);
    CHECK(result.matched == mistake.matched);
    CHECK(result.lost.size() == mistake.lost);
  }
}

TEST_CASE("what the present gateway answers itself is counted, and the plan says where it goes") {
  boutique::Case boutique;
  Node gateway;
  gateway.id = gateway.name = "old-gateway", gateway.kind = NodeKind::gateway;
  boutique.seen.nodes[gateway.id] = gateway;
  OperationStats five;
  for (int i = 0; i < 5; ++i) five.calls.add(1);
  auto& seen = boutique.seen.edges[{std::string(outside_id), gateway.id, CallClass::north_south}].seen[Source::traces];
  seen.calls = five.calls;
  seen.operations[{"http", "shop.example.com", "GET", "/moved"}] = five;
  const Assessment assessment = boutique.assessment();
  for (const Target* target : targets()) {
    CAPTURE(target->name);
    const auto files = target->generate(assessment);
    CHECK(replay(assessment, files).answered == 5);
    const std::string plan = boutique::file(files, "README.md");
    CHECK(plan.find("5 x `GET shop.example.com/moved`; the new routes send them to `boutique/frontend`") !=
          std::string::npos);
  }
}

TEST_CASE("what a gateway answers itself is left out where it serves no chosen namespace") {
  boutique::Case boutique;
  for (const char* id : {"edge/old", "edge/other"}) {
    Node gateway;
    gateway.id = gateway.name = id, gateway.kind = NodeKind::gateway, gateway.ns = "edge";
    boutique.seen.nodes[id] = gateway;
    OperationStats five;
    for (int i = 0; i < 5; ++i) five.calls.add(1);
    boutique.seen.edges[{std::string(outside_id), id, CallClass::north_south}].seen[Source::traces].operations = {
        {{"http", "shop.example.com", "GET", "/moved"}, five}};
  }
  Node foreign;
  foreign.id = "bank/web", foreign.ns = "bank", foreign.name = "web";
  boutique.seen.nodes[foreign.id] = foreign;
  boutique.seen.edges[{"edge/old", "boutique/frontend", CallClass::north_south}].seen[Source::traces].calls.add(1);
  boutique.seen.edges[{"edge/other", "bank/web", CallClass::north_south}].seen[Source::traces].calls.add(1);
  struct Row {
    std::set<std::string> only, except;
    std::uint64_t answered;
  };
  for (const Row& row : {Row{{}, {}, 10}, Row{{"boutique"}, {}, 5}, Row{{"nothing"}, {}, 0}, Row{{}, {"bank"}, 5}}) {
    Assessment assessment = boutique.assessment();
    assessment.picture.only_namespaces = row.only, assessment.picture.except_namespaces = row.except;
    CAPTURE(row.answered);
    CHECK(replay(assessment, boutique::generated(assessment, "gateway-api")).answered == row.answered);
  }
}

TEST_CASE("requests seen inside connections are routed and replayed, and do not add to the calls") {
  boutique::Case boutique;
  for (auto& [key, edge] : boutique.seen.edges) {
    if (key.cls != CallClass::north_south || edge.seen.count(Source::traces) == 0) continue;
    Edge::Seen flows;
    flows.calls.add(1, 3);
    flows.operations[{}].calls.add(1, 3);
    flows.requests[{"http", "shop.example.com", "GET", "/cart"}].calls.add(1, 40);
    edge.seen = {{Source::flows, flows}};
  }
  const Assessment assessment = boutique.assessment();
  const Replay result = replay(assessment, boutique::generated(assessment, "gateway-api"));
  CHECK(result.calls == 40);
  CHECK(result.matched == 40);
}

TEST_CASE("a plan without routes says whether calls came in or not") {
  for (const bool recorded : {true, false}) {
    boutique::Case boutique;
    boutique.declared = {};
    for (auto& [key, edge] : boutique.seen.edges) edge.ports.clear();
    if (!recorded) boutique.seen.edges.clear();
    const Assessment assessment = boutique.assessment();
    const std::string plan = boutique::file(boutique::generated(assessment, "gateway-api"), "README.md");
    CHECK((plan.find("no route could be written for any of them") != std::string::npos) == recorded);
    CHECK((plan.find("no recorded call from outside reached a service") != std::string::npos) != recorded);
  }
}

TEST_CASE("calls known as connections only are counted as such, and hosts are not called unused") {
  boutique::Case boutique;
  for (auto& [key, edge] : boutique.seen.edges) {
    for (auto& [source, seen] : edge.seen) seen.operations.clear();
  }
  const Assessment assessment = boutique.assessment();
  const auto files = boutique::generated(assessment, "gateway-api");
  const Replay result = replay(assessment, files);
  CHECK(result.connections > 0);
  CHECK(boutique::file(files, "README.md").find("no recorded call used it") == std::string::npos);
}

TEST_CASE("exact beats prefix, longer beats shorter, a method breaks the tie") {
  const Request request{"shop.example.com", "POST", "/cart/checkout"};
  const Match order[] = {{"Exact", "/cart/checkout", ""},
                         {"PathPrefix", "/cart/checkout", "POST"},
                         {"PathPrefix", "/cart/checkout", ""},
                         {"PathPrefix", "/cart", ""},
                         {"PathPrefix", "/", ""}};
  for (std::size_t i = 1; i < std::size(order); ++i) CHECK(*rank(order[i - 1], request) > *rank(order[i], request));
}

TEST_CASE("a prefix takes whole segments, and a variable segment equals no literal one") {
  struct Row {
    Match match;
    const char* path;
    bool takes;
  };
  const Row rows[] = {{{"PathPrefix", "/cart", ""}, "/cart", true},
                      {{"PathPrefix", "/cart", ""}, "/cart/{id}", true},
                      {{"PathPrefix", "/cart", ""}, "/cartoon", false},
                      {{"PathPrefix", "/cart/", ""}, "/cart", true},
                      {{"PathPrefix", "/cart/7", ""}, "/cart/{id}", false},
                      {{"Exact", "/cart", ""}, "/cart/", false},
                      {{"PathPrefix", "/", ""}, "", true},
                      {{"Exact", "/", ""}, "", false},
                      {{"PathPrefix", "/", "POST"}, "/cart", false}};
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(rank(row.match, {"", "GET", row.path}).has_value() == row.takes);
  }
}

TEST_CASE("a host name beats a wildcard, and a wildcard no host") {
  CHECK(*host_rank("shop.example.com", "shop.example.com") > *host_rank("*.example.com", "shop.example.com"));
  CHECK(*host_rank("*.example.com", "shop.example.com") > *host_rank("", "shop.example.com"));
  CHECK_FALSE(host_rank("*.example.com", "example.com"));
  CHECK_FALSE(host_rank("a.example.com", "b.example.com"));
}
