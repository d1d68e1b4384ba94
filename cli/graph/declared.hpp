// What manifests declare as parts of a system: workloads joined with the Services that select them.
#pragma once

#include <string>
#include <vector>

#include "cluster/inventory.hpp"
#include "graph/call_graph.hpp"
#include "graph/platform.hpp"

namespace nsew {

// One part. Workloads that one Service selects (reviews-v1, -v2, -v3) are one; so is a workload behind many Services.
struct DeclaredPart {
  std::string ns, name;               // of the Service that selects all its workloads, else of its first workload
  NodeKind kind = NodeKind::service;  // service, gateway, outside (a load generator), datastore, broker or platform
  std::string why;                    // why this kind; empty for a service
  bool job = false;                   // runs to its end: no service
  std::vector<const Workload*> workloads;
  std::vector<const Service*> services;
};

// The same workload in two folders (overlays, copies) is one part. Ordered by namespace and name.
std::vector<DeclaredPart> declared_parts(const Inventory&, const PlatformKnowledge&);

// "quay.io/org/redis:7.2@sha256:…" -> "org/redis", lower case: no registry, tag or digest.
std::string image_path(std::string_view image);
// The image is of the family: "redis" for org/redis, "bitnami/redis" for bitnami/redis-cluster:7.
bool image_matches(std::string_view image, std::string_view family);

}  // namespace nsew
