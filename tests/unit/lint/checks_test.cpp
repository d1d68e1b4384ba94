#include <algorithm>

#include <doctest/doctest.h>

#include "../measure/made.hpp"
#include "lint/finding.hpp"

using namespace made;

namespace {

// A system and what was judged of it; the assessment looks at its graph and inventory.
struct System {
  CallGraph graph;
  Inventory inventory;
  FactSheet facts;
  Verdict verdict;
  std::optional<RecordedDecision> decision;

  Assessment assessment() const {
    Assessment made{.picture = picture(graph, inventory)};
    made.facts = facts, made.verdict = verdict, made.decision = decision;
    made.today = "2026-11-24";
    return made;
  }
  std::vector<Finding> found(std::string_view name) const {
    std::vector<Finding> findings = lint(assessment());
    std::erase_if(findings, [&](const Finding& f) { return f.name != name; });
    return findings;
  }
};

System shop() {
  System system;
  app(system.inventory, "shop", "web");
  app(system.inventory, "shop", "cart");
  enters(system.graph, "shop/web", 100);
  inside(system.graph, "shop/web", "shop/cart", 80);
  return system;
}

OperationStats calls(std::uint64_t n) {
  OperationStats stats;
  stats.calls.add(1, n);
  return stats;
}

Route ingress(const std::string& name, std::vector<std::string> hosts, std::vector<std::string> paths) {
  Route route;
  route.object = {"networking.k8s.io/v1", "Ingress", "shop", name, {}, {}, {"edge.yaml", 2, 1}};
  for (std::uint32_t i = 0; i < hosts.size(); ++i) route.host_places.push_back({"edge.yaml", 10 + i, 7});
  route.hosts = std::move(hosts);
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    route.rules.emplace_back();
    route.rules.back().path = paths[i], route.rules.back().path_type = "PathPrefix";
    route.rules.back().where = {"edge.yaml", 20 + i, 9};
  }
  return route;
}

void record(System& system, const std::string& host, const std::string& path) {
  system.graph.edges[{std::string(outside_id), "shop/web", CallClass::north_south}]
      .seen[Source::traces]
      .operations[{"http", host, "GET", path}] = calls(10);
}

std::vector<std::string> messages(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& finding : findings) all.push_back(finding.message);
  return all;
}

}  // namespace

TEST_CASE("checks have codes of their own, kebab names, a level, a page and a remedy") {
  std::set<std::string_view> codes, names;
  for (const Check* check : checks()) {
    CAPTURE(check->name);
    CHECK(codes.insert(check->code).second);
    CHECK(names.insert(check->name).second);
    CHECK((check->code.starts_with("NSEW") && check->code.size() == 8));
    CHECK(std::ranges::all_of(check->name, [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); }));
    CHECK(check->page.size() > 200);
    CHECK_FALSE(check->summary.empty());
    CHECK_FALSE(check->remedy.empty());
    CHECK((check->applies != nullptr));
  }
  CHECK(std::ranges::is_sorted(checks(), {}, [](const Check* check) { return check->code; }));
}

