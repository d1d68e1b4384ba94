#include <fmt/format.h>

#include "starter/gateway_plan.hpp"
#include "starter/names.hpp"
#include "starter/products.hpp"
#include "starter/table.hpp"

namespace nsew {
namespace starter {
namespace {

constexpr const char* replace_class = "replace-with-your-class";

std::string only_class(const Inventory& inventory) {
  return inventory.gateway_classes.size() == 1 ? inventory.gateway_classes[0].object.name : "";
}

void plan_phases(Bundle& bundle, bool doors) {
  Plan& plan = bundle.plan;
  plan.before.push_back(
      fmt::format("Gateway API CRDs, {}: `kubectl get crd gateways.gateway.networking.k8s.io -o "
                  "jsonpath='{{.metadata.annotations.gateway\\.networking\\.k8s\\.io/bundle-version}}'`",
                  product("gateway-api").gateway_api));
  plan.phases.push_back({"1-side-by-side", "Gateway and routes next to the door of today; no user traffic moves",
                         "every route `Accepted` and `ResolvedRefs`; the checks below pass", "delete the phase"});
  if (doors) {
    plan.phases.push_back({"2-cutover", "public Services lose their public address, after DNS points at the gateway",
                           "the old address sees no request for longer than the DNS TTL",
                           "DNS back, then the previous directory"});
  } else {
    plan.left_out.emplace_back("2-cutover: no Service behind a route has a public address of its own.");
  }
}

std::vector<StarterFile> generate(const Assessment& assessment) {
  Bundle bundle("gateway-api", assessment);
  const Members members = members_of(assessment.picture);
  const Surface surface = surface_of(assessment.picture, members);
  plan_the_start(bundle, "a gateway in portable Gateway API", members);
  if (surface.hosts.empty()) return nothing_enters(bundle, surface);
  Site site = site_of(assessment.picture, surface);
  const std::string known = only_class(assessment.picture.inventory);
  site.gateway_class = known.empty() ? replace_class : known;
  if (known.empty()) {
    bundle.plan.yours.push_back(fmt::format("The GatewayClass of your implementation: `grep -rn {} .`", replace_class));
  }
  write_base(bundle, surface, site, "base");
  bundle.kustomization("phases/1-side-by-side", 1, "Nothing of today's entry changes. Roll back: delete this phase.",
                       {"../../base"});
  const std::vector<Json> doors = closed_doors(bundle, surface);
  if (!doors.empty()) {
    bundle.yaml("phases/2-cutover/services.yaml", 2, doors);
    bundle.kustomization("phases/2-cutover", 2, "Once DNS has pointed at the gateway for longer than its TTL.",
                         {"../1-side-by-side", "services.yaml"});
  }
  plan_phases(bundle, !doors.empty());
  check_the_gateway(bundle, surface, site);
  plan_the_surface(bundle, surface, site);
  return bundle.finish();
}

}  // namespace

const Target gateway_api_target{.name = "gateway-api",
                                .summary = "portable Gateway API base: namespaces, Gateway, routes; any implementation",
                                .generate = generate};

}  // namespace starter
}  // namespace nsew
