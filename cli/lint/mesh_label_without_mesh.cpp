#include <algorithm>

#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

// Istio's two modes share a control plane.
std::string_view product_of(std::string_view mesh) { return mesh.substr(0, mesh.find('-')); }

bool control_plane_declared(const Inventory& inventory, std::string_view mesh) {
  return std::ranges::any_of(inventory.mesh_markers, [&](const MeshMarker& marker) {
    return marker.evidence == "control-plane" && product_of(marker.mesh) == product_of(mesh);
  });
}

bool control_plane_seen(const CallGraph& graph, std::string_view mesh) {
  const std::string_view product = product_of(mesh);
  return std::ranges::any_of(graph.nodes, [&](const auto& entry) {
    const Node& node = entry.second;
    return node.kind == NodeKind::platform &&
           (node.ns.find(product) != std::string::npos || node.name.find(product) != std::string::npos);
  });
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  const Inventory& inventory = assessment.picture.inventory;
  for (const MeshMarker& marker : inventory.mesh_markers) {
    if (marker.evidence != "enrolment" || !chosen(assessment.picture, marker.object.ns)) continue;
    if (control_plane_declared(inventory, marker.mesh)) continue;
    if (control_plane_seen(assessment.picture.graph, marker.mesh)) continue;
    findings.push_back(about(marker.object, marker.object.where,
                             shown(marker.object) + " joins a mesh (" + marker.says + "), but no " +
                                 std::string(product_of(marker.mesh)) +
                                 " control plane is among the manifests or the traffic",
                             marker.says));
  }
  return findings;
}

}  // namespace

const Check mesh_label_without_mesh{
    .code = "NSEW0401",
    .name = "mesh-label-without-mesh",
    .level = Severity::warning,
    .summary = "a label or annotation joins a mesh whose control plane is nowhere to be seen",
    .page = R"(A namespace or workload carries the label or annotation that enrols it in a mesh. The label alone does
nothing: it is a request to a control plane, and none of that mesh was found, neither declared in the
manifests nor seen in the traffic. Then no call is encrypted and no policy is enforced, while everybody who
reads the label believes that they are.

If the mesh is installed from another repository, give nsew its manifests as well (or waive the finding
with that reason). If it was removed, remove the labels with it.)",
    .remedy = "add the control plane's manifests to the inputs, or remove the label",
    .applies = always,
    .run = run};

}  // namespace nsew
