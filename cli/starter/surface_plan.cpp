#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"
#include "starter/portable.hpp"

namespace nsew::starter {
namespace {

std::vector<std::string> internal_hosts(const Surface& surface) {
  std::set<std::string> hosts;
  for (const Recorded& op : surface.recorded) {
    if (op.host == HostKind::internal || op.host == HostKind::public_address) hosts.insert(code(op.request.host));
  }
  return {hosts.begin(), hosts.end()};
}

void hosts_unknown(Plan& plan, const Surface& surface) {
  plan.unknown.push_back(
      "No public host name was recorded or declared: the Gateway has no https listener and its routes take any host. A "
      "name, "
      "a certificate and a redirect have to be added before it is public.");
  const auto hosts = internal_hosts(surface);
  if (!hosts.empty()) {
    const std::vector<std::string> some(hosts.begin(), hosts.begin() + std::min<std::size_t>(hosts.size(), 5));
    plan.unknown.push_back(
        fmt::format("Recorded, but no public names: {}{}", join(some, ", "), hosts.size() > 5 ? ", …" : ""));
  }
}

void expressions(Plan& plan, const Surface& surface) {
  for (const SurfaceHost& host : surface.hosts) {
    for (const SurfaceRule& rule : host.rules) {
      if (rule.match.path_type == "RegularExpression") {
        plan.yours.push_back(
            fmt::format("The expression {} is taken over as it is; its dialect is the implementation's, and the replay "
                        "compares only the part before its first special character.",
                        code(rule.match.path)));
      }
    }
  }
}

void ports_from_traffic(Plan& plan, const Surface& surface) {
  for (const Member* member : surface.backends()) {
    if (member->service == nullptr) {
      plan.yours.push_back(
          fmt::format("No manifest has a Service for {}: name and port are those that traffic shows; check that such a "
                      "Service exists.",
                      code(member->id)));
    }
  }
}

void thin_rules(Plan& plan, const Surface& surface) {
  for (const SurfaceHost& host : surface.hosts) {
    for (const SurfaceRule& rule : host.rules) {
      const Stats* stats = rule.best();
      if (stats != nullptr && stats->latency.count() >= enough_calls) continue;
      plan.unknown.push_back(
          fmt::format("No timeout for {}: {} calls with a duration were recorded, fewer than {}.",
                      code(rule.match.method + (rule.match.method.empty() ? "" : " ") + host.host + rule.match.path),
                      stats == nullptr ? 0 : stats->latency.count(), enough_calls));
    }
  }
}

void slow_rules(Plan& plan, const Surface& surface) {
  for (const SurfaceHost& host : surface.hosts) {
    for (const SurfaceRule& rule : host.rules) {
      const Stats* stats = rule.best();
      if (stats == nullptr || stats->latency.count() < enough_calls || timeout_seconds(stats->latency)) continue;
      plan.unknown.push_back(fmt::format("No timeout for {}: its slowest calls would need more than 60 s.",
                                         code(host.host + rule.match.path)));
    }
  }
}

bool is_asked_for(const SurfaceHost& host, const Surface& surface) {
  return std::any_of(surface.answered.begin(), surface.answered.end(), [&](const Recorded& op) {
    return !op.request.host.empty() && host_rank(host.host, op.request.host).has_value();
  });
}

void unused_hosts(Plan& plan, const Surface& surface, bool traffic) {
  std::vector<std::string> declared;
  for (const SurfaceHost& host : surface.hosts) {
    if (host.why == "recorded" || host.calls > 0 || host.host.empty() || is_asked_for(host, surface)) continue;
    declared.push_back(code(host.host));
    if (surface.hosts_recorded())
      plan.yours.push_back(
          fmt::format("{} is {}, but no recorded call used it: drop it if nobody does.", code(host.host), host.why));
  }
  if (!surface.hosts_recorded() && !declared.empty())
    plan.unknown.push_back(
        fmt::format("Whether anybody uses {}: {}.", join(declared, ", "),
                    traffic ? "the recording carries no hosts, so it cannot tell" : "no traffic was recorded"));
}

std::string proposal(const Inventory& inventory, const std::string& host) {
  for (const Route& route : inventory.routes) {
    const bool names_it = std::any_of(route.hosts.begin(), route.hosts.end(),
                                      [&](const std::string& name) { return host_of(name) == host; });
    if (route.tls && names_it)
      return fmt::format("The name is a proposal: {} at {} declares TLS and names no Secret that could be taken over.",
                         code(route.object.kind + " " + route.object.name), place_of(route.object.where));
  }
  return "The name is a proposal.";
}

// A Secret is read in the namespace of its Gateway only, so that today's has to be copied.
void certificates(Plan& plan, const Inventory& inventory, const Site& site) {
  for (const Listener& listener : site.listeners) {
    const std::string from = !listener.declared ? proposal(inventory, listener.host)
                             : listener.declared->ns.empty()
                                 ? fmt::format("Copy the one that {} names.", listener.declared->says)
                                 : fmt::format("Copy the one that {} names from the namespace {}.",
                                               listener.declared->says, code(listener.declared->ns));
    plan.yours.push_back(fmt::format("A `kubernetes.io/tls` Secret {} in {} for {}. {}", code(listener.secret),
                                     code(site.ns), code(listener.host), from));
  }
}

void old_gateways(Plan& plan, const CallGraph& graph) {
  for (const auto& [id, node] : graph.nodes) {
    if (node.kind == NodeKind::gateway) {
      plan.yours.push_back(fmt::format(
          "{} is the gateway of today and stays as it is: take its public address away once it sees no request.",
          code(id)));
    }
  }
}

}  // namespace

void plan_the_surface(Bundle& bundle, const Surface& surface, const Site& site) {
  Plan& plan = bundle.plan;
  certificates(plan, bundle.assessment().picture.inventory, site);
  if (site.listeners.empty()) hosts_unknown(plan, surface);
  old_gateways(plan, bundle.assessment().picture.graph);
  unused_hosts(plan, surface, !bundle.assessment().picture.graph.edges.empty());
  plan_the_answered(bundle, surface);
  ports_from_traffic(plan, surface);
  expressions(plan, surface);
  thin_rules(plan, surface);
  slow_rules(plan, surface);
  plan.unknown.insert(plan.unknown.end(), surface.gaps.begin(), surface.gaps.end());
  plan.unknown.push_back(
      "Whether a path streams (WebSocket, server-sent events, gRPC streams): remove its timeout where one does.");
  plan.unknown.push_back(
      "Authentication: no recording here says which calls carried credentials, so none is asked for.");
}

}  // namespace nsew::starter
