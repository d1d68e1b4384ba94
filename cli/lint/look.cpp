#include "lint/look.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace nsew {
namespace {

bool looks_like_ipv4(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool is_service_name(std::string_view host, const Inventory& inventory) {
  return std::ranges::any_of(inventory.services, [&](const Service& s) {
    return !s.object.ns.empty() && host == s.object.name + "." + s.object.ns;
  });
}

void add_operations(const EdgeKey& key, const Edge::Seen& seen, std::map<std::string, RecordedHost>& hosts) {
  for (const auto& [operation, stats] : asked(seen)) {
    if (operation.host.empty()) continue;
    RecordedHost& host = hosts[plain_host(operation.host)];
    host.calls += stats.calls.estimate();
    host.callees.insert(key.to);
    host.calls_by_route[operation.route] += stats.calls.estimate();
  }
}

}  // namespace

Finding about(const Object& object, Location where, std::string message, std::string detail) {
  Finding finding;
  finding.message = std::move(message);
  finding.kind = object.kind, finding.ns = object.ns, finding.object = object.name;
  finding.location = std::move(where);
  finding.fingerprint = std::move(detail);
  return finding;
}

std::string shown(const Object& object) {
  return object.kind + " " + (object.ns.empty() ? object.name : object.ns + "/" + object.name);
}

bool has_traffic(const Assessment& assessment) {
  return std::ranges::any_of(assessment.picture.graph.edges,
                             [](const EdgeEntry& entry) { return !entry.second.seen.empty(); });
}

bool always(const Assessment&) { return true; }

bool mesh_advised_or_used(const Assessment& assessment) {
  const auto mesh = assessment.facts.word("existing.mesh");
  return assessment.verdict.outcome.starts_with("mesh") || (mesh && *mesh != "none");
}

std::string plain_host(std::string_view host) {
  if (host.starts_with('[')) return lower(host.substr(0, host.find(']') + 1));
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

bool is_address(std::string_view host) {
  return host.starts_with('[') || std::ranges::count(host, ':') > 1 || looks_like_ipv4(host);
}

bool is_cluster_internal(std::string_view host, const Inventory& inventory) {
  const bool one_label = host.find('.') == std::string_view::npos;
  return one_label || host.ends_with(".svc") || host.find(".svc.") != std::string_view::npos ||
         host.ends_with(".local") || host.ends_with(".internal") || is_service_name(host, inventory);
}

bool host_covers(std::string_view declared, std::string_view host) {
  if (declared.empty() || declared == "*") return true;
  if (!declared.starts_with("*.")) return lower(declared) == host;
  const std::string suffix = lower(declared.substr(1));
  return host.size() > suffix.size() && host.ends_with(suffix);
}

std::map<std::string, RecordedHost> recorded_hosts(const Assessment& assessment) {
  std::map<std::string, RecordedHost> hosts;
  for (const auto& [key, edge] : assessment.picture.graph.edges)
    if (key.cls == CallClass::north_south)
      for (const auto& [source, seen] : edge.seen) add_operations(key, seen, hosts);
  std::erase_if(hosts, [&](const auto& entry) {
    return is_address(entry.first) || is_cluster_internal(entry.first, assessment.picture.inventory);
  });
  return hosts;
}

std::vector<const Route*> edge_routes(const Assessment& assessment) {
  std::vector<const Route*> routes;
  for (const Route& route : assessment.picture.inventory.routes) {
    const auto inside = [](const ParentRef& p) { return p.kind == "Service" || p.kind == "Mesh"; };
    const bool mesh_only = !route.parents.empty() && std::ranges::all_of(route.parents, inside);
    const bool bound = route.object.kind != "VirtualService" || !route.parents.empty();
    if (!mesh_only && bound && chosen(assessment.picture, route.object.ns)) routes.push_back(&route);
  }
  return routes;
}

}  // namespace nsew
