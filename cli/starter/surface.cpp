#include "starter/surface.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

class Builder {
 public:
  Builder(const Picture& picture, const Members& members) : picture_(picture), members_(members) {
    surface_.recorded = recorded_calls(picture, members);
    surface_.answered = answered_calls(picture, members);
    declared_ = declared_hosts(picture, members, surface_.gaps);
  }

  Surface build() {
    name_hosts();
    if (surface_.hosts.empty() && (!surface_.recorded.empty() || declared_.count("") != 0))
      surface_.hosts.push_back({});
    for (SurfaceHost& host : surface_.hosts) fill(host);
    open_doors();
    drop_empty();
    unreachable();
    tidy_gaps();
    return std::move(surface_);
  }

 private:
  void name_hosts() {
    std::map<std::string, SurfaceHost> hosts;
    for (const auto& [name, declared] : declared_) {
      if (!name.empty()) hosts[name] = {name, declared.why, 0, {}};
    }
    for (const Recorded& op : surface_.recorded) {
      const HostKind kind = op.host;
      if (kind == HostKind::public_name && !is_route_host(op.request.host)) {
        surface_.gaps.push_back(fmt::format("the recorded host {} is no DNS name that a route may carry: not written",
                                            code(op.request.host)));
      } else if (kind == HostKind::public_name) {
        SurfaceHost& host = hosts[covering(hosts, op.request.host)];
        if (host.why.empty()) host.host = op.request.host, host.why = "recorded";
        host.calls += op.stats.calls.estimate();
      }
    }
    for (auto& [name, host] : hosts) surface_.hosts.push_back(std::move(host));
    keep_busiest();
  }

  static std::string covering(const std::map<std::string, SurfaceHost>& hosts, const std::string& name) {
    std::string best = name;
    std::size_t best_rank = 0;
    for (const auto& [pattern, host] : hosts) {
      const auto found = host_rank(pattern, name);
      if (found && *found > best_rank) best = pattern, best_rank = *found;
    }
    return best;
  }

