#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "starter/names.hpp"
#include "starter/portable.hpp"

namespace nsew::starter {
namespace {

constexpr std::size_t most_rules = 16;  // of one route, by the API

bool is_rpc_only(const SurfaceHost& host) {
  return std::all_of(host.rules.begin(), host.rules.end(), [](const SurfaceRule& rule) { return rule.grpc; });
}

// One namespace per route, so that no ReferenceGrant is needed.
SurfaceRule in_one_namespace(SurfaceRule rule) {
  const std::string ns = rule.targets.front().member->ns;
  const auto elsewhere = [&](const RouteTarget& target) { return target.member->ns != ns; };
  rule.targets.erase(std::remove_if(rule.targets.begin(), rule.targets.end(), elsewhere), rule.targets.end());
  return rule;
}

bool goes_first(const SurfaceRule& a, const SurfaceRule& b) {
  const auto key = [](const SurfaceRule& r) {
    return std::tuple(r.match.path_type != "Exact", -static_cast<long>(r.match.path.size()), r.match.method.empty(),
                      r.match);
  };
  return key(a) < key(b);
}

std::string name_of_rule(const SurfaceRule& rule) {
  const std::string path = rule.match.path == "/" ? "all" : rule.match.path;
  return rule.grpc ? path : rule.match.method + "-" + path;
}

std::string what_of(const SurfaceHost& host, const SurfaceRule& rule) {
  return fmt::format("calls from outside to {}{}{}{}", rule.match.method, rule.match.method.empty() ? "" : " ",
                     host.host, rule.match.path);
}

std::string declared_evidence(Bundle& bundle, const SurfaceHost& host, const SurfaceRule& rule) {
  Json backends = Json::array();
  for (const RouteTarget& target : rule.targets) backends.push_back(target.member->id);
  return bundle.evidence(what_of(host, rule), {{"observed", 0}, {"backends", backends}}, rule.why);
}

using RouteKey = std::pair<std::string, std::string>;  // kind and namespace

std::string wanted_name(const Surface& surface, const SurfaceHost& host, const std::string& ns) {
  std::set<std::string> backends;
  for (const SurfaceRule& rule : host.rules) {
    for (const RouteTarget& target : rule.targets) {
      if (target.member->ns == ns) backends.insert(target.member->name);
    }
  }
  if (backends.size() == 1 && surface.hosts.size() == 1) return *backends.begin();
  return host.host.empty() ? "public" : host.host;
}

Json match_json(const SurfaceRule& rule, bool rpc) {
  if (rpc) {
    const std::string path = rule.match.path.substr(1);
    const auto slash = path.find('/');
    Json method{{"type", "Exact"}, {"service", path.substr(0, slash)}};
    if (slash != std::string::npos && slash + 1 < path.size()) method["method"] = path.substr(slash + 1);
    return {{"method", method}};
  }
  Json match{{"path", {{"type", rule.match.path_type}, {"value", rule.match.path}}}};
  if (!rule.match.method.empty()) match["method"] = rule.match.method;
  return match;
}

Json backends_json(const SurfaceRule& rule) {
  Json list = Json::array();
  for (const RouteTarget& target : rule.targets) {
    Json backend{{"name", target.member->name}, {"port", target.port.number}};
    if (target.weight) backend["weight"] = *target.weight;
    list.push_back(std::move(backend));
  }
  return list;
}

Json rule_json(const WrittenRule& written, bool rpc) {
  Json rule = Json::object();
  rule[note(written.rule.why + (written.evidence.empty() ? "" : " (" + written.evidence + ")"))] = nullptr;
  rule["name"] = written.name;
  if (!rpc || written.rule.match.path != "/") rule["matches"] = Json::array({match_json(written.rule, rpc)});
  rule["backendRefs"] = backends_json(written.rule);
  const Stats* stats = written.rule.best();
  const auto timeout = rpc || stats == nullptr ? std::nullopt : timeout_of(*stats, written.evidence);
  if (timeout) rule["timeouts"] = {{note(timeout->first), nullptr}, {"request", fmt::format("{}s", timeout->second)}};
  return rule;
}

Json route_json(const WrittenRule& first, const Site& site, Json rules) {
  Json spec{{"parentRefs",
             Json::array({{{"name", site.name}, {"namespace", site.ns}, {"sectionName", site.section(first.host)}}})}};
  if (!first.host.empty()) spec["hostnames"] = Json::array({first.host});
  spec["rules"] = std::move(rules);
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", first.kind},
          {"metadata", {{"name", first.route}, {"namespace", first.ns}}},
          {"spec", spec}};
}

}  // namespace

