// The recorded calls against the routes that were written, read back from their text: what is lost here is lost for
// users.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "starter/names.hpp"
#include "starter/surface.hpp"
#include "starter/target.hpp"

namespace nsew {
namespace starter {
namespace {

struct WrittenMatch {
  std::vector<std::string> hosts;  // empty: any
  Match match;
  std::set<std::string> backends;  // "namespace/service"; empty: answered by the gateway itself
  std::string place;               // for ties: namespace/name, then the rule's order
};

std::string word(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>("") : std::string();
}

bool hangs_on_gateway(const YAML::Node& spec) {
  for (const YAML::Node& parent : spec["parentRefs"]) {
    const std::string kind = word(parent, "kind");
    if (kind.empty() || kind == "Gateway") return true;
  }
  return false;
}

Match match_of(const YAML::Node& node, bool rpc) {
  if (rpc) {
    const YAML::Node method = node["method"];
    const std::string name = word(method, "method");
    return {name.empty() ? "PathPrefix" : "Exact", "/" + word(method, "service") + (name.empty() ? "" : "/" + name),
            ""};
  }
  const YAML::Node path = node["path"];
  const std::string type = path ? word(path, "type") : "";
  const std::string value = path ? word(path, "value") : "";
  return {type.empty() ? "PathPrefix" : type, value.empty() ? "/" : value, word(node, "method")};
}

void read_rule(const YAML::Node& rule, bool rpc, WrittenMatch base, std::vector<WrittenMatch>& out) {
  const std::string ns = base.place.substr(0, base.place.find('/'));
  for (const YAML::Node& backend : rule["backendRefs"]) {
    const std::string other = word(backend, "namespace");
    base.backends.insert((other.empty() ? ns : other) + "/" + word(backend, "name"));
  }
  if (!rule["matches"] || rule["matches"].size() == 0) {
    base.match = {"PathPrefix", "/", ""};
    out.push_back(base);
  }
  for (const YAML::Node& match : rule["matches"]) {
    base.match = match_of(match, rpc);
    out.push_back(base);
  }
}

bool is_redirect_listener(const YAML::Node& spec) {
  for (const YAML::Node& rule : spec["rules"]) {
    for (const YAML::Node& filter : rule["filters"]) {
      if (word(filter, "type") == "RequestRedirect") return true;
    }
  }
  return false;
}

void read_document(const std::string& text, std::vector<WrittenMatch>& out) {
  const YAML::Node document = YAML::Load(text);
  const std::string kind = document.IsMap() ? word(document, "kind") : "";
  if (kind != "HTTPRoute" && kind != "GRPCRoute") return;
  const YAML::Node spec = document["spec"];
  if (!hangs_on_gateway(spec) || is_redirect_listener(spec)) return;
  WrittenMatch base;
  base.place = word(document["metadata"], "namespace") + "/" + word(document["metadata"], "name");
  for (const YAML::Node& host : spec["hostnames"]) base.hosts.push_back(host.as<std::string>(""));
  for (const YAML::Node& rule : spec["rules"]) read_rule(rule, kind == "GRPCRoute", base, out);
}

std::vector<WrittenMatch> routes_in(std::span<const StarterFile> files) {
  std::vector<WrittenMatch> out;
  for (const StarterFile& file : files) {
    if (file.path.size() < 5 || file.path.substr(file.path.size() - 5) != ".yaml" ||
        file.text.find("Route\n") == std::string::npos)
      continue;
    std::size_t at = 0;
    while (at < file.text.size()) {
      const std::size_t end = std::min(file.text.find("\n---\n", at), file.text.size());
      read_document(file.text.substr(at, end - at), out);
      at = end + 5;
    }
  }
  const auto by_place = [](const WrittenMatch& a, const WrittenMatch& b) { return a.place < b.place; };
  std::stable_sort(out.begin(), out.end(), by_place);
  return out;
}

// With a host: the rules of the most specific hostname first, as a gateway does. Without: any rule may be the one.
const WrittenMatch* taken_by(const std::vector<WrittenMatch>& routes, const Request& request, bool any_host) {
  const WrittenMatch* best = nullptr;
  std::pair<std::size_t, Rank> best_rank;
  for (const WrittenMatch& route : routes) {
    std::optional<std::size_t> host;
    if (route.hosts.empty() || any_host) host = 0;
    for (const std::string& pattern : route.hosts) {
      if (const auto found = any_host ? std::nullopt : host_rank(pattern, request.host))
        host = std::max(host.value_or(0), *found);
    }
    const auto found = host ? rank(route.match, request) : std::nullopt;
    if (found && (best == nullptr || std::pair(*host, *found) > best_rank)) best = &route, best_rank = {*host, *found};
  }
  return best;
}

bool names_public_host(const Recorded& op) {
  return op.host == HostKind::public_name || op.host == HostKind::public_address;
}

// Traces and a log may have seen the same calls: of each operation the source that saw most. Connections ask for
// nothing that a route could match.
std::vector<Recorded> requests_of(const Picture& picture, const Members& members) {
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Recorded> most;
  for (Recorded& op : recorded_calls(picture, members)) {
    if (op.source == Source::flows && op.key == OperationKey{}) continue;
    Recorded& kept = most[{op.backend, op.request.host, op.request.method, op.request.path}];
    if (kept.stats.calls.observed() < op.stats.calls.observed()) kept = std::move(op);
  }
  std::vector<Recorded> out;
  for (auto& [key, op] : most) out.push_back(std::move(op));
  return out;
}

std::string shown(const Recorded& op) {
  return fmt::format("{}{}{}{}", op.request.method, op.request.method.empty() ? "" : " ", op.request.host,
                     op.request.path);
}

struct Judged {
  bool routed = false;
  std::string why;  // when lost
};

Judged judge(const std::vector<WrittenMatch>& routes, const Recorded& op, const Members& members, bool any_host) {
  const WrittenMatch* route = taken_by(routes, op.request, any_host);
  if (route == nullptr) return {false, "no rule takes it"};
  const Member* member = members.find(op.backend);
  const std::string backend = member == nullptr ? op.backend : member->ns + "/" + member->name;
  if (route->backends.empty()) return {false, "the gateway answers it itself"};
  if (route->backends.count(backend) != 0) return {true, {}};
  return {false, "it would reach " + *route->backends.begin() + " instead of " + backend};
}

// Of what cannot be replayed, how much there was: units differ between sources, so the source that saw most.
void count_the_rest(const Picture& picture, const Members& members, Replay& result) {
  const std::set<std::string> gateways = chosen_gateways(picture, members);
  for (const auto& [key, edge] : picture.graph.edges) {
    const bool at_gateway = key.cls == CallClass::north_south && gateways.count(key.to) != 0;
    if (!at_gateway && !is_chosen_entry(picture, members, key)) continue;
    std::uint64_t connections = 0;
    for (const auto& [source, seen] : edge.seen) {
      const bool nameless = seen.operations.empty() || seen.operations.begin()->first == OperationKey{};
      if (nameless) connections = std::max(connections, seen.calls.observed());
    }
    result.connections += connections;
  }
  for (const Recorded& op : answered_calls(picture, members)) result.answered += op.stats.calls.observed();
}

}  // namespace

std::vector<std::string> destinations(std::span<const StarterFile> files, const std::vector<Recorded>& ops) {
  const std::vector<WrittenMatch> routes = routes_in(files);
  std::vector<std::string> out;
  out.reserve(ops.size());
  for (const Recorded& op : ops) {
    const WrittenMatch* route = taken_by(routes, op.request, false);
    if (route == nullptr)
      out.emplace_back("-");
    else
      out.push_back(join({route->backends.begin(), route->backends.end()}, ", "));
  }
  return out;
}

}  // namespace starter

Replay replay(const Assessment& assessment, std::span<const StarterFile> files) {
  using namespace starter;
  const Members members = members_of(assessment.picture);
  const std::vector<WrittenMatch> routes = routes_in(files);
  const bool any_host =
      std::any_of(routes.begin(), routes.end(), [](const WrittenMatch& route) { return route.hosts.empty(); });
  Replay result;
  std::map<std::string, std::uint64_t> lost;
  for (const Recorded& op : requests_of(assessment.picture, members)) {
    const std::uint64_t calls = op.stats.calls.observed();
    const bool hostless = !any_host && !names_public_host(op);
    const Judged judged = judge(routes, op, members, hostless);
    result.calls += calls;
    if (hostless)
      result.without_host += calls;
    else if (judged.routed)
      result.matched += calls;
    if (!judged.routed && !hostless) lost[shown(op) + ": " + judged.why] += calls;
  }
  count_the_rest(assessment.picture, members, result);
  for (const auto& [what, calls] : lost) result.lost.push_back(fmt::format("{} ({} calls)", what, calls));
  return result;
}

}  // namespace nsew
