#include <algorithm>

#include <fmt/format.h>

#include "starter/names.hpp"
#include "starter/surface.hpp"

namespace nsew::starter {
namespace {

bool enters(const Route& route) {
  if (route.object.kind == "TCPRoute" || route.object.kind == "TLSRoute") return false;
  const auto is_gateway = [](const ParentRef& parent) { return parent.kind == "Gateway" || parent.kind.empty(); };
  const bool needs_parent =
      route.object.kind == "VirtualService" || route.object.kind == "HTTPRoute" || route.object.kind == "GRPCRoute";
  return !needs_parent || std::any_of(route.parents.begin(), route.parents.end(), is_gateway);
}

std::string shown(const Route& route) { return code(route.object.kind + " " + route.object.name); }

std::vector<RouteTarget> targets_of(const Route& route, const RouteRule& rule, const Members& members,
                                    std::vector<std::string>& gaps) {
  std::vector<RouteTarget> targets;
  for (const Backend& backend : rule.backends) {
    const Member* member = members.find_service(backend.ns, backend.name);
    const auto port = member == nullptr ? std::nullopt : port_called(*member, backend.port, backend.port_name);
    if (!port) {
      gaps.push_back(
          fmt::format("{} sends {} to {}, but no manifest given declares that Service with that port: not written",
                      shown(route), code(rule.path.empty() ? "/" : rule.path), code(backend.name)));
      continue;
    }
    targets.push_back({member, *port, backend.weight});
  }
  return targets;
}

std::optional<SurfaceRule> rule_of(const Route& route, const RouteRule& rule, const Members& members,
                                   std::vector<std::string>& gaps) {
  SurfaceRule out;
  out.match = {rule.path_type.empty() ? "PathPrefix" : rule.path_type, rule.path.empty() ? "/" : rule.path,
               rule.method};
  out.grpc = route.object.kind == "GRPCRoute";
  out.declared = true;
  out.why = "declared at " + place_of(rule.where.file.empty() ? route.object.where : rule.where);
  if (out.match.path_type != "RegularExpression" && !is_route_path(out.match.path)) {
    gaps.push_back(fmt::format("{} declares the path {}, which no route may carry: not written", shown(route),
                               code(out.match.path)));
    return {};
  }
  out.targets = targets_of(route, rule, members, gaps);
  if (out.targets.empty()) return {};
  return out;
}

// "" = any host; nothing when the name cannot be a route's.
std::optional<std::string> declared_name(const Route& route, const std::string& host, std::vector<std::string>& gaps) {
  const std::string name = host_of(host);
  if (name.empty() || name == "*") return "";
  if (kind_of_host(name) == HostKind::public_name && is_route_host(name)) return name;
  gaps.push_back(
      fmt::format("{} declares the host {}, which is no public DNS name: not written", shown(route), code(host)));
  return {};
}

void add(std::map<std::string, DeclaredHost>& hosts, const std::string& name, const Route& route,
         const std::vector<SurfaceRule>& rules) {
  DeclaredHost& host = hosts[name];
  if (host.why.empty()) host.why = "declared at " + place_of(route.object.where);
  for (const SurfaceRule& rule : rules) {
    const bool known =
        std::any_of(host.rules.begin(), host.rules.end(), [&](const SurfaceRule& r) { return r.match == rule.match; });
    if (!known) host.rules.push_back(rule);
  }
}

}  // namespace

std::map<std::string, DeclaredHost> declared_hosts(const Picture& picture, const Members& members,
                                                   std::vector<std::string>& gaps) {
  std::map<std::string, DeclaredHost> hosts;
  for (const Route& route : picture.inventory.routes) {
    if (!enters(route) || !in_scope(picture, route.object.ns.empty() ? assumed_namespace : route.object.ns)) continue;
    std::vector<SurfaceRule> rules;
    for (const RouteRule& rule : route.rules) {
      if (rule.backends.empty()) continue;  // a redirect, or what the controller answers itself
      if (auto made = rule_of(route, rule, members, gaps)) rules.push_back(std::move(*made));
    }
    if (rules.empty()) continue;
    if (route.hosts.empty()) add(hosts, "", route, rules);
    for (const std::string& host : route.hosts) {
      if (const auto name = declared_name(route, host, gaps)) add(hosts, *name, route, rules);
    }
  }
  return hosts;
}

}  // namespace nsew::starter
