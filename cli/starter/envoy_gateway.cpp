#include <fmt/format.h>

#include "starter/envoy_policies.hpp"
#include "starter/gateway_plan.hpp"
#include "starter/policies.hpp"
#include "starter/products.hpp"
#include "starter/table.hpp"

namespace nsew {
namespace starter {
namespace {

constexpr const char* overlay = "overlays/envoy-gateway";

std::string known_class(const Inventory& inventory, const std::string& controller) {
  for (const GatewayClass& known : inventory.gateway_classes) {
    if (known.controller == controller) return known.object.name;
  }
  return {};
}

Json gateway_class(const std::string& name, const std::string& controller) {
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "GatewayClass"},
          {"metadata", {{"name", name}}},
          {"spec", {{"controllerName", controller}}}};
}

Json with_parameters(const Site& site) {
  const Json target{{"group", "gateway.networking.k8s.io"}, {"kind", "Gateway"}, {"name", site.name}};
  const Json reference{{"group", "gateway.envoyproxy.io"}, {"kind", "EnvoyProxy"}, {"name", site.name}};
  return patch(target, {{{"op", "add"}, {"path", "/spec/infrastructure"}, {"value", {{"parametersRef", reference}}}}});
}

// Phases that have nothing to change are left out; each stands on the one before it.
class Phases {
 public:
  explicit Phases(Bundle& bundle) : bundle_(bundle) {}
  void add(int number, const std::string& name, const std::string& comment, std::vector<std::string> resources,
           const Json& patches, Phase row) {
    resources.insert(resources.begin(), before_);
    bundle_.kustomization("phases/" + name, number, comment, resources, patches);
    row.name = name;
    bundle_.plan.phases.push_back(std::move(row));
    before_ = "../" + name;
  }

