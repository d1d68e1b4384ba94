#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "graph/identity.hpp"

namespace nsew {
namespace {

using Found = std::optional<Who>;

// Manifests without namespace take that of whoever was looked up in them.
Who declared_who(const Declared& part, std::string_view ns, std::string why) {
  Who who;
  who.ns = part.ns.empty() ? std::string(ns) : part.ns;
  who.name = part.name;
  who.why = std::move(why);
  who.declared = &part;
  return who;
}

Who named_who(std::string_view ns, std::string_view name, Claim claim, std::string why) {
  Who who;
  who.ns = ns;
  who.name = name;
  who.claim = claim;
  who.why = std::move(why);
  return who;
}

Who placed(Who::Place place, std::string why) {
  Who who;
  who.place = place;
  who.why = std::move(why);
  return who;
}

std::string in_manifests(const Declared& part) {
  return part.workload.empty() ? "Service of the manifests" : fmt::format("{} of the manifests", part.workload);
}

Found told_outside(const Clues& clues, const Identity& identity) {
  for (const std::string_view name : {clues.service, clues.host, clues.workload})
    if (!name.empty() && identity.directory().told_outside(name))
      return named_who("", name, Claim::told_outside, fmt::format("--outside {}", name));
  return std::nullopt;
}

bool names_a_route(const Clues& clues) {
  return clues.subject == Subject::end && clues.host.find("route/") != std::string_view::npos;
}

// A gateway's log names the rule that it followed: the manifests, or the address that it dialled, say who is behind it.
Found route_backend(const Clues& clues, const Identity& identity) {
  if (!names_a_route(clues)) return std::nullopt;
  if (const OwnHost::Target* to = identity.directory().only_backend(clues.host)) {
    const std::string_view ns = to->ns.empty() ? clues.ns : std::string_view(to->ns);
    if (const Declared* part = identity.directory().called(ns, to->name))
      return declared_who(*part, ns, in_manifests(*part));
    return named_who(ns, to->name, Claim::inside, "backend of a route of the manifests");
  }
  const auto address = parse_address(clues.address);
  const Declared* part = address ? identity.directory().at(*address) : nullptr;
  return part == nullptr ? Found{} : declared_who(*part, clues.ns, in_manifests(*part));
}

constexpr std::string_view upstream_mark = "upstream:";

// Ingress controllers write "shop-frontend-8080" for the port 8080 of frontend in shop, and names hold dashes too: what
// the inputs know of namespaces and Services tells where to part it.
Found ingress_upstream(const Clues& clues, const Identity& identity) {
  if (!clues.host.starts_with(upstream_mark)) return std::nullopt;
  std::string_view name = clues.host.substr(upstream_mark.size());
  const auto address = parse_address(clues.address);
  const Declared* at = address ? identity.directory().at(*address) : nullptr;
  if (at != nullptr) return declared_who(*at, at->ns, fmt::format("address of {}", in_manifests(*at)));
  name = name.substr(0, std::min(name.rfind('-'), name.size()));
  Found by_namespace;
  for (std::size_t dash = name.find('-'); dash != std::string_view::npos; dash = name.find('-', dash + 1)) {
    const std::string_view ns = name.substr(0, dash), service = name.substr(dash + 1);
    if (const Declared* part = identity.directory().called(ns, service); part != nullptr && part->ns == ns)
      return declared_who(*part, ns, in_manifests(*part));
    const bool only = name.find('-') == name.rfind('-');
    if (only || identity.directory().knows_namespace(ns))
      by_namespace = named_who(ns, service, Claim::inside, "backend that an ingress controller's log names");
  }
  if (by_namespace) return by_namespace;
  return named_who("", name, Claim::inside, "backend that an ingress controller's log names");
}

Found declared_workload(const Clues& clues, const Identity& identity) {
  const Declared* part = nullptr;
  if (!clues.workload.empty()) part = identity.directory().workload(clues.ns, clues.workload);
  if (part == nullptr && !clues.pod.empty()) part = identity.directory().pod(clues.ns, clues.pod);
  return part == nullptr ? Found{} : declared_who(*part, clues.ns, in_manifests(*part));
}

Found declared_name(const Clues& clues, const Identity& identity) {
  for (const std::string_view name : {clues.service, clues.app}) {
    if (name.empty()) continue;
    const std::string_view ns = clues.ns.empty() ? clues.caller_ns : clues.ns;
    const Declared* part = identity.directory().called(ns, name);
    if (part == nullptr && clues.ns.empty()) part = identity.directory().called("", name);
    if (part != nullptr) return declared_who(*part, ns, in_manifests(*part));
  }
  return std::nullopt;
}

Found traced_name(const Clues& clues, const Identity& identity) {
  if (!identity.traced_name(clues.service)) return std::nullopt;
  const bool here = identity.nodes.find(node_id(clues.caller_ns, clues.service)) != nullptr;
  return named_who(here ? clues.caller_ns : "", clues.service, Claim::named, "its callers name it");
}

Found cluster_dns(const Clues& clues, const Identity& identity) {
  for (const std::string_view text : {clues.host, clues.service}) {
    const auto name =
        cluster_name(text, identity.directory(), clues.subject == Subject::callee ? clues.caller_ns : clues.ns);
    if (!name) continue;
    if (const Declared* part = identity.directory().called(name->ns, name->service))
      return declared_who(*part, name->ns, in_manifests(*part));
    const Claim claim = clues.subject == Subject::emitter ? Claim::inside : Claim::named;
    return named_who(name->ns, name->service, claim, "cluster DNS name");
  }
  return std::nullopt;
}

Found service_name(const Clues& clues, const Identity&) {
  if (clues.service.empty()) return std::nullopt;
  return named_who(clues.ns, clues.service, Claim::inside,
                   clues.subject == Subject::emitter ? "emitted spans" : "Service that the record names");
}

Found app_label(const Clues& clues, const Identity&) {
  if (clues.app.empty()) return std::nullopt;
  return named_who(clues.ns, clues.app, Claim::inside, "pods with this label");
}

Found workload_name(const Clues& clues, const Identity&) {
  if (clues.workload.empty()) return std::nullopt;
  return named_who(clues.ns, clues.workload, Claim::inside,
                   names_a_route(clues) ? "named by its route" : "workload that the record names");
}

Found pod_name(const Clues& clues, const Identity&) {
  if (clues.pod.empty()) return std::nullopt;
  return named_who(clues.ns, without_hashes(clues.pod), Claim::inside, "pod that the record names");
}

// A namespace and nothing else: someone inside, nobody knows who.
Found namespace_only(const Clues& clues, const Identity&) {
  if (clues.ns.empty() || !clues.reserved.empty()) return std::nullopt;
  return placed(Who::Place::unknown, fmt::format("of namespace {} only the name is recorded", clues.ns));
}

Found reserved_identity(const Clues& clues, const Identity& identity) {
  if (clues.reserved.empty()) return std::nullopt;
  if (clues.reserved == "outside") return placed(Who::Place::outside, "came in from outside");
  if (clues.reserved == "external") return placed(Who::Place::outside, "outside the mesh, as the record says");
  if (clues.reserved == "ingress")
    return named_who("", "reserved:ingress", Claim::declared_gateway, "ingress proxy of the network layer");
  if (clues.reserved != "world")
    return named_who("", fmt::format("reserved:{}", clues.reserved), Claim::platform,
                     fmt::format("reserved identity {}", clues.reserved));
  const auto address = parse_address(clues.address);
  // A private address under this label is often a node that the network layer did not know.
  if (address && !globally_routable(*address)) return std::nullopt;
  if (address && (identity.directory().told_inside(*address) || identity.directory().at(*address) != nullptr))
    return std::nullopt;
  return placed(Who::Place::outside, "reserved identity world");
}

Found own_pod(const Clues& clues, const Identity&) {
  const auto address = parse_address(clues.address);
  if (clues.host != "localhost" && !(address && loopback(*address))) return std::nullopt;
  return placed(Who::Place::itself, "its own pod");
}

bool path_below(std::string_view path, std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

Found own_public_host(const Clues& clues, const Identity& identity) {
  const OwnHost* own = identity.directory().own_host(clues.host.empty() ? clues.address : clues.host);
  if (own == nullptr) return std::nullopt;
  for (const OwnHost::Target& target : own->targets) {
    if (!path_below(clues.path, target.path)) continue;
    if (const Declared* part = identity.directory().called(target.ns, target.name))
      return declared_who(*part, target.ns, "public host that the manifests route to it");
    return named_who(target.ns, target.name, Claim::inside, "public host that the manifests route to it");
  }
  return placed(Who::Place::unknown, fmt::format("the manifests declare {} but no backend of it", clues.host));
}

// One label can only be a name of the cluster's (or the container network's) own DNS.
Found short_host(const Clues& clues, const Identity& identity) {
  if (clues.host.empty() || clues.host.find('.') != std::string_view::npos) return std::nullopt;
  if (const Declared* part = identity.directory().called(clues.caller_ns, clues.host))
    return declared_who(*part, clues.caller_ns, in_manifests(*part));
  return named_who(clues.caller_ns, clues.host, Claim::named, "name that only the cluster's DNS resolves");
}

Found declared_address(const Clues& clues, const Identity& identity) {
  const auto address = parse_address(clues.address);
  if (!address) return std::nullopt;
  if (const Declared* part = identity.directory().at(*address))
    return declared_who(*part, part->ns, fmt::format("address of {}", in_manifests(*part)));
  if (!identity.directory().is_node(*address)) return std::nullopt;
  return named_who("", "reserved:host", Claim::platform, "address of a node");
}

Found told_range(const Clues& clues, const Identity& identity) {
  const auto address = parse_address(clues.address);
  if (!address) return std::nullopt;
  if (identity.directory().told_outside(*address)) return placed(Who::Place::outside, "address in an --outside range");
  if (!identity.directory().told_inside(*address)) return std::nullopt;
  const std::string name = clues.service.empty() ? to_string(*address) : std::string(clues.service);
  return named_who("", name, Claim::inside, "address in an --inside range");  // each an end of its own
}

Found message_destination(const Clues& clues, const Identity&) {
  if (clues.messaging_system.empty() && clues.destination.empty()) return std::nullopt;
  for (const std::string_view name : {clues.destination, clues.service, clues.messaging_system})
    if (!name.empty()) return named_who("", name, Claim::called_as_broker, "a message names it");
  return std::nullopt;
}

Found store_or_broker(const Clues& clues, const Identity&) {
  if (clues.db_system.empty()) return std::nullopt;
  for (const std::string_view name : {clues.service, clues.host, clues.db_system})
    if (!name.empty()) return named_who("", name, Claim::called_as_store, "called with db.system");
  return std::nullopt;
}

// What a request asks for by a public name may still be answered inside: the address that was dialled says where.
Found outside_host(const Clues& clues, const Identity&) {
  const auto address = parse_address(clues.address);
  if (!public_host(clues.host) || (address && !globally_routable(*address))) return std::nullopt;
  return placed(Who::Place::outside, "public host that no manifest declares");
}

Found outside_address(const Clues& clues, const Identity&) {
  const auto address = parse_address(clues.address);
  if (!address || !globally_routable(*address)) return std::nullopt;
  return placed(Who::Place::outside, "public address that nothing in the inputs claims");
}

Found callers_name(const Clues& clues, const Identity&) {
  if (clues.service.empty()) return std::nullopt;
  return named_who("", clues.service, Claim::named, "its callers name it");
}

Found unresolved_address(const Clues& clues, const Identity&) {
  if (const auto address = parse_address(clues.address))
    return placed(Who::Place::unknown,
                  fmt::format("{} is claimed by no manifest, pod or --inside range", network_of(*address)));
  if (!clues.host.empty()) return placed(Who::Place::unknown, "a host name that neither cluster nor public DNS knows");
  return std::nullopt;
}

Found nobody(const Clues& clues, const Identity&) {
  return placed(Who::Place::unknown, clues.subject == Subject::emitter  ? "spans without a service name"
                                     : clues.subject == Subject::callee ? "the call names nobody"
                                                                        : "the record names nobody");
}

//   looks at                                       emitter end callee
constexpr std::array<IdentityRule, 25> rules{{
    {"name given with --outside", true, true, true, told_outside},
    {"route of a gateway", false, true, false, route_backend},
    {"backend of an ingress controller", false, true, false, ingress_upstream},
    {"workload or pod of the manifests", true, true, false, declared_workload},
    {"service name or label of the manifests", true, true, true, declared_name},
    {"name of a traced service", false, false, true, traced_name},
    {"message's destination", false, false, true, message_destination},
    {"own pod", false, false, true, own_pod},
    {"cluster DNS name", true, true, true, cluster_dns},
    {"service name", true, true, false, service_name},
    {"app label", false, true, false, app_label},
    {"workload name", false, true, false, workload_name},
    {"pod name", true, true, false, pod_name},
    {"reserved identity", false, true, false, reserved_identity},
    {"namespace alone", false, true, false, namespace_only},
    {"address in the manifests", false, true, true, declared_address},
    {"own public host", false, true, true, own_public_host},
    {"short host name", false, true, true, short_host},
    {"address in a range that was given", false, true, true, told_range},
    {"store by its system", false, false, true, store_or_broker},
    {"public host", false, true, true, outside_host},
    {"public address", false, true, true, outside_address},
    {"caller's name for it", false, false, true, callers_name},
    {"unresolved address", false, true, true, unresolved_address},
    {"nothing", true, true, true, nobody},
}};

}  // namespace

std::span<const IdentityRule> identity_rules() { return rules; }

}  // namespace nsew
