#include "starter/members.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

bool same_namespace(const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; }

std::string first_named(const std::string& a, const std::string& b) { return a.empty() ? b : a; }

// Rather an address inside the cluster than a public door to the same pods.
bool better(const Service* a, const Service* b) {
  const auto rank = [](const Service& s) { return (s.type == "ClusterIP" ? 0 : 2) + (s.headless ? 1 : 0); };
  return rank(*a) != rank(*b) ? rank(*a) < rank(*b) : a->object.name < b->object.name;
}

class Finder {
 public:
  explicit Finder(const Picture& picture) : inventory_(picture.inventory) {}

  Member of(const Node& node) const {
    Member member;
    member.id = node.id, member.kind = node.kind, member.seen = true;
    member.service = service_of(node);
    member.ns = member.service != nullptr ? first_named(node.ns, member.service->object.ns) : node.ns;
    member.name = member.service != nullptr ? member.service->object.name : node.name;
    if (member.service != nullptr && !member.service->selector.empty()) {
      select(member, member.service->selector);
    } else if (const Workload* own = workload_of(node)) {
      member.ns = first_named(member.ns, own->object.ns);
      member.selector = own->selector.empty() ? own->pod_labels : own->selector;
      member.workloads = {own};
    }
    return member;
  }

  Member of(const Service& service) const {
    Member member;
    member.ns = service.object.ns, member.name = service.object.name, member.service = &service;
    member.id = member.ns.empty() ? member.name : member.ns + "/" + member.name;
    select(member, service.selector);
    return member;
  }

  void complete(Member& member) const {
    for (const Service& service : inventory_.services) {
      const bool open = service.type == "LoadBalancer" || service.type == "NodePort";
      if (open && !service.selector.empty() && same_namespace(service.object.ns, member.ns) &&
          service.selector == member.selector) {
        member.doors.push_back(&service);
      }
    }
    for (const Workload* workload : member.workloads) {
      const std::string name = workload->service_account.empty() ? "default" : workload->service_account;
      member.accounts.push_back(member.ns + "/" + name);
      member.replicas = std::min(member.replicas.value_or(1 << 30), fewest(*workload));
    }
    std::sort(member.accounts.begin(), member.accounts.end());
    member.accounts.erase(std::unique(member.accounts.begin(), member.accounts.end()), member.accounts.end());
  }

 private:
  void select(Member& member, const Labels& selector) const {
    member.selector = selector;
    for (const Workload& workload : inventory_.workloads) {
      if (!selector.empty() && same_namespace(workload.object.ns, member.ns) &&
          selects(selector, workload.pod_labels)) {
        member.workloads.push_back(&workload);
      }
    }
  }

  const Service* service_of(const Node& node) const {
    for (const Service& service : inventory_.services) {
      if (service.object.name == node.name && same_namespace(service.object.ns, node.ns)) return door_of(service);
    }
    const Workload* workload = workload_of(node);
    return workload == nullptr ? nullptr : door_to(workload->object.ns, workload->pod_labels);
  }

  // Traffic may name the public Service; the one inside the cluster that selects the same pods stands for it.
  const Service* door_of(const Service& named) const {
    if (named.type == "ClusterIP" || named.selector.empty()) return &named;
    const Service* best = &named;
    for (const Service& other : inventory_.services) {
      if (other.object.ns == named.object.ns && other.selector == named.selector && better(&other, best)) best = &other;
    }
    return best;
  }

  const Service* door_to(const std::string& ns, const Labels& pod_labels) const {
    const Service* best = nullptr;
    for (const Service& service : inventory_.services) {
      const bool fits =
          !service.selector.empty() && same_namespace(service.object.ns, ns) && selects(service.selector, pod_labels);
      if (fits && (best == nullptr || better(&service, best))) best = &service;
    }
    return best;
  }

  const Workload* workload_of(const Node& node) const {
    for (const Workload& workload : inventory_.workloads) {
      const bool named = node.workload.empty() ? workload.object.name == node.name
                                               : workload.object.kind + "/" + workload.object.name == node.workload;
      if (named && same_namespace(workload.object.ns, node.ns)) return &workload;
    }
    return nullptr;
  }

  int fewest(const Workload& workload) const {
    for (const Autoscaler& scaler : inventory_.autoscalers) {
      if (scaler.target == workload.object.name && same_namespace(scaler.object.ns, workload.object.ns) && scaler.min) {
        return *scaler.min;
      }
    }
    return workload.replicas.value_or(1);
  }

  const Inventory& inventory_;
};

bool has_service(const Members& members, const Service& service) {
  return std::any_of(members.by_id.begin(), members.by_id.end(),
                     [&](const auto& at) { return at.second.service == &service; });
}

bool same_pods_already(const Members& members, const Service& service) {
  return std::any_of(members.by_id.begin(), members.by_id.end(), [&](const auto& at) {
    const Member& m = at.second;
    return m.service != nullptr && m.selector == service.selector && same_namespace(m.ns, service.object.ns);
  });
}

void name_namespaces(Members& members) {
  for (auto& [id, member] : members.by_id) {
    if (!member.ns.empty() || id == outside_id || id == unknown_id) continue;
    member.ns = assumed_namespace;
    members.namespace_assumed = members.namespace_assumed || member.service != nullptr || !member.workloads.empty();
  }
}

