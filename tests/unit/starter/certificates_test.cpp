#include <doctest/doctest.h>

#include "boutique.hpp"

using namespace nsew;

namespace {

// An Ingress, or another object, with one TLS entry.
Route entry(const char* name, const char* ns, std::vector<std::string> hosts, const char* secret) {
  Route route;
  route.object.kind = "Ingress", route.object.name = name, route.object.ns = ns;
  route.hosts = {"shop.example.com"};
  route.tls = true;
  route.certificates = {{std::move(hosts), secret, {"ingress.yaml", 7, 5}}};
  return route;
}

struct Written {
  std::string gateway, plan;
};
Written written(const std::vector<Route>& routes, const std::vector<GatewayObject>& gateways, const Target& target) {
  boutique::Case boutique;
  boutique.declared.routes.insert(boutique.declared.routes.end(), routes.begin(), routes.end());
  boutique.declared.gateways = gateways;
  const Assessment assessment = boutique.assessment();
  const auto files = target.generate(assessment);
  std::string gateway;
  for (const StarterFile& file : files) {
    if (file.path.find("gateway.yaml") != std::string::npos) gateway += file.text;
  }
  return {gateway, boutique::file(files, "README.md")};
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a listener has the Secret that manifests name for its host, and a proposal only where none is named") {
  GatewayObject gateway;
  gateway.object.kind = "Gateway", gateway.object.name = "old";
  gateway.listeners = {{"web", "*.example.com", "HTTPS", 443, "star", "infra", {}}};
  struct Row {
    const char* what;
    std::vector<Route> routes;
    std::vector<GatewayObject> gateways;
    const char *secret, *says;
  };
  const Row rows[] = {
      {"none", {}, {}, "shop-example-com-tls", "The name is a proposal."},
      {"its host",
       {entry("web", "shop", {"shop.example.com"}, "shop-cert")},
       {},
       "shop-cert",
       "Copy the one that `Ingress web`, at ingress.yaml:7:5 names from the namespace `shop`."},
      {"all hosts of the route",
       {entry("web", "", {}, "shop-cert")},
       {},
       "shop-cert",
       "Copy the one that `Ingress web`, at ingress.yaml:7:5 names."},
      {"the most exact",
       {entry("a", "shop", {"*.example.com"}, "wild"), entry("b", "shop", {"shop.example.com"}, "own")},
       {},
       "own",
       "`Ingress b`"},
      {"a gateway", {}, {gateway}, "star", "from the namespace `infra`"},
      {"another host",
       {entry("web", "shop", {"other.example.com"}, "other")},
       {},
       "shop-example-com-tls",
       "The name is a proposal: `Ingress web` at manifests declares TLS and names no Secret"},
      {"no name of a Secret", {entry("web", "shop", {}, "../x\n")}, {}, "shop-example-com-tls", "is a proposal"}};
  for (const Row& row : rows) {
    for (const Target* target : targets()) {
      CAPTURE(row.what);
      CAPTURE(target->name);
      const Written files = written(row.routes, row.gateways, *target);
      CHECK(holds(files.gateway, std::string("- name: ") + row.secret + "\n"));
      CHECK(holds(files.plan, std::string("Secret `") + row.secret + "`"));
      CHECK(holds(files.plan, row.says));
    }
  }
}
