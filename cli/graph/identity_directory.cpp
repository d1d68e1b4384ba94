#include "graph/identity_directory.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

// The alphabet of names that Kubernetes makes up: no vowels, no 0, 1 or 3.
bool made_up(std::string_view word) {
  return word.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}
bool digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}
bool replica_set_hash(std::string_view word) {
  return word.size() >= 6 && word.size() <= 10 && (made_up(word) || digits(word));
}

constexpr std::string_view app_labels[] = {"app.kubernetes.io/name", "app", "k8s-app", "name"};

// A port of a Service or probe, as a number of the workload's containers.
std::optional<int> container_port(const Workload& workload, std::string_view target) {
  if (const auto number = to_integer(target)) return static_cast<int>(*number);
  for (const Container& container : workload.containers)
    for (const ContainerPort& port : container.ports)
      if (port.name == target) return port.port;
  return std::nullopt;
}

std::set<int> exposed_ports(const DeclaredPart& part) {
  std::set<int> ports;
  for (const Service* service : part.services) {
    if (service->type != "NodePort" && service->type != "LoadBalancer") continue;
    for (const ServicePort& port : service->ports)
      for (const Workload* workload : part.workloads)
        if (const auto number = port.target.empty() ? port.port : container_port(*workload, port.target))
          ports.insert(*number);
  }
  return ports;
}

std::set<int> probed_ports(const DeclaredPart& part) {
  std::set<int> ports;
  for (const Workload* workload : part.workloads)
    for (const Container& container : workload->containers)
      for (const Probe& probe : container.probes)
        if (const auto number = container_port(*workload, probe.port)) ports.insert(*number);
  return ports;
}

bool public_looking(std::string_view host) {
  return host.find('.') != std::string_view::npos && !host.ends_with(".cluster.local") && !host.ends_with(".svc");
}

// A route that only steers calls between services declares no host of the edge.
bool at_the_edge(const Route& route) {
  if (route.parents.empty()) return true;
  return std::any_of(route.parents.begin(), route.parents.end(),
                     [](const ParentRef& parent) { return parent.kind != "Mesh" && parent.kind != "Service"; });
}

}  // namespace

std::string_view without_hashes(std::string_view pod) {
  const auto last = pod.rfind('-');
  if (last == std::string_view::npos || last == 0) return pod;
  const std::string_view tail = pod.substr(last + 1), stem = pod.substr(0, last);
  const auto before = stem.rfind('-');
  const bool of_replica_set =
      before != std::string_view::npos && before > 0 && replica_set_hash(stem.substr(before + 1));
  if (tail.size() == 5 && of_replica_set && (made_up(tail) || digits(tail))) return stem.substr(0, before);
  return digits(tail) || (tail.size() == 5 && made_up(tail)) ? stem : pod;
}

Directory::Directory(const Inventory& inventory, const PlatformKnowledge& known, const GraphOptions& options) {
  for (const DeclaredPart& part : declared_parts(inventory, known)) add(part);
  add_lone_services(inventory);
  add_addresses(inventory);
  add_hosts(inventory);
  add_told(options);
  for (const Namespace& ns : inventory.namespaces) namespaces_.insert(ns.object.name);
}

void Directory::add(const DeclaredPart& part) {
  const std::size_t place = all_.size();
  const Object& first = part.workloads.front()->object;
  all_.push_back({.ns = part.ns,
                  .name = part.name,
                  .kind_why = part.why,
                  .kind = part.kind,
                  .workload = first.kind + "/" + first.name,
                  .external_name = {},
                  .exposed = exposed_ports(part),
                  .probed = probed_ports(part)});
  if (!part.ns.empty()) namespaces_.insert(part.ns);
  services_[part.name][part.ns].insert(place);
  for (const Service* service : part.services) services_[service->object.name][part.ns].insert(place);
  for (const Workload* workload : part.workloads) {
    workloads_[workload->object.name][part.ns].insert(place);
    for (const Workload::Pod& pod : workload->pods) pods_[pod.name][part.ns].insert(place);
    for (const std::string_view key : app_labels) {
      const auto label = workload->pod_labels.find(key);
      if (label != workload->pod_labels.end()) labels_[label->second][part.ns].insert(place);
    }
  }
}