std::vector<const Service*> by_preference(const Inventory& inventory) {
  std::vector<const Service*> services;
  for (const Service& service : inventory.services) {
    if (!service.selector.empty()) services.push_back(&service);
  }
  std::stable_sort(services.begin(), services.end(), better);
  return services;
}

int pod_port_of(const Member& member, const ServicePort& port) {
  if (port.target.empty()) return port.port;
  if (const auto number = to_integer(port.target)) return static_cast<int>(*number);
  for (const Workload* workload : member.workloads) {
    for (const Container& container : workload->containers) {
      for (const ContainerPort& at : container.ports) {
        if (at.name == port.target) return at.port;
      }
    }
  }
  return 0;
}

bool was_recorded(const Member& member, const Port& port) {
  return member.recorded_ports.count(std::to_string(port.number)) != 0 ||
         member.recorded_ports.count(std::to_string(port.pod)) != 0;
}

template <class Keep>
std::optional<Port> only(const std::vector<Port>& ports, Keep keep) {
  std::optional<Port> found;
  for (const Port& port : ports) {
    if (!keep(port)) continue;
    if (found) return {};
    found = port;
  }
  return found;
}

}  // namespace

bool selects(const Labels& selector, const Labels& labels) {
  return std::all_of(selector.begin(), selector.end(), [&](const auto& want) {
    const auto at = labels.find(want.first);
    return at != labels.end() && at->second == want.second;
  });
}

Members members_of(const Picture& picture) {
  const Finder finder(picture);
  Members members;
  for (const auto& [id, node] : picture.graph.nodes) {
    if (id != outside_id && id != unknown_id) members.by_id.emplace(id, finder.of(node));
  }
  for (const auto& [key, edge] : picture.graph.edges) {
    const auto at = members.by_id.find(key.to);
    if (at != members.by_id.end()) at->second.recorded_ports.insert(edge.ports.begin(), edge.ports.end());
  }
  for (const Service* service : by_preference(picture.inventory)) {
    if (has_service(members, *service) || same_pods_already(members, *service)) continue;
    Member member = finder.of(*service);
    members.by_id.emplace(member.id, std::move(member));
  }
  name_namespaces(members);
  for (auto& [id, member] : members.by_id) finder.complete(member);
  return members;
}

const Member* Members::find_service(const std::string& ns, const std::string& name) const {
  const auto is_door = [&](const Service* door) { return door->object.name == name; };
  for (const auto& [id, member] : by_id) {
    if (member.service != nullptr && member.name == name && same_namespace(member.ns, ns)) return &member;
  }
  for (const auto& [id, member] : by_id) {
    if (same_namespace(member.ns, ns) && std::any_of(member.doors.begin(), member.doors.end(), is_door)) return &member;
  }
  return nullptr;
}

std::vector<Port> ports_of(const Member& member) {
  std::vector<Port> ports;
  if (member.service != nullptr) {
    for (const ServicePort& port : member.service->ports) {
      ports.push_back({port.port, pod_port_of(member, port), port.name, port.protocol.empty() ? "TCP" : port.protocol,
                       port.app_protocol, place_of(port.where)});
    }
    return ports;
  }
  for (const std::string& text : member.recorded_ports) {
    const auto number = to_integer(text);
    if (number && *number > 0 && *number < 65536) {
      ports.push_back({static_cast<int>(*number), static_cast<int>(*number), {}, "TCP", {}, "traffic"});
    }
  }
  return ports;
}

bool speaks_http(const Port& port) {
  const std::string said = lower(port.app_protocol.empty() ? port.name : port.app_protocol);
  for (const char* word : {"http", "grpc", "web", "kubernetes.io/h2c", "kubernetes.io/ws"}) {
    if (said.find(word) != std::string::npos) return true;
  }
  return said.empty() &&
         (port.number == 80 || port.number == 443 || port.number == 8080 || port.number == 8000 || port.number == 3000);
}

bool Member::nameable() const { return is_dns_label(ns) && is_dns_label(name); }

std::optional<Port> call_port(const Member& member) {
  if (!member.nameable()) return {};
  const std::vector<Port> ports = ports_of(member);
  const auto tcp = [](const Port& port) { return port.protocol == "TCP"; };
  if (auto found = only(ports, tcp)) return found;
  if (auto found = only(ports, [&](const Port& p) { return tcp(p) && was_recorded(member, p); })) return found;
  if (member.service == nullptr) return {};
  if (auto found = only(ports, [&](const Port& p) { return tcp(p) && speaks_http(p); })) return found;
  return only(ports, [&](const Port& p) { return tcp(p) && p.number == 80; });
}

std::optional<Port> port_called(const Member& member, int number, const std::string& name) {
  if (!member.nameable()) return {};
  for (const Port& port : ports_of(member)) {
    if ((number != 0 && port.number == number) || (!name.empty() && port.name == name)) return port;
  }
  return number == 0 && name.empty() ? call_port(member) : std::nullopt;
}

bool in_scope(const Picture& picture, const std::string& ns) {
  return (picture.only_namespaces.empty() || picture.only_namespaces.count(ns) != 0) &&
         picture.except_namespaces.count(ns) == 0;
}

std::string place_of(const Location& where) { return where.file.empty() ? "manifests" : to_string(where); }

}  // namespace nsew::starter
