#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"
#include "starter/surface.hpp"

namespace nsew::starter {
namespace {

constexpr std::size_t most_splits = 4;

std::optional<RouteTarget> target_of(const std::string& backend, const Members& members,
                                     std::vector<std::string>& gaps) {
  const Member* member = members.find(backend);
  const auto port = member == nullptr ? std::nullopt : call_port(*member);
  if (port) return RouteTarget{member, *port, {}};
  const bool declared = member != nullptr && member->service != nullptr;
  gaps.push_back(declared ? code(backend) + " has several ports and no call says which one is public: no route to it"
                          : "the port of " + code(backend) + " is in no manifest and no recorded call: no route to it");
  return {};
}

SurfaceRule made(Match match, const RouteTarget& target, bool grpc) {
  SurfaceRule rule;
  rule.match = std::move(match);
  rule.grpc = grpc;
  rule.targets = {target};
  rule.why = "recorded";
  return rule;
}

std::string first_segment(const std::string& path) {
  const std::string literal = literal_prefix(path);
  return literal.substr(0, literal.find('/', 1));
}

// The literal paths of one host and who answered them.
using Reached = std::map<std::string, std::map<std::string, std::uint64_t>>;  // path -> backend -> calls

Reached reached_by(const std::vector<const Recorded*>& recorded, const std::set<std::string>& split_segments) {
  Reached reached;
  for (const Recorded* op : recorded) {
    const std::string segment = first_segment(op->request.path);
    const std::string path = split_segments.count(segment) != 0 ? literal_prefix(op->request.path) : segment;
    reached[path][op->backend] += op->stats.calls.observed();
  }
  return reached;
}

std::set<std::string> contested(const Reached& reached) {
  std::set<std::string> out;
  for (const auto& [path, backends] : reached) {
    if (backends.size() > 1) out.insert(path);
  }
  return out;
}

const std::string& busiest(const std::map<std::string, std::uint64_t>& backends) {
  return std::max_element(backends.begin(), backends.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

// "/" of several backends is only the page itself, unless the recording shows variable segments right below it.
Match match_of(const std::string& path, const std::vector<const Recorded*>& recorded) {
  const bool below = path != "/" || std::any_of(recorded.begin(), recorded.end(), [](const Recorded* op) {
                       return literal_prefix(op->request.path) == "/" && op->request.path != "/";
                     });
  return {below ? "PathPrefix" : "Exact", path, ""};
}

std::vector<SurfaceRule> by_path(const std::vector<const Recorded*>& recorded, const Members& members, bool grpc,
                                 std::vector<std::string>& gaps) {
  const Reached reached = reached_by(recorded, contested(reached_by(recorded, {})));
  std::vector<SurfaceRule> rules;
  for (const auto& [path, backends] : reached) {
    const std::string& backend = busiest(backends);
    if (backends.size() > 1) {
      gaps.push_back(fmt::format("{} was answered by {} services; the route goes to {}, which answered most",
                                 code(path), backends.size(), code(backend)));
    }
    if (!is_route_path(path)) {
      gaps.push_back(fmt::format("the path {} was recorded, but no route may carry it: not written", code(path)));
    } else if (const auto target = target_of(backend, members, gaps)) {
      rules.push_back(made(match_of(path, recorded), *target, grpc));
    }
  }
  return rules;
}

// The recorded calls of a rule that change something, by method and path.
using Writes = std::map<Match, LatencySketch>;

struct Shares {
  Writes writes;
  LatencySketch rest;
};

bool is_write_with_path(const Recorded& op) {
  return !is_safe(op.key) && !op.key.method.empty() && op.key.protocol != "grpc" && !op.request.path.empty() &&
         !has_variable(op.request.path) && is_route_path(op.request.path) && op.request.path != "/";
}

Shares shares_of(std::vector<SurfaceRule>& rules, std::size_t index, const std::vector<const Recorded*>& recorded) {
  Shares shares;
  for (const Recorded* op : recorded) {
    if (rule_for(rules, op->request) != &rules[index] || op->source != rules[index].best_source()) continue;
    const bool write = is_write_with_path(*op) && op->stats.latency.count() >= enough_calls;
    (write ? shares.writes[{"PathPrefix", op->request.path, op->key.method}] : shares.rest).merge(op->stats.latency);
  }
  return shares;
}

}  // namespace

const Stats* SurfaceRule::best() const {
  const auto at = seen.find(best_source());
  return at == seen.end() ? nullptr : &at->second;
}

// Traces saw the caller's side; a log stands in where they are thin.
Source SurfaceRule::best_source() const {
  const auto traces = seen.find(Source::traces), logs = seen.find(Source::request_logs);
  if (traces == seen.end() && logs == seen.end()) return seen.empty() ? Source::traces : seen.begin()->first;
  if (logs == seen.end()) return Source::traces;
  if (traces == seen.end()) return Source::request_logs;
  return traces->second.observed >= enough_calls || traces->second.observed >= logs->second.observed
             ? Source::traces
             : Source::request_logs;
}

SurfaceRule* rule_for(std::vector<SurfaceRule>& rules, const Request& request) {
  SurfaceRule* best = nullptr;
  std::optional<Rank> best_rank;
  for (SurfaceRule& rule : rules) {
    const auto found = rank(rule.match, request);
    if (found && (!best_rank || *found > *best_rank)) best = &rule, best_rank = found;
  }
  return best;
}

void count(std::vector<SurfaceRule>& rules, const std::vector<const Recorded*>& recorded) {
  for (SurfaceRule& rule : rules) rule.seen.clear();
  for (const Recorded* op : recorded) {
    if (SurfaceRule* rule = rule_for(rules, op->request)) rule->seen[op->source].add(op->key, op->stats);
  }
}

// One target: everything below "/" went there, as it does today. Several: only what was seen.
std::vector<SurfaceRule> recorded_rules(const std::vector<const Recorded*>& recorded, const Members& members,
                                        bool catch_all, std::vector<std::string>& gaps) {
  std::vector<const Recorded*> web, rpc;
  std::set<std::string> backends;
  for (const Recorded* op : recorded) {
    (op->key.protocol == "grpc" ? rpc : web).push_back(op);
    if (op->key.protocol != "grpc") backends.insert(op->backend);
  }
  std::vector<SurfaceRule> rules;
  if (catch_all && backends.size() == 1) {
    if (const auto target = target_of(*backends.begin(), members, gaps))
      rules = {made({"PathPrefix", "/", ""}, *target, false)};
  } else {
    rules = by_path(web, members, false, gaps);
  }
  for (SurfaceRule& rule : by_path(rpc, members, true, gaps)) {
    rule.match.method = "POST";
    const bool covered =
        rules.size() == 1 && rules[0].match.path == "/" && rules[0].targets[0].member == rule.targets[0].member;
    if (!covered) rules.push_back(std::move(rule));
  }
  return rules;
}

// A write that takes longer than its neighbours gets a rule of its own: a longer timeout for it alone, and no retries.
void split_slow_writes(std::vector<SurfaceRule>& rules, const std::vector<const Recorded*>& recorded) {
  std::vector<SurfaceRule> extra;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].grpc || rules[i].match.path_type != "PathPrefix" || !rules[i].match.method.empty()) continue;
    const Shares shares = shares_of(rules, i, recorded);
    const auto usual = timeout_seconds(shares.rest);
    std::size_t splits = 0;
    for (const auto& [match, latency] : shares.writes) {
      const auto own = timeout_seconds(latency);
      if (!usual || !own || *own <= *usual || splits++ >= most_splits) continue;
      SurfaceRule rule = rules[i];
      rule.match = match;
      rule.why = "recorded: slower than its neighbours and changes something";
      extra.push_back(std::move(rule));
    }
  }
  rules.insert(rules.end(), extra.begin(), extra.end());
}

}  // namespace nsew::starter
