// Evidence of a mesh: what runs it, what joined it, what it was told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.hpp"

namespace nsew {

// Until everything is read: "istio" stands for either of its data planes, "any" for the mesh that the rest shows.
void mark(Inventory&, const Object&, std::string_view mesh, std::string_view evidence, std::string says);

void mark_workload(Inventory&, const Workload&);
void mark_namespace(Inventory&, const Object&);
void mark_crd(Inventory&, const Object&);
void mark_chart(Inventory&, const Object&, std::string_view chart);

// Proxies that an injector put beside the containers of an application. A proxy of its own (a gateway) stays.
void leave_out_proxies(std::vector<Container>&);

// A gateway by the labels of its pods: what selects it is about the edge.
bool selects_gateway(const Labels&);

void settle_meshes(std::vector<MeshMarker>&);

}  // namespace nsew
