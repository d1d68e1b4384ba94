#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "measure/existing.hpp"
#include "measure/scope.hpp"

namespace nsew {
namespace {

int strength(const MeshMarker& marker) {
  if (marker.evidence == "enrolment") return 3;
  if (marker.evidence == "control-plane") return 2;
  return marker.evidence == "policy" ? 1 : 0;
}

// Of several meshes the one that workloads are enrolled in; then the one that runs; then the one named most often.
std::string mesh_in_use(const Inventory& inventory) {
  std::map<std::string, std::pair<int, int>> meshes;  // strongest evidence, markers
  for (const MeshMarker& marker : inventory.mesh_markers) {
    if (strength(marker) == 0) continue;
    auto& [strongest, markers] = meshes[marker.mesh];
    strongest = std::max(strongest, strength(marker)), ++markers;
  }
  const auto best = std::ranges::max_element(meshes, {}, [](const auto& mesh) { return mesh.second; });
  return best == meshes.end() ? std::string() : best->first;
}

using Found = std::set<std::string_view>;
constexpr std::string_view envoy_gateway = "envoy-gateway", other = "gateway-api-other", mesh_ingress = "mesh-ingress",
                           ingress_nginx = "ingress-nginx";

struct Known {
  std::string_view word, gateway;
};
// By a part of a name, image or controller; the first that matches decides.
constexpr std::array known_gateways = {Known{"ingress-nginx", ingress_nginx},
                                       Known{"nginx-ingress", ingress_nginx},
                                       Known{"ingressgateway", mesh_ingress},
                                       Known{"envoy-gateway", envoy_gateway},
                                       Known{"envoyproxy/gateway", envoy_gateway},
                                       Known{"gateway.envoyproxy.io", envoy_gateway},
                                       Known{"traefik", other},
                                       Known{"kong", other},
                                       Known{"contour", other},
                                       Known{"haproxy-ingress", other},
                                       Known{"emissary", other},
                                       Known{"ambassador", other},
                                       Known{"apisix", other},
                                       Known{"nginx-gateway", other},
                                       Known{"gloo", other}};

std::string_view by_word(std::string_view text) {
  const auto at =
      std::ranges::find_if(known_gateways, [&](const Known& k) { return text.find(k.word) != std::string_view::npos; });
  return at == known_gateways.end() ? std::string_view() : at->gateway;
}

std::string controller_of(const Inventory& inventory, const GatewayObject& gateway) {
  for (const GatewayClass& known : inventory.gateway_classes)
    if (known.object.name == gateway.class_name) return known.controller;
  return gateway.class_name;
}

bool is_plumbing(const GatewayObject& gateway) {
  return gateway.class_name.find("waypoint") != std::string::npos || gateway.class_name == "istio-east-west" ||
         gateway.class_name == "istio-remote" || gateway.object.name.find("egress") != std::string::npos;
}

// Istio's controller serves Gateways without a mesh as well as with one.
void add_gateway(const Inventory& inventory, const GatewayObject& gateway, bool mesh, Found& found) {
  if (is_plumbing(gateway)) return;
  const bool istio_api = gateway.object.api_version.starts_with("networking.istio.io/");
  const std::string controller = controller_of(inventory, gateway);
  const bool of_mesh = controller.find("istio") != std::string::npos || controller.find("consul") != std::string::npos;
  if (istio_api || (of_mesh && mesh)) {
    found.insert(mesh_ingress);
  } else if (controller.find("envoyproxy.io") != std::string::npos || controller == "eg" ||
             controller.starts_with("envoy")) {
    found.insert(envoy_gateway);
  } else {
    found.insert(other);
  }
}

bool annotated_under(const Object& object, std::string_view prefix) {
  return std::ranges::any_of(object.annotations, [&](const auto& pair) { return pair.first.starts_with(prefix); });
}

std::string class_of(const Route& route) {
  const auto annotated = route.object.annotations.find("kubernetes.io/ingress.class");
  const bool by_annotation = route.ingress_class.empty() && annotated != route.object.annotations.end();
  return by_annotation ? annotated->second : route.ingress_class;
}

std::string_view gateway_in_use(const Scope& scope, bool mesh) {
  const Inventory& inventory = scope.picture.inventory;
  Found found;
  for (const GatewayObject& gateway : inventory.gateways) add_gateway(inventory, gateway, mesh, found);
  for (const Route& route : inventory.routes)
    if (const auto named = incumbent_of(route); named != mesh_ingress || mesh) found.insert(named);
  for (const auto& [id, node] : scope.picture.graph.nodes)
    if (node.kind == NodeKind::gateway) found.insert(by_word(node.name));
  for (const DeclaredPart& part : scope.all_parts)
    if (part.kind == NodeKind::gateway) found.insert(incumbent_of(*part.workloads.front()));
  for (const std::string_view gateway : {envoy_gateway, other, mesh_ingress, ingress_nginx})
    if (found.contains(gateway)) return gateway;
  return {};
}

}  // namespace

// An Ingress without class says only that some controller is hoped for.
std::string_view incumbent_of(const Route& route) {
  if (route.object.kind != "Ingress") return {};
  const std::string name = class_of(route);
  if (annotated_under(route.object, "nginx.org/")) return other;
  if (name.starts_with("webapprouting.") || annotated_under(route.object, "nginx.ingress.kubernetes.io/"))
    return ingress_nginx;
  if (name == "istio") return mesh_ingress;
  if (name.find("nginx") != std::string::npos) return ingress_nginx;
  return name.empty() ? std::string_view() : other;
}

std::string_view incumbent_of(const Workload& workload) {
  for (const Container& container : workload.containers)
    if (const auto known = by_word(container.image); !container.init && !known.empty()) return known;
  return by_word(workload.object.name);
}

void measure_existing(const Scope& scope, FactSheet& sheet) {
  const Inventory& inventory = scope.picture.inventory;
  const std::string mesh = mesh_in_use(inventory);
  if (!mesh.empty()) put(sheet, "existing.mesh", mesh, "manifests");
  if (!inventory.mesh_markers.empty()) put(sheet, "existing.mesh_crds_only", mesh.empty(), "manifests");
  if (const std::string_view gateway = gateway_in_use(scope, !mesh.empty()); !gateway.empty())
    put(sheet, "existing.gateway", std::string(gateway), inventory.empty() ? "graph" : "manifests");
}

}  // namespace nsew
