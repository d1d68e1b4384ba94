#include "starter/gateway_plan.hpp"

#include <fmt/format.h>

#include "starter/names.hpp"

namespace nsew::starter {
namespace {

std::string verdict_of(const Verdict& verdict) {
  if (verdict.outcome.empty()) return {};
  const std::string lean = verdict.lean.empty() ? "" : fmt::format(", leaning to {}", verdict.lean);
  return fmt::format("nsew's verdict on the same input: **{}**{} (confidence {}).", verdict.outcome, lean,
                     verdict.confidence);
}

std::string read_from(const Picture& picture) {
  if (picture.graph.edges.empty())
    return "Starter configuration, written from manifests; no traffic was recorded. Hosts, paths and backends are "
           "those "
           "that were declared; what could not be known is listed at the end and not written.";
  return "Starter configuration, written from recorded traffic and manifests. Hosts, paths, backends and callers are "
         "those that were recorded or declared; what could not be known is listed at the end and not written.";
}

// Goes into a shell command: only characters that no shell reads.
std::string example_path(const SurfaceHost& host) {
  constexpr std::string_view quiet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._~-";
  if (host.rules.empty() || host.rules.front().match.path_type == "RegularExpression") return "/";
  const std::string& path = host.rules.front().match.path;
  return path.find_first_not_of(quiet) == std::string::npos ? path : "/";
}

}  // namespace

void plan_the_start(Bundle& bundle, const std::string& title, const Members& members) {
  Plan& plan = bundle.plan;
  plan.title = "Plan: " + title;
  plan.lead.push_back(read_from(bundle.assessment().picture));
  const std::string verdict = verdict_of(bundle.assessment().verdict);
  if (!verdict.empty()) plan.lead.push_back(verdict);
  if (members.namespace_assumed) {
    plan.assumed.push_back(fmt::format(
        "Namespace `{0}`: some inputs name none, and kubectl puts such objects there. If yours run elsewhere: "
        "`grep -rn {0} .`",
        assumed_namespace));
  }
}

void check_the_gateway(Bundle& bundle, const Surface& surface, const Site& site) {
  auto& lines = bundle.plan.commands;
  lines.push_back(
      fmt::format("kubectl -n {} wait gateway/{} --for=condition=Programmed --timeout=5m", site.ns, site.name));
  lines.push_back(
      "kubectl get httproute,grpcroute -A -o json | jq -r '.items[]|.metadata.name as $n|.status.parents[].conditions[]"
      "|select(.status!=\"True\")|[$n,.type,.reason,.message]|@tsv'   # must print nothing");
  lines.push_back(fmt::format("GW=$(kubectl -n {} get gateway {} -o jsonpath='{{.status.addresses[0].value}}')",
                              site.ns, site.name));
  for (const SurfaceHost& host : surface.hosts) {
    const bool wild = host.host.substr(0, 2) == "*.";
    if (lines.size() > 12 || wild) continue;
    if (host.host.empty()) {
      lines.push_back(
          fmt::format("curl -sS -o /dev/null -w '%{{http_code}}\\n' \"http://$GW\"'{}'", example_path(host)));
    } else {
      lines.push_back(fmt::format("curl -sS -o /dev/null -w '%{{http_code}}\\n' --resolve {0}:443:$GW 'https://{0}{1}'",
                                  host.host, example_path(host)));
      lines.push_back(
          fmt::format("curl -sS -o /dev/null -w '%{{http_code}} %{{redirect_url}}\\n' -H 'Host: {0}' http://$GW/   # "
                      "301 https://{0}/",
                      host.host));
    }
  }
}

std::vector<StarterFile> nothing_enters(Bundle& bundle, const Surface& surface) {
  bundle.plan.unknown = surface.gaps;
  plan_the_answered(bundle, surface);
  const std::string why =
      surface.recorded.empty()
          ? "What enters the system: no recorded call from outside reached a service, and no Ingress, route or public "
            "Service is declared. Record at the edge, or add the manifests that declare it."
          : "Where to send what enters the system: calls from outside were recorded, but no route could be written for "
            "any of them. Add the manifests of the services that they reach.";
  bundle.plan.unknown.insert(bundle.plan.unknown.begin(), why);
  return bundle.finish();
}

}  // namespace nsew::starter