  // A public address collects names that scanners made up; declared names stay.
  void keep_busiest() {
    if (surface_.hosts.size() <= most_hosts) return;
    const auto rank = [](const SurfaceHost& h) { return std::pair(h.why == "recorded", -h.calls); };
    std::stable_sort(surface_.hosts.begin(), surface_.hosts.end(),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    surface_.gaps.push_back(fmt::format("{} more host names were recorded or declared than the {} written",
                                        surface_.hosts.size() - most_hosts, most_hosts));
    surface_.hosts.resize(most_hosts);
    std::sort(surface_.hosts.begin(), surface_.hosts.end(),
              [](const auto& a, const auto& b) { return a.host < b.host; });
  }

  std::vector<const Recorded*> at(const SurfaceHost& host) const {
    std::vector<const Recorded*> out;
    for (const Recorded& op : surface_.recorded) {
      const bool nameless = surface_.hosts.size() == 1 && op.host == HostKind::none;
      if (host.host.empty() || nameless || chosen(op.request.host) == &host) out.push_back(&op);
    }
    return out;
  }

  const SurfaceHost* chosen(const std::string& name) const {
    const SurfaceHost* best = nullptr;
    std::size_t best_rank = 0;
    for (const SurfaceHost& host : surface_.hosts) {
      const auto found = name.empty() ? std::nullopt : host_rank(host.host, name);
      if (found && *found >= best_rank) best = &host, best_rank = *found;
    }
    return best;
  }

  void fill(SurfaceHost& host) {
    const std::vector<const Recorded*> recorded = at(host);
    for (const std::string& name : {host.host, std::string()}) {
      const auto declared = declared_.find(name);
      if (declared == declared_.end()) continue;
      for (const SurfaceRule& rule : declared->second.rules) add(host, rule);
    }
    const bool only_recorded = host.rules.empty();
    std::vector<const Recorded*> uncovered;
    for (const Recorded* op : recorded) {
      if (rule_for(host.rules, op->request) == nullptr) uncovered.push_back(op);
    }
    for (const SurfaceRule& rule : recorded_rules(uncovered, members_, only_recorded, surface_.gaps)) add(host, rule);
    split_slow_writes_of(host, surface_.hosts.size() == 1 ? with_inner_calls(host, recorded) : recorded);
  }

  // A load generator inside the cluster calls the same backend by its inner name: its durations count as well.
  std::vector<const Recorded*> with_inner_calls(SurfaceHost& host, std::vector<const Recorded*> recorded) const {
    for (const Recorded& op : surface_.recorded) {
      if (host.host.empty() || op.host != HostKind::internal) continue;
      const SurfaceRule* rule = rule_for(host.rules, op.request);
      if (rule != nullptr && rule->targets.front().member->id == op.backend) recorded.push_back(&op);
    }
    return recorded;
  }

  static void split_slow_writes_of(SurfaceHost& host, const std::vector<const Recorded*>& recorded) {
    count(host.rules, recorded);
    split_slow_writes(host.rules, recorded);
    count(host.rules, recorded);
  }

  static void add(SurfaceHost& host, const SurfaceRule& rule) {
    const auto same = [&](const SurfaceRule& r) { return r.match == rule.match; };
    if (std::none_of(host.rules.begin(), host.rules.end(), same)) host.rules.push_back(rule);
  }

  // Public Services that nothing recorded and no route names: one may be the system's door, several cannot share "/".
  void open_doors() {
    std::vector<std::pair<const Member*, Port>> doors;
    for (const auto& [id, member] : members_.by_id) {
      if (member.doors.empty() || !in_scope(picture_, member.ns) || is_routed(member) ||
          member.kind != NodeKind::service)
        continue;
      const auto port = call_port(member);
      if (port && speaks_http(*port))
        doors.emplace_back(&member, *port);
      else
        surface_.gaps.push_back(fmt::format("the public Service {} does not say that it speaks HTTP: no route to it",
                                            code(member.doors[0]->object.name)));
    }
    if (doors.size() == 1 && surface_.hosts.empty()) {
      SurfaceRule rule;
      rule.match = {"PathPrefix", "/", ""};
      rule.targets = {{doors[0].first, doors[0].second, {}}};
      rule.declared = true;
      rule.why = "declared at " + place_of(doors[0].first->doors[0]->object.where);
      surface_.hosts.push_back({"", rule.why, 0, {rule}});
      return;
    }
    for (const auto& [member, port] : doors) {
      surface_.gaps.push_back(fmt::format(
          "{} is public (Service {}), but no recorded call and no route says under which host or path: not routed",
          code(member->id), code(member->doors[0]->object.name)));
    }
  }

  bool is_routed(const Member& member) const {
    const auto routed = surface_.backends();
    return std::find(routed.begin(), routed.end(), &member) != routed.end();
  }

  void drop_empty() {
    for (const SurfaceHost& host : surface_.hosts) {
      if (host.rules.empty() && !host.host.empty()) {
        surface_.gaps.push_back(fmt::format("no backend is known for the host {}: not written", code(host.host)));
      }
    }
    const auto empty = [](const SurfaceHost& host) { return host.rules.empty(); };
    surface_.hosts.erase(std::remove_if(surface_.hosts.begin(), surface_.hosts.end(), empty), surface_.hosts.end());
  }

  // With names known, calls that named none keep their old door only.
  void unreachable() {
    if (!surface_.named()) return;
    std::map<std::string, std::uint64_t> left;
    for (const Recorded& op : surface_.recorded) {
      if (chosen(op.request.host) == nullptr && !is_routed(*members_.find(op.backend)))
        left[op.backend] += op.stats.calls.observed();
    }
    for (const auto& [backend, calls] : left) {
      surface_.gaps.push_back(
          fmt::format("{} calls from outside reached {} without a public host name: not routed", calls, code(backend)));
    }
  }

  void tidy_gaps() {
    std::sort(surface_.gaps.begin(), surface_.gaps.end());
    surface_.gaps.erase(std::unique(surface_.gaps.begin(), surface_.gaps.end()), surface_.gaps.end());
  }

  const Picture& picture_;
  const Members& members_;
  std::map<std::string, DeclaredHost> declared_;
  Surface surface_;
};

}  // namespace

bool Surface::hosts_recorded() const {
  const auto has_host = [](const Recorded& op) { return !op.request.host.empty(); };
  return std::any_of(recorded.begin(), recorded.end(), has_host) ||
         std::any_of(answered.begin(), answered.end(), has_host);
}

std::vector<const Member*> Surface::backends() const {
  std::map<std::string, const Member*> found;
  for (const SurfaceHost& host : hosts) {
    for (const SurfaceRule& rule : host.rules) {
      for (const RouteTarget& target : rule.targets) found[target.member->id] = target.member;
    }
  }
  std::vector<const Member*> out;
  for (const auto& [id, member] : found) out.push_back(member);
  return out;
}

Surface surface_of(const Picture& picture, const Members& members) { return Builder(picture, members).build(); }

}  // namespace nsew::starter