 private:
  Bundle& bundle_;
  std::string before_ = std::string("../../") + overlay;
};

Json out_of_shadow(const std::vector<std::string>& limited) {
  Json patches = Json::array();
  for (const std::string& name : limited) {
    const std::string path = "/spec/rateLimit/local/rules/0/shadowMode";
    patches.push_back(patch(
        {{"group", "gateway.envoyproxy.io"}, {"kind", "BackendTrafficPolicy"}, {"name", "^" + name + "$"}},
        {{{"op", "test"}, {"path", path}, {"value", true}}, {{"op", "replace"}, {"path", path}, {"value", false}}}));
  }
  return patches;
}

void write_install(Bundle& bundle, const Product& envoy) {
  bundle.text(
      "install/values.yaml", 0,
      fmt::format(
          "# written by nsew starter (envoy-gateway)\n# helm upgrade --install eg "
          "oci://docker.io/envoyproxy/gateway-helm --version {} -n {} "
          "--create-namespace -f values.yaml\ndeployment:\n  replicas: 2\npodDisruptionBudget:\n  minAvailable: 1\n",
          envoy.version, envoy.namespace_));
  bundle.plan.before.push_back(
      fmt::format("Kubernetes {} and Gateway API {} for Envoy Gateway {}; install with `install/values.yaml`.",
                  envoy.kubernetes, envoy.gateway_api, envoy.version));
}

std::vector<std::string> write_overlay(Bundle& bundle, const Surface& surface, const Site& site, const Members& members,
                                       const Written& written, const std::string& new_class_controller) {
  std::vector<std::string> resources{"../../base"};
  const auto put = [&](const std::string& name, const std::vector<Json>& documents) {
    if (documents.empty()) return;
    resources.push_back(name);
    bundle.yaml(std::string(overlay) + "/" + name, 1, documents);
  };
  if (!new_class_controller.empty())
    put("gatewayclass.yaml", {gateway_class(site.gateway_class, new_class_controller)});
  put("envoyproxy.yaml", {envoy_proxy(bundle, surface, site, members)});
  put("clienttrafficpolicy.yaml", {client_policy(site)});
  const TrafficPolicies traffic = traffic_policies(bundle, written);
  put("backendtrafficpolicy.yaml", traffic.documents);
  put("hidden-paths.yaml", hidden_paths(bundle, surface, site));
  bundle.kustomization(overlay, 1, "Envoy Gateway's own objects on the portable base.", resources,
                       Json::array({with_parameters(site)}));
  return traffic.limited;
}

void cut_over(Bundle& bundle, Phases& phases, const Surface& surface) {
  const std::vector<Json> doors = closed_doors(bundle, surface);
  if (doors.empty()) {
    bundle.plan.left_out.emplace_back("2-cutover: no Service behind a route has a public address of its own.");
    return;
  }
  bundle.yaml("phases/2-cutover/services.yaml", 2, doors);
  phases.add(2, "2-cutover", "Once DNS has pointed at the gateway for longer than its TTL.", {"services.yaml"},
             Json::array(),
             {"", "public Services lose their public address",
              "the old address sees no request for longer than the DNS TTL", "DNS back, then the previous directory"});
}

void enforce(Bundle& bundle, Phases& phases, const std::vector<std::string>& limited) {
  if (limited.empty()) {
    bundle.plan.left_out.push_back(fmt::format(
        "3-enforce: no limit was written. One takes a rule with {} recorded calls, nearly all of which only "
        "read, at a known rate.",
        enough_calls));
    return;
  }
  phases.add(3, "3-enforce",
             "Limits that only counted become real, after seven days in which nothing legitimate was counted.", {},
             out_of_shadow(limited),
             {"", "limits refuse", "7 days in which no legitimate client was counted", "previous directory"});
}

void fence(Bundle& bundle, Phases& phases, const std::vector<Callee>& callees, const ProxyPods& pods) {
  const std::vector<Json> fences = network_policies(bundle, callees, pods);
  if (fences.empty()) {
    bundle.plan.left_out.emplace_back("4-fence: of no service were the callers recorded and known.");
    return;
  }
  bundle.yaml("phases/4-fence/networkpolicies.yaml", 4, fences);
  phases.add(
      4, "4-fence",
      "Without a mesh there is no caller identity; NetworkPolicy is the fence: one per callee, callers as recorded.",
      {"networkpolicies.yaml"}, Json::array(),
      {"", fmt::format("{} NetworkPolicies", fences.size()),
       "your CNI enforces NetworkPolicy: a call from a pod that must be refused is refused", "previous directory"});
  bundle.plan.unknown.emplace_back(
      "Callers that were silent while this was recorded (a monthly job): the fence refuses them.");
}

void write_phases(Bundle& bundle, const Surface& surface, const Site& site, const std::vector<Callee>& callees,
                  const std::vector<std::string>& limited, const Product& envoy) {
  Phases phases(bundle);
  phases.add(1, "1-side-by-side",
             "The gateway runs next to the door of today; no user traffic moves. Roll back: delete this phase.", {},
             Json::array(),
             {"", limited.empty() ? "Gateway, routes, policies" : "Gateway, routes, policies; limits only count",
              "every route and policy `Accepted`; the checks below pass; a day's error rate equal to the old door's",
              "delete the phase"});
  cut_over(bundle, phases, surface);
  enforce(bundle, phases, limited);
  fence(bundle, phases, callees,
        {envoy.namespace_,
         {{"gateway.envoyproxy.io/owning-gateway-name", site.name},
          {"gateway.envoyproxy.io/owning-gateway-namespace", site.ns}}});
}

void plan_the_rest(Bundle& bundle) {
  Plan& plan = bundle.plan;
  plan.assumed.push_back("Proxy CPU and memory, replicas 2 to 6, drain time, Envoy's edge settings.");
  plan.unknown.push_back(
      "TCP connect times, clients per node and upload times: no trace carries them, so connect timeout, connection "
      "limit and request timeout of the listener keep the product's defaults.");
  plan.commands.push_back(
      "kubectl get backendtrafficpolicy,clienttrafficpolicy -A -o json | jq -r '.items[]|.metadata.name as "
      "$n|.status.ancestors[]?.conditions[]"
      "|select(.status!=\"True\" or .type==\"Overridden\")|[$n,.type,.reason,.message]|@tsv'   # must print nothing");
}

std::vector<StarterFile> generate(const Assessment& assessment) {
  Bundle bundle("envoy-gateway", assessment);
  const Product envoy = product("envoy-gateway");
  const Members members = members_of(assessment.picture);
  const Surface surface = surface_of(assessment.picture, members);
  plan_the_start(bundle, "a gateway with Envoy Gateway", members);
  if (surface.hosts.empty()) return nothing_enters(bundle, surface);
  Site site = site_of(assessment.picture, surface);
  const std::string known = known_class(assessment.picture.inventory, envoy.controller);
  site.gateway_class = known.empty() ? "envoy-gateway" : known;
  site.pod_security = "restricted";
  const std::vector<Callee> callees = callees_of(assessment.picture, members, surface);
  const Written written = write_base(bundle, surface, site, "base");
  const auto limited = write_overlay(bundle, surface, site, members, written, known.empty() ? envoy.controller : "");
  write_phases(bundle, surface, site, callees, limited, envoy);
  write_install(bundle, envoy);
  check_the_gateway(bundle, surface, site);
  plan_the_surface(bundle, surface, site);
  plan_the_callees(bundle, callees);
  plan_the_rest(bundle);
  return bundle.finish();
}

}  // namespace

const Target envoy_gateway_target{.name = "envoy-gateway",
                                  .summary = "Envoy Gateway: the portable base with limits, retries, phases and fences",
                                  .generate = generate};

}  // namespace starter
}  // namespace nsew
