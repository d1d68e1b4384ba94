#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/text.hpp"
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

void add_by_word(std::string_view text, Found& found) {
  const auto at =
      std::ranges::find_if(known_gateways, [&](const Known& k) { return text.find(k.word) != std::string_view::npos; });
  if (at != known_gateways.end()) found.insert(at->gateway);
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

bool starts_with_nginx(const std::pair<const std::string, std::string>& annotation) {
  return annotation.first.starts_with("nginx.ingress.kubernetes.io/");
}

// An Ingress without class says only that some controller is hoped for.
void add_ingress(const Route& route, Found& found) {
  if (route.object.kind != "Ingress") return;
  std::string name = route.ingress_class;
  const auto annotated = route.object.annotations.find("kubernetes.io/ingress.class");
  if (name.empty() && annotated != route.object.annotations.end()) name = annotated->second;
  const bool managed_nginx = name.starts_with("webapprouting.");
  if (managed_nginx || name.find("nginx") != std::string::npos ||
      std::ranges::any_of(route.object.annotations, starts_with_nginx)) {
    found.insert(ingress_nginx);
  } else if (name == "istio") {
    found.insert(mesh_ingress);
  } else if (!name.empty()) {
    found.insert(other);
  }
}

std::string_view gateway_in_use(const Scope& scope, bool mesh) {
  const Inventory& inventory = scope.picture.inventory;
  Found found;
  for (const GatewayObject& gateway : inventory.gateways) add_gateway(inventory, gateway, mesh, found);
  for (const Route& route : inventory.routes) add_ingress(route, found);
  for (const auto& [id, node] : scope.picture.graph.nodes)
    if (node.kind == NodeKind::gateway) add_by_word(node.name, found);
  for (const DeclaredPart& part : declared_parts(inventory, scope.picture.knowledge)) {
    if (part.kind != NodeKind::gateway) continue;
    add_by_word(part.name, found);
    for (const Container& container : part.workloads.front()->containers) add_by_word(container.image, found);
  }
  for (const std::string_view gateway : {envoy_gateway, other, mesh_ingress, ingress_nginx})
    if (found.contains(gateway)) return gateway;
  return {};
}

}  // namespace

void measure_existing(const Scope& scope, FactSheet& sheet) {
  const Inventory& inventory = scope.picture.inventory;
  const std::string mesh = mesh_in_use(inventory);
  if (!mesh.empty()) put(sheet, "existing.mesh", mesh, "manifests");
  if (!inventory.mesh_markers.empty()) put(sheet, "existing.mesh_crds_only", mesh.empty(), "manifests");
  if (const std::string_view gateway = gateway_in_use(scope, !mesh.empty()); !gateway.empty())
    put(sheet, "existing.gateway", std::string(gateway), inventory.empty() ? "graph" : "manifests");
}

}  // namespace nsew
