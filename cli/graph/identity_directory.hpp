// What manifests and flags say about names and addresses, made ready to look up.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/inventory.hpp"
#include "graph/address.hpp"
#include "graph/build.hpp"
#include "graph/declared.hpp"

namespace nsew {

// A declared part of the system, or a Service that selects no workload of the manifests.
struct Declared {
  std::string ns, name, kind_why;
  NodeKind kind = NodeKind::service;
  std::string workload;       // "Deployment/NAME" of the first workload
  std::string external_name;  // of an ExternalName Service
  std::set<int> exposed;      // container ports behind a NodePort or LoadBalancer Service
  std::set<int> probed;       // container ports that a probe uses
};

struct OwnHost {
  struct Target {
    std::string path, ns, name;
  };
  std::vector<Target> targets;  // longest path first
};

class Directory {
 public:
  Directory(const Inventory&, const PlatformKnowledge&, const GraphOptions&);

  // A name without namespace is found when only one is called so; manifests without namespace fit every namespace.
  const Declared* workload(std::string_view ns, std::string_view name) const;
  const Declared* pod(std::string_view ns, std::string_view name) const;
  const Declared* called(std::string_view ns, std::string_view name) const;  // as Service, workload or by app label
  const Declared* at(const Address&) const;                                  // pod, Service or endpoint

  const Declared* only_gateway() const;  // null when the manifests have none or several

  bool is_node(const Address& address) const { return node_addresses_.contains(address); }
  bool told_inside(const Address&) const;
  bool told_outside(const Address&) const;
  bool told_outside(std::string_view name) const { return outside_names_.contains(name); }
  const OwnHost* own_host(std::string_view host) const;  // that routes, Ingresses, listeners or load balancers declare
  // Of "httproute/shop/web/rule/0"; null when the manifests do not declare the rule or it has not exactly one.
  const OwnHost::Target* only_backend(std::string_view rule) const;
  bool knows_namespace(std::string_view ns) const { return namespaces_.contains(ns); }
  void learn_namespace(std::string_view ns) { namespaces_.emplace(ns); }

 private:
  using Index = std::map<std::string, std::map<std::string, std::set<std::size_t>, std::less<>>, std::less<>>;

  void add(const DeclaredPart&);
  void add_lone_services(const Inventory&);
  void add_addresses(const Inventory&);
  void add_hosts(const Inventory&);
  void add_route(const Route&);
  void add_rules(const Route&);
  void add_told(const GraphOptions&);
  const Declared* find(const Index&, std::string_view ns, std::string_view name) const;

  std::vector<Declared> all_;
  Index workloads_, pods_, services_, labels_;                   // name -> namespace -> places in all_
  static constexpr std::size_t claimed_twice = ~std::size_t{0};  // by pods that had it one after the other
  std::map<Address, std::size_t> addresses_;
  std::set<Address> node_addresses_;
  std::vector<Cidr> inside_, outside_;
  std::set<std::string, std::less<>> outside_names_, namespaces_;
  std::map<std::string, OwnHost, std::less<>> rules_;  // "httproute/shop/web/rule/0" -> its backends
  std::map<std::string, OwnHost, std::less<>> hosts_;  // "shop.example.com", "*.example.com"
};

// A pod's name without what controllers append: cart-7f99cc4496-x2kls, cart-0 and cart-x2kls are of cart.
std::string_view without_hashes(std::string_view pod);

}  // namespace nsew
