// What several checks look at.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/finding.hpp"
#include "measure/scope.hpp"

namespace nsew {

// A finding about an object, at `where`; `detail` tells findings of one check about one object apart and enters the
// fingerprint.
Finding about(const Object&, Location where, std::string message, std::string detail = {});

std::string shown(const Object&);  // "Service shop/cart"
bool has_traffic(const Assessment&);
bool always(const Assessment&);
bool mesh_advised_or_used(const Assessment&);

// A host without port and trailing dot, lower case.
std::string plain_host(std::string_view host);
bool is_address(std::string_view host);
// The name means something only inside a cluster: one label, .svc, .local, or a Service's name and namespace.
bool is_cluster_internal(std::string_view host, const Inventory&);
bool host_covers(std::string_view declared, std::string_view host);  // "*.shop.example" covers "a.shop.example"

// Public hosts of calls that entered, with how many calls and whom they reached.
struct RecordedHost {
  double calls = 0;
  std::set<std::string> callees;                 // node ids
  std::map<std::string, double> calls_by_route;  // recorded route or path
};
std::map<std::string, RecordedHost> recorded_hosts(const Assessment&);

// Ingress, HTTPRoute and the like that a gateway serves, in the chosen namespaces.
std::vector<const Route*> edge_routes(const Assessment&);

}  // namespace nsew
