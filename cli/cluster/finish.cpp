#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cluster/fold.hpp"
#include "cluster/kinds.hpp"
#include "cluster/kustomize.hpp"
#include "cluster/manifests.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

template <typename Each>
void each_list(Inventory& inventory, Each each) {
  each(inventory.workloads);
  each(inventory.services);
  each(inventory.endpoint_slices);
  each(inventory.routes);
  each(inventory.gateways);
  each(inventory.gateway_classes);
  each(inventory.policies);
  each(inventory.mesh_markers);
  each(inventory.namespaces);
  each(inventory.service_accounts);
  each(inventory.autoscalers);
  each(inventory.config_maps);
  each(inventory.others);
}

// Retired groups name the same objects as today's.
std::string_view group_now(const Object& object) {
  const auto group = group_of(object.api_version);
  if (group != "extensions") return group;
  return object.kind == "Ingress" || object.kind == "NetworkPolicy" ? "networking.k8s.io" : "apps";
}

auto identity(const Object& object) {
  return std::tuple(std::string_view(object.kind), group_now(object), std::string_view(object.name));
}

bool before(const Object& a, const Object& b) {
  return std::tie(a.kind, a.ns, a.name, a.where, a.api_version) <
         std::tie(b.kind, b.ns, b.name, b.where, b.api_version);
}

bool same(const Object& a, const Object& b) { return !a.name.empty() && a.ns == b.ns && identity(a) == identity(b); }

void combine(Service& into, const Service& from) {
  if (into.selector.empty()) into.selector = from.selector;
  for (const ServicePort& port : from.ports)
    if (std::ranges::find(into.ports, port.port, &ServicePort::port) == into.ports.end()) into.ports.push_back(port);
  for (auto list : {&Service::cluster_ips, &Service::external_ips, &Service::load_balancer})
    for (const std::string& address : from.*list)
      if (std::ranges::find(into.*list, address) == (into.*list).end()) (into.*list).push_back(address);
  if (into.type == "ClusterIP") into.type = from.type;
  if (into.external_name.empty()) into.external_name = from.external_name;
}

void combine(Namespace& into, const Namespace& from) {
  for (const auto& label : from.object.labels) into.object.labels.insert(label);
  for (const auto& note : from.object.annotations) into.object.annotations.insert(note);
}

template <typename T>
void combine(T&, const T&) {}

// Sorted by kind, namespace, name and place: the first of several is the one to keep.
template <typename T>
std::size_t merge_same(std::vector<T>& list) {
  std::vector<T> kept;
  for (T& item : list) {
    if (!kept.empty() && same(kept.back().object, item.object))
      combine(kept.back(), item);
    else
      kept.push_back(std::move(item));
  }
  const std::size_t repeated = list.size() - kept.size();
  list = std::move(kept);
  return repeated;
}

// A base names no namespace, its overlays may: one without joins those of its name that have one.
template <typename T>
std::size_t merge_bare(std::vector<T>& list) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::size_t>> placed;
  const auto key = [](const Object& object) {
    return std::tuple(object.kind, std::string(group_now(object)), object.name);
  };
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!list[i].object.ns.empty()) placed[key(list[i].object)].push_back(i);
  std::set<std::size_t> gone;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = placed.find(key(list[i].object));
    if (!list[i].object.ns.empty() || list[i].object.name.empty() || at == placed.end()) continue;
    for (const std::size_t into : at->second) combine(list[into], list[i]);
    gone.insert(i);
  }
  std::vector<T> kept;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!gone.contains(i)) kept.push_back(std::move(list[i]));
  list = std::move(kept);
  return gone.size();
}

template <typename T>
constexpr bool has_namespace = !std::is_same_v<T, Namespace> && !std::is_same_v<T, GatewayClass>;

template <typename T>
std::size_t merge_repeats(std::vector<T>& list) {
  const std::size_t repeated = merge_same(list);
  if constexpr (has_namespace<T>) return repeated + merge_bare(list);
  return repeated;
}

// Every piece of evidence once for each object.
std::size_t merge_repeats(std::vector<MeshMarker>& markers) {
  const auto key = [](const MeshMarker& m) {
    return std::tie(m.object.kind, m.object.ns, m.object.name, m.mesh, m.evidence, m.says, m.object.where);
  };
  std::ranges::sort(markers, [&](const MeshMarker& a, const MeshMarker& b) { return key(a) < key(b); });
  const auto repeats = std::unique(markers.begin(), markers.end(), [](const MeshMarker& a, const MeshMarker& b) {
    return same(a.object, b.object) && a.mesh == b.mesh && a.evidence == b.evidence && a.says == b.says;
  });
  markers.erase(repeats, markers.end());
  return 0;
}

void leave_out(Inventory& inventory, Diagnostics& diagnostics) {
  if (inventory.kustomizations.empty()) return;
  const Applied applied(inventory.kustomizations);
  std::map<std::string, std::string_view> left;
  each_list(inventory, [&](auto& list) {
    std::erase_if(list, [&](const auto& item) {
      const std::string_view why = applied.why_not(item.object.where.file);
      if (!why.empty()) left[item.object.where.file] = why;
      return !why.empty();
    });
  });
  for (const auto& [file, why] : left) diagnostics.report(Severity::info, {file, 0, 0}, std::string(why));
}

// One word for a chart, not one for each of its files.
void report_charts(const std::set<std::string>& files, Diagnostics& diagnostics) {
  std::map<std::string, std::size_t> folders;
  for (const std::string& file : files) {
    const auto slash = file.rfind("templates/");
    ++folders[slash == std::string::npos ? file : file.substr(0, slash + 9)];
  }
  for (const auto& [folder, count] : folders)
    diagnostics.report(Severity::warning, {folder, 0, 0},
                       count == 1 ? "an unrendered Helm template" : fmt::format("{} unrendered Helm templates", count),
                       "render them first: helm template CHART > manifests.yaml");
}

void join(Policy& policy, const Policy& other) {
  if (other.object.kind == "Server") {
    policy.selector = other.selector;
    policy.ports = other.ports;
  }
  policy.callers.insert(policy.callers.end(), other.callers.begin(), other.callers.end());
}

// Linkerd says in three objects what others say in one: whom a Server selects, who is authenticated, and that they may.
void join_linkerd(std::vector<Policy>& policies) {
  std::map<std::string, const Policy*> parts;
  for (const Policy& policy : policies)
    if (group_of(policy.object.api_version) == "policy.linkerd.io")
      parts[policy.object.kind + "/" + policy.object.ns + "/" + policy.object.name] = &policy;
  for (Policy& policy : policies) {
    for (const std::string& wanted : policy.joins)
      if (const auto part = parts.find(wanted); part != parts.end()) join(policy, *part->second);
    policy.joins.clear();
  }
  std::erase_if(policies, [](const Policy& policy) { return policy.object.kind.ends_with("Authentication"); });
}

}  // namespace

void finish(Inventory& inventory, Diagnostics& diagnostics) {
  report_charts(inventory.unrendered, diagnostics);
  leave_out(inventory, diagnostics);
  settle_meshes(inventory.mesh_markers);
  each_list(inventory, [&](auto& list) {
    std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return before(a.object, b.object); });
    inventory.repeated += merge_repeats(list);
  });
  fold_owned(inventory.workloads);
  std::ranges::stable_sort(inventory.workloads,
                           [](const Workload& a, const Workload& b) { return before(a.object, b.object); });
  join_linkerd(inventory.policies);
}

void finish(Inventory& inventory) {
  Diagnostics unheard;
  finish(inventory, unheard);
}

}  // namespace nsew