void Directory::add_lone_services(const Inventory& inventory) {
  for (const Service& service : inventory.services) {
    auto& places = services_[service.object.name][service.object.ns];
    if (!places.empty()) continue;
    places.insert(all_.size());
    all_.push_back({.ns = service.object.ns,
                    .name = service.object.name,
                    .kind_why = {},
                    .kind = NodeKind::service,
                    .workload = {},
                    .external_name = service.external_name,
                    .exposed = {},
                    .probed = {}});
    if (!service.object.ns.empty()) namespaces_.insert(service.object.ns);
  }
}

void Directory::add_addresses(const Inventory& inventory) {
  const auto claim = [&](std::string_view text, const Declared* owner) {
    const auto address = parse_address(text);
    if (address && owner != nullptr) addresses_.emplace(*address, static_cast<std::size_t>(owner - all_.data()));
  };
  const auto claim_node = [&](std::string_view text) {
    if (const auto address = parse_address(text)) node_addresses_.insert(*address);
  };
  const auto claim_pod = [&](std::string_view text, const Declared* owner) {
    const auto address = parse_address(text);
    const auto known = address ? addresses_.find(*address) : addresses_.end();
    if (known == addresses_.end()) return claim(text, owner);
    if (owner != nullptr && known->second != static_cast<std::size_t>(owner - all_.data()))
      known->second = claimed_twice;
  };
  for (const ClusterNode& node : inventory.nodes)
    for (const std::string& address : node.addresses) claim_node(address);
  for (const Workload& workload : inventory.workloads)
    for (const Workload::Pod& pod : workload.pods) {
      claim_node(pod.node_address);
      if (workload.host_network) {
        claim_node(pod.address);
      } else {
        claim_pod(pod.address, this->workload(workload.object.ns, workload.object.name));
      }
    }
  for (const Service& service : inventory.services)
    for (const std::string& ip : service.cluster_ips) claim(ip, called(service.object.ns, service.object.name));
  for (const EndpointSlice& slice : inventory.endpoint_slices)
    for (const EndpointSlice::Endpoint& endpoint : slice.endpoints)
      if (const auto address = parse_address(endpoint.address); address && !addresses_.contains(*address))
        claim(endpoint.address, called(slice.object.ns, slice.service));
}

void Directory::add_hosts(const Inventory& inventory) {
  for (const Route& route : inventory.routes) {
    add_rules(route);
    if (at_the_edge(route)) add_route(route);
  }
  for (const GatewayObject& gateway : inventory.gateways)
    for (const GatewayObject::Listener& listener : gateway.listeners)
      if (public_looking(listener.host)) hosts_[lower(listener.host)];
  for (const Service& service : inventory.services) {
    const std::string& ns = service.object.ns;
    for (const auto* list : {&service.load_balancer, &service.external_ips})
      for (const std::string& host : *list) hosts_[lower(host)].targets.push_back({"", ns, service.object.name});
  }
  for (auto& [host, own] : hosts_)
    std::sort(own.targets.begin(), own.targets.end(), [](const OwnHost::Target& a, const OwnHost::Target& b) {
      return std::tuple(b.path.size(), a.path, a.ns, a.name) < std::tuple(a.path.size(), b.path, b.ns, b.name);
    });
}

void Directory::add_route(const Route& route) {
  for (const std::string& host : route.hosts) {
    if (!public_looking(host)) continue;
    OwnHost& own = hosts_[lower(host)];
    for (const RouteRule& rule : route.rules)
      for (const Backend& backend : rule.backends) own.targets.push_back({rule.path, backend.ns, backend.name});
  }
}

