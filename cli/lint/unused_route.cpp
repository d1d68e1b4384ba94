#include <algorithm>

#include "base/text.hpp"
#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

using Recorded = std::map<std::string, RecordedHost>;

bool was_called(const std::string& declared, const Recorded& recorded) {
  return std::ranges::any_of(recorded, [&](const auto& entry) { return host_covers(declared, entry.first); });
}

bool below(std::string_view path, std::string_view prefix) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// A recorded route is a path or a template ("/cart/{id}"), so that an exact path may show as one that it fits into.
bool could_hit(const RouteRule& rule, std::string_view recorded) {
  if (rule.path.empty() || rule.path_type == "RegularExpression" || recorded.empty()) return true;
  if (recorded.find_first_of("{:*<") != std::string_view::npos)
    recorded = recorded.substr(0, recorded.find_first_of("{:*<"));
  return below(recorded, rule.path) || (rule.path_type == "Exact" && below(rule.path, recorded));
}

bool was_called(const RouteRule& rule, const Route& route, const Recorded& recorded) {
  return std::ranges::any_of(recorded, [&](const auto& entry) {
    const bool host = route.hosts.empty() || std::ranges::any_of(route.hosts, [&](const std::string& declared) {
                        return host_covers(declared, entry.first);
                      });
    return host && std::ranges::any_of(entry.second.calls_by_route,
                                       [&](const auto& called) { return could_hit(rule, called.first); });
  });
}

void add_hosts(const Route& route, const Recorded& recorded, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < route.hosts.size(); ++i) {
    if (was_called(route.hosts[i], recorded)) continue;
    const Location where = i < route.host_places.size() ? route.host_places[i] : route.object.where;
    findings.push_back(about(route.object, where,
                             "no recorded call went to host " + route.hosts[i] + " of " + shown(route.object),
                             "host " + route.hosts[i]));
  }
}

// Only beside a rule of the same route that was called: then paths were recorded in this route's words.
void add_rules(const Route& route, const Recorded& recorded, std::vector<Finding>& findings) {
  const auto called = [&](const RouteRule& rule) { return was_called(rule, route, recorded); };
  if (std::ranges::none_of(route.rules, called)) return;
  for (const RouteRule& rule : route.rules)
    if (!called(rule))
      findings.push_back(about(route.object, rule.where,
                               "no recorded call went to path " + rule.path + " of " + shown(route.object),
                               "path " + rule.path_type + " " + rule.path));
}

bool any_declared_host_was_called(const Assessment& assessment, const Recorded& recorded) {
  return std::ranges::any_of(edge_routes(assessment), [&](const Route* route) {
    return std::ranges::any_of(route->hosts, [&](const std::string& host) { return was_called(host, recorded); });
  });
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  const Recorded recorded = recorded_hosts(assessment);
  for (const Route* route : edge_routes(assessment)) {
    add_hosts(*route, recorded, findings);
    add_rules(*route, recorded, findings);
  }
  return findings;
}

bool applies(const Assessment& assessment) {
  return has_traffic(assessment) && any_declared_host_was_called(assessment, recorded_hosts(assessment));
}

}  // namespace

const Check unused_route{
    .code = "NSEW0302",
    .name = "unused-route",
    .level = Severity::warning,
    .summary = "a declared host or path that no recorded call went to",
    .page = R"(A host or a path is declared at the edge, and in all of the recorded traffic nobody asked for it. Either
the recording is too short or was taken elsewhere, or the route is left over from something that has
moved. Routes that nobody uses are still doors: they stay in certificates, in firewall rules and in what a
migration has to carry over.

nsew speaks up only where it can compare: at least one declared host must appear in the recorded calls, so
that the recording is known to hold public host names. A path is reported only where another path of the
same route was called, and a recorded template such as /cart/{id} counts as a hit for everything that it
may stand for.)",
    .remedy = "record a longer window, or delete the host or path if it is no longer wanted",
    .applies = applies,
    .run = run};

}  // namespace nsew