TEST_CASE("a load balancer that only callers inside use is found, with evidence only") {
  struct Case {
    const char* name;
    void (*change)(System&);
    bool found;
  };
  const Case cases[] = {
      {"called from inside only", [](System&) {}, true},
      {"called from outside too", [](System& s) { enters(s.graph, "shop/cart", 1); }, false},
      {"called by somebody unknown",
       [](System& s) { call(s.graph, std::string(unknown_id), "shop/cart", CallClass::unknown, 1); }, false},
      {"called by nobody",
       [](System& s) {
         s.graph.edges.erase({"shop/web", "shop/cart", CallClass::east_west});
       },
       false},
      {"its public host is called from inside",
       [](System& s) {
         s.graph.edges[{"shop/web", "shop/cart", CallClass::east_west}].seen[Source::traces].flags[EdgeFlag::hairpin] =
             80;
       },
       false},
      {"an input that cannot show outside", [](System& s) { s.graph.not_observable["north-south"] = 1; }, false},
      {"kept inside by annotation",
       [](System& s) {
         s.inventory.services[1].object.annotations["networking.gke.io/load-balancer-type"] = "Internal";
       },
       false},
      {"no load balancer", [](System& s) { s.inventory.services[1].type = "ClusterIP"; }, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    System system = shop();
    system.inventory.services[1].type = "LoadBalancer";
    c.change(system);
    const auto found = system.found("internal-load-balancer");
    CHECK(found.size() == (c.found ? 1 : 0));
    if (c.found) CHECK(found[0].location == Location{"shop.yaml", 2, 1});
  }
}

TEST_CASE("hosts and paths that nobody called are found where others were") {
  struct Case {
    const char* name;
    std::vector<std::pair<const char*, const char*>> recorded;
    std::vector<std::string> found;
  };
  const std::string host = "no recorded call went to host old.shop.example of Ingress shop/web";
  const std::string path = "no recorded call went to path /beta of Ingress shop/web";
  const Case cases[] = {{"one host and one path", {{"www.shop.example", "/cart/{id}"}}, {host, path}},
                        {"with port and in capitals", {{"WWW.shop.example:443", "/cart"}}, {host, path}},
                        {"no recorded host is a declared one", {{"10.0.0.7", "/cart"}, {"web", "/cart"}}, {}},
                        {"both", {{"www.shop.example", "/cart"}, {"old.shop.example", "/beta/x"}}, {}},
                        {"a path that is not told", {{"www.shop.example", ""}}, {host}},
                        {"a template that may be anything", {{"www.shop.example", "/{page}"}}, {host}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    System system = shop();
    system.inventory.routes = {ingress("web", {"www.shop.example", "old.shop.example"}, {"/cart", "/beta"})};
    for (const auto& pair : c.recorded) record(system, pair.first, pair.second);
    const auto found = system.found("unused-route");
    CHECK(messages(found) == c.found);
    if (!found.empty()) CHECK(found[0].location == Location{"edge.yaml", 11, 7});
  }
}

TEST_CASE("a recorded host that no manifest declares is found, addresses and inner names are not") {
  struct Case {
    const char* recorded;
    bool found;
  };
  const Case cases[] = {{"api.shop.example", true},
                        {"www.shop.example", false},
                        {"10.1.2.3:8080", false},
                        {"[2001:db8::1]:443", false},
                        {"web", false},
                        {"web.shop", false},
                        {"web.shop.svc", false},
                        {"web.shop.svc.cluster.local", false},
                        {"a.apps.example", false},
                        {"deep.a.apps.example", false}};
  for (const Case& c : cases) {
    CAPTURE(c.recorded);
    System system = shop();
    system.inventory.routes = {ingress("web", {"www.shop.example", "*.apps.example"}, {})};
    record(system, c.recorded, "/");
    CHECK(system.found("undeclared-host").size() == (c.found ? 1 : 0));
    system.inventory.routes.push_back(ingress("any", {}, {}));
    CHECK(system.found("undeclared-host").empty());
  }
}

TEST_CASE("an edge that upstream retired is found by class, annotation and image") {
  System system;
  system.inventory.routes = {ingress("a", {}, {}), ingress("b", {}, {}), ingress("c", {}, {}), ingress("d", {}, {})};
  system.inventory.routes[0].ingress_class = "nginx";
  system.inventory.routes[1].object.annotations["nginx.ingress.kubernetes.io/ssl-redirect"] = "true";
  system.inventory.routes[2].ingress_class = "traefik";
  system.inventory.workloads = {workload("ingress-nginx", "controller", "registry.k8s.io/ingress-nginx/controller:v1"),
                                workload("shop", "site", "nginx:1.27")};
  CHECK(system.found("retired-gateway").size() == 3);
}

TEST_CASE("a mesh label without a control plane is found unless one is declared or seen") {
  System system = shop();
  const Object ns{"v1", "Namespace", "", "shop", {}, {}, {"ns.yaml", 2, 1}};
  system.inventory.mesh_markers = {{"istio-sidecar", "enrolment", ns, "label istio-injection=enabled"}};
  CHECK(system.found("mesh-label-without-mesh").size() == 1);
  System seen = system;
  node(seen.graph, "istio-system/istiod", NodeKind::platform);
  CHECK(seen.found("mesh-label-without-mesh").empty());
  system.inventory.mesh_markers.push_back({"istio-ambient", "control-plane", {}, {}});
  CHECK(system.found("mesh-label-without-mesh").empty());
}

TEST_CASE("ports without protocol matter only where a mesh is advised or used") {
  System system = shop();
  for (const char* name : {"", "web", "http", "grpc-api", "https-x"}) {
    ServicePort port;
    port.name = name, port.protocol = "TCP", port.where = {"shop.yaml", 9, 5};
    system.inventory.services[0].ports.push_back(port);
  }
  system.inventory.services[0].ports.push_back(system.inventory.services[0].ports[0]);
  system.inventory.services[0].ports.back().app_protocol = "kubernetes.io/h2c";
  system.verdict.outcome = "gateway";
  CHECK(system.found("port-without-protocol").empty());
  system.verdict.outcome = "mesh-ambient";
  const auto found = system.found("port-without-protocol");
  REQUIRE(found.size() == 2);
  CHECK(found[0].location == Location{"shop.yaml", 9, 5});
  CHECK(found[0].fingerprint != found[1].fingerprint);
}

TEST_CASE("a shared default ServiceAccount matters only where callers must be known") {
  System system = shop();
  CHECK(system.found("shared-service-account").empty());
  system.facts.facts["identity.caller_identity"] = {std::string("required"), Origin::declared, {}, {}, "test"};
  CHECK(system.found("shared-service-account").size() == 2);
  system.inventory.workloads[0].service_account = "web";
  CHECK(system.found("shared-service-account").empty());
}

TEST_CASE("another outcome than the recorded decision is an error at its place") {
  System system;
  system.verdict.outcome = "gateway";
  CHECK(system.found("decision-drift").empty());
  system.decision = RecordedDecision{"gateway", {".nsew.yaml", 3, 12}};
  CHECK(system.found("decision-drift").empty());
  system.verdict.outcome = "mesh-ambient";
  const auto found = system.found("decision-drift");
  REQUIRE(found.size() == 1);
  CHECK(found[0].level == Severity::error);
  CHECK(found[0].location == Location{".nsew.yaml", 3, 12});
}

TEST_CASE("a waiver needs a reason, holds until its day, and is found when it covers nothing") {
  struct Case {
    const char* name;
    const char *code, *text;
    const char* suppressed;  // of the finding; empty = it stands
    const char* found;       // about the waiver; empty = nothing
  };
  const Case cases[] = {{"with reason", "NSEW0301", "partners use it", "partners use it", ""},
                        {"until a later day", "NSEW0301", "partners (until 2026-12-31)", "partners", ""},
                        {"on its last day", "NSEW0301", "partners (until 2026-11-24)", "partners", ""},
                        {"expired", "NSEW0301", "partners (until 2026-11-23)", "", "expired-waiver"},
                        {"no day", "NSEW0301", "partners (until spring)", "", "waiver-without-reason"},
                        {"no reason", "NSEW0301", " ", "", "waiver-without-reason"},
                        {"only a day", "NSEW0301", "(until 2026-12-31)", "", "waiver-without-reason"},
                        {"of another check", "NSEW0304", "we know", "", "unused-waiver"},
                        {"of a check that could not look", "NSEW0801", "we know", "", ""},
                        {"of no check", "NSEW9999", "we know", "", "unused-waiver"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    System system = shop();
    system.inventory.services[1].type = "LoadBalancer";
    system.inventory.services[1].object.annotations[std::string("ignore.nsew.dev/") + c.code] = c.text;
    const auto findings = lint(system.assessment());
    const auto balancer = std::ranges::find(findings, "internal-load-balancer", &Finding::name);
    REQUIRE(balancer != findings.end());
    CHECK(balancer->suppressed == c.suppressed);
    const auto about = std::ranges::find_if(findings, [](const Finding& f) { return f.code.starts_with("NSEW09"); });
    CHECK((about == findings.end() ? std::string() : about->name) == c.found);
  }
}

TEST_CASE("a fingerprint stays when lines move and differs between things") {
  System system = shop();
  system.inventory.services[1].type = "LoadBalancer";
  const auto before = system.found("internal-load-balancer");
  system.inventory.services[1].object.where = {"shop.yaml", 77, 3};
  const auto after = system.found("internal-load-balancer");
  REQUIRE(before.size() == 1);
  REQUIRE(after.size() == 1);
  CHECK(before[0].fingerprint == after[0].fingerprint);
  system.inventory.services[1].object.ns = "other", system.inventory.workloads[1].object.ns = "other";
  node(system.graph, "other/cart");
  inside(system.graph, "shop/web", "other/cart", 3);
  const auto moved = system.found("internal-load-balancer");
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].fingerprint != before[0].fingerprint);
}

TEST_CASE("findings come ordered by place") {
  System system;
  for (const char* name : {"b", "a", "c"}) {
    system.inventory.routes.push_back(ingress(name, {}, {}));
    system.inventory.routes.back().ingress_class = "nginx";
    system.inventory.routes.back().object.where.file = std::string(name) + ".yaml";
  }
  const auto findings = lint(system.assessment());
  REQUIRE(findings.size() == 3);
  CHECK(std::ranges::is_sorted(findings, {}, &Finding::location));
}