// The backends of a rule stand in each of its matches.
void Directory::add_rules(const Route& route) {
  if (!route.object.api_version.starts_with("gateway.networking.k8s.io/")) return;
  for (const RouteRule& rule : route.rules) {
    OwnHost& own = rules_[fmt::format("{}/{}/{}/rule/{}", lower(route.object.kind), route.object.ns, route.object.name,
                                      rule.number)];
    own.targets.clear();
    for (const Backend& backend : rule.backends) own.targets.push_back({"", backend.ns, backend.name});
  }
}

const OwnHost::Target* Directory::only_backend(std::string_view rule) const {
  auto at = rules_.find(rule);
  if (at == rules_.end()) {  // manifests without namespace
    const auto first = rule.find('/'), second = rule.find('/', first + 1);
    if (second == std::string_view::npos) return nullptr;
    at = rules_.find(fmt::format("{}/{}", rule.substr(0, first), rule.substr(second)));
  }
  return at == rules_.end() || at->second.targets.size() != 1 ? nullptr : &at->second.targets.front();
}

void Directory::add_told(const GraphOptions& options) {
  for (const std::string& range : options.inside)
    if (const auto cidr = parse_cidr(range)) inside_.push_back(*cidr);
  for (const std::string& range : options.outside) {
    if (const auto cidr = parse_cidr(range)) {
      outside_.push_back(*cidr);
    } else {
      outside_names_.insert(range);
    }
  }
}

const Declared* Directory::find(const Index& index, std::string_view ns, std::string_view name) const {
  const auto named = index.find(name);
  if (named == index.end()) return nullptr;
  const auto only = [&](const std::set<std::size_t>& places) {
    return places.size() == 1 ? &all_[*places.begin()] : nullptr;
  };
  if (ns.empty()) return named->second.size() == 1 ? only(named->second.begin()->second) : nullptr;
  auto here = named->second.find(ns);
  if (here == named->second.end()) here = named->second.find("");
  return here == named->second.end() ? nullptr : only(here->second);
}

const Declared* Directory::workload(std::string_view ns, std::string_view name) const {
  return find(workloads_, ns, name);
}

const Declared* Directory::pod(std::string_view ns, std::string_view name) const {
  if (const Declared* exact = find(pods_, ns, name)) return exact;
  return find(workloads_, ns, without_hashes(name));
}

const Declared* Directory::called(std::string_view ns, std::string_view name) const {
  for (const Index* index : {&services_, &workloads_, &labels_})
    if (const Declared* found = find(*index, ns, name)) return found;
  return nullptr;
}

const Declared* Directory::at(const Address& address) const {
  const auto found = addresses_.find(address);
  return found == addresses_.end() || found->second == claimed_twice ? nullptr : &all_[found->second];
}

const Declared* Directory::only_gateway() const {
  const auto is_gateway = [](const Declared& part) { return part.kind == NodeKind::gateway; };
  if (std::ranges::count_if(all_, is_gateway) != 1) return nullptr;
  return &*std::ranges::find_if(all_, is_gateway);
}

bool Directory::told_inside(const Address& address) const {
  return std::any_of(inside_.begin(), inside_.end(), [&](const Cidr& range) { return range.contains(address); });
}

bool Directory::told_outside(const Address& address) const {
  return std::any_of(outside_.begin(), outside_.end(), [&](const Cidr& range) { return range.contains(address); });
}

const OwnHost* Directory::own_host(std::string_view host) const {
  if (hosts_.empty() || host.empty()) return nullptr;
  const std::string small = lower(host);
  if (const auto exact = hosts_.find(small); exact != hosts_.end()) return &exact->second;
  const auto dot = small.find('.');
  if (dot == std::string::npos) return nullptr;
  const auto wild = hosts_.find("*" + small.substr(dot));
  return wild == hosts_.end() ? nullptr : &wild->second;
}

}  // namespace nsew
