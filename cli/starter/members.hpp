// Who takes part, as configs need it: the Service, its pods, their accounts and ports behind each node of the graph.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/call_graph.hpp"
#include "measure/picture.hpp"

namespace nsew::starter {

struct Port {
  int number = 0;  // of the Service
  int pod = 0;     // of the pods; 0 = a name that no manifest explains
  std::string name, protocol = "TCP", app_protocol;
  std::string source;  // where it was read
};

struct Member {
  std::string id;  // node id; "namespace/name" of a Service that no call was seen at
  std::string ns;
  std::string name;  // of the Service
  NodeKind kind = NodeKind::service;
  bool seen = false;                       // a node of the graph
  const Service* service = nullptr;        // null: only traffic names it
  std::vector<const Service*> doors;       // LoadBalancer and NodePort Services to the same pods
  std::vector<const Workload*> workloads;  // behind the Service
  Labels selector;                         // of its pods; empty = unknown
  std::vector<std::string> accounts;       // "namespace/name", sorted; empty = unknown
  std::optional<int> replicas;             // the fewest that any manifest or autoscaler allows
  std::set<std::string> recorded_ports;

  bool nameable() const;  // namespace and name are ones that Kubernetes takes
};

struct Members {
  std::map<std::string, Member> by_id;
  bool namespace_assumed = false;  // some input named none: kubectl would put it into `default`

  const Member* find(const std::string& id) const {
    const auto at = by_id.find(id);
    return at == by_id.end() ? nullptr : &at->second;
  }
  // A declared backend; nothing when no manifest has it.
  const Member* find_service(const std::string& ns, const std::string& name) const;
};

inline constexpr const char* assumed_namespace = "default";

Members members_of(const Picture&);

std::vector<Port> ports_of(const Member&);
// The port that calls go to: the only one, the recorded one, or the only one that speaks HTTP.
std::optional<Port> call_port(const Member&);
std::optional<Port> port_called(const Member&, int number, const std::string& name);
bool speaks_http(const Port&);

bool selects(const Labels& selector, const Labels& labels);
bool in_scope(const Picture&, const std::string& ns);
std::string place_of(const Location&);

}  // namespace nsew::starter