std::vector<WrittenRule> named_rules(Bundle& bundle, const Surface& surface) {
  std::vector<WrittenRule> out;
  std::map<RouteKey, std::set<std::string>> taken;
  for (const SurfaceHost& host : surface.hosts) {
    std::vector<SurfaceRule> rules;
    for (const SurfaceRule& rule : host.rules) rules.push_back(in_one_namespace(rule));
    std::stable_sort(rules.begin(), rules.end(), goes_first);
    const std::string kind = is_rpc_only(host) ? "GRPCRoute" : "HTTPRoute";
    struct Open {
      std::string name;
      std::size_t rules = 0;
      std::set<std::string> rule_names;
    };
    std::map<std::string, Open> open;  // by namespace
    for (SurfaceRule& rule : rules) {
      const std::string ns = rule.targets.front().member->ns;
      Open& route = open[ns];
      if (route.name.empty() || route.rules == most_rules) {
        route = {unique_label(wanted_name(surface, host, ns), taken[{kind, ns}]), 0, {}};
      }
      ++route.rules;
      const Stats* stats = rule.best();
      const std::string id = stats == nullptr ? declared_evidence(bundle, host, rule)
                                              : evidence_of(bundle, what_of(host, rule), *stats, rule.best_source());
      const std::string name = unique_label(name_of_rule(rule), route.rule_names);
      out.push_back({kind, ns, route.name, name, host.host, std::move(rule), id});
    }
  }
  return out;
}

std::vector<Json> route_documents(const std::vector<WrittenRule>& rules, const Site& site) {
  std::map<std::tuple<std::string, std::string, std::string>, std::pair<const WrittenRule*, Json>> routes;
  for (const WrittenRule& rule : rules) {
    auto& [first, list] = routes[{rule.ns, rule.route, rule.kind}];
    if (first == nullptr) first = &rule, list = Json::array();
    list.push_back(rule_json(rule, rule.kind == "GRPCRoute"));
  }
  std::vector<Json> documents;
  for (auto& [key, route] : routes) documents.push_back(route_json(*route.first, site, std::move(route.second)));
  return documents;
}

std::string evidence_of(Bundle& bundle, const std::string& what, const Stats& stats, Source source) {
  Json value{{"calls", std::llround(stats.calls)}, {"observed", stats.observed}};
  const auto rounded = [](double x) { return std::round(x * 1000) / 1000; };
  for (const auto& [name, q] : {std::pair("p50_ms", 0.5), std::pair("p99_ms", 0.99), std::pair("p999_ms", 0.999)}) {
    if (const auto ms = stats.latency.quantile_ms(q)) value[name] = rounded(*ms);
  }
  if (stats.calls > 0) value["safe_share"] = rounded(stats.safe_calls / stats.calls);
  if (stats.peak_rate() > 0) value["peak_per_second"] = rounded(stats.peak_rate());
  return bundle.evidence(what, value, std::string(name_of(source)));
}

std::optional<std::pair<std::string, int>> timeout_of(const Stats& stats, const std::string& evidence) {
  const auto seconds = timeout_seconds(stats.latency);
  if (!seconds) return {};
  const double p99 = stats.latency.quantile_ms(0.99).value_or(0), p999 = stats.latency.quantile_ms(0.999).value_or(0);
  return std::pair(
      fmt::format("{}: p99 {:.0f} ms, p99.9 {:.0f} ms of {} calls: max(3 x p99, 2 x p99.9) = {:.2f} s, next step {} s",
                  evidence, p99, p999, stats.latency.count(), std::max(3 * p99, 2 * p999) / 1000, *seconds),
      *seconds);
}

}  // namespace nsew::starter
