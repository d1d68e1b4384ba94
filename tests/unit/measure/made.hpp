// Hand-made graphs and inventories.
#pragma once

#include <string>
#include <vector>

#include "measure/measure.hpp"

namespace made {

using namespace nsew;

inline std::string ns_of(const std::string& id) {
  const auto slash = id.find('/');
  return slash == std::string::npos ? std::string() : id.substr(0, slash);
}

inline Node& node(CallGraph& graph, const std::string& id, NodeKind kind = NodeKind::service) {
  Node& made = graph.nodes[id];
  if (!made.id.empty()) return made;
  made.id = id, made.kind = kind, made.ns = ns_of(id);
  made.name = made.ns.empty() ? id : id.substr(made.ns.size() + 1);
  return made;
}

inline Edge::Seen& call(CallGraph& graph, const std::string& from, const std::string& to, CallClass cls,
                        std::uint64_t calls, Source source = Source::traces) {
  node(graph, from, from == outside_id ? NodeKind::outside : NodeKind::service);
  node(graph, to);
  Edge::Seen& seen = graph.edges[{from, to, cls}].seen[source];
  seen.calls.add(1, calls);
  return seen;
}

inline Edge::Seen& enters(CallGraph& graph, const std::string& to, std::uint64_t calls,
                          Source source = Source::traces) {
  return call(graph, std::string(outside_id), to, CallClass::north_south, calls, source);
}

inline Edge::Seen& inside(CallGraph& graph, const std::string& from, const std::string& to, std::uint64_t calls,
                          Source source = Source::traces) {
  return call(graph, from, to, CallClass::east_west, calls, source);
}

// Traces that entered at `entry`, all alike.
inline void traces(CallGraph& graph, const std::string& entry, std::uint64_t count, std::uint64_t east_west,
                   std::uint64_t counted, std::uint32_t depth) {
  TraceGroup& group = graph.traces[entry];
  for (std::uint64_t i = 0; i < count; ++i) group.sums[1].add(east_west, counted);
  group.depth[depth].add(1, count);
}

inline Workload workload(const std::string& ns, const std::string& name, const std::string& image = "org/app") {
  Workload made;
  made.object = {"apps/v1", "Deployment", ns, name, {}, {}, {"shop.yaml", 1, 1}};
  made.pod_labels = {{"app", name}};
  made.containers.emplace_back();
  made.containers.back().image = image;
  return made;
}

inline Service service(const std::string& ns, const std::string& name, const std::string& type = "ClusterIP") {
  Service made;
  made.object = {"v1", "Service", ns, name, {}, {}, {"shop.yaml", 2, 1}};
  made.type = type;
  made.selector = {{"app", name}};
  return made;
}

inline void app(Inventory& inventory, const std::string& ns, const std::string& name) {
  inventory.workloads.push_back(workload(ns, name));
  inventory.services.push_back(service(ns, name));
  inventory.objects += 2;
}

inline Picture picture(const CallGraph& graph, const Inventory& inventory) {
  return {.graph = graph, .inventory = inventory, .only_namespaces = {}, .except_namespaces = {}, .sampling_rate = {}};
}

}  // namespace made
