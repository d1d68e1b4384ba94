#include "starter/callees.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

constexpr double most_unknown = 0.05;  // of a callee's calls; above it a list of callers would lock callers out

struct Draft {
  std::map<std::string, Caller> callers;
  std::uint64_t calls = 0, unknown = 0;
  bool from_outside = false;
  std::set<std::string> unresolved, old_doors;
  std::map<Source, Stats> seen;
};

// Whether the edge says that `from` opens connections to `to`. Messages do not: a consumer connects to its broker.
bool connects(const EdgeKey& key, const CallGraph& graph) {
  if (key.cls == CallClass::egress || key.from == key.to || key.to == outside_id || key.to == unknown_id) return false;
  const auto to = graph.nodes.find(key.to), from = graph.nodes.find(key.from);
  if (to == graph.nodes.end() || (from != graph.nodes.end() && from->second.kind == NodeKind::broker)) return false;
  return key.cls != CallClass::async || to->second.kind == NodeKind::broker;
}

void take_operations(Caller& caller, Draft& draft, const Edge& edge) {
  bool any = false;
  for (const auto& [source, seen] : edge.seen) {
    caller.calls += seen.calls.observed();
    for (const auto& [key, stats] : asked(seen)) {
      any = any || !key.route.empty();
      if (!key.route.empty()) caller.operations.insert({key.protocol, "", key.method, key.route});
      draft.seen[source].add(key, stats);
    }
  }
  caller.operations_known = caller.operations_known && any;
}

std::uint64_t calls_of(const Edge& edge) {
  std::uint64_t most = 0;
  for (const auto& [source, seen] : edge.seen) most = std::max(most, seen.calls.observed());
  return most;
}

void count_calls(Draft& draft, const EdgeKey& key, const Edge& edge) {
  if (key.cls == CallClass::platform) return;  // a kubelet's probes pass every policy
  draft.calls += calls_of(edge);
  if (key.from == unknown_id) draft.unknown += calls_of(edge);
  if (key.from == outside_id) draft.from_outside = true;
}

void take(Draft& draft, const EdgeKey& key, const Edge& edge, const Members& members) {
  count_calls(draft, key, edge);
  const Member* from = members.find(key.from);
  if (from == nullptr) return;
  const bool platform = key.cls == CallClass::platform;
  const bool known = !from->selector.empty() && !from->accounts.empty() && from->nameable();
  if (known || (platform && is_dns_label(from->ns) && from->nameable())) {
    Caller& caller = draft.callers[key.from];
    caller.platform = platform && (caller.member == nullptr || caller.platform);
    caller.member = from, caller.by_namespace = !known;
    if (platform) caller.ports = edge.ports;
    take_operations(caller, draft, edge);
  } else if (from->kind == NodeKind::gateway) {
    draft.old_doors.insert(key.from);
  } else if (from->kind == NodeKind::outside) {
    draft.from_outside = true;
  } else if (!platform) {
    draft.unresolved.insert(key.from);
  }
}

std::set<std::pair<int, std::string>> pod_ports_of(const Member& member) {
  std::set<std::pair<int, std::string>> all, recorded;
  for (const Port& port : ports_of(member)) {
    if (port.pod == 0) return {};
    all.insert({port.pod, port.protocol});
    const auto seen = [&](int number) { return member.recorded_ports.count(std::to_string(number)) != 0; };
    if (seen(port.number) || seen(port.pod)) recorded.insert({port.pod, port.protocol});
  }
  return recorded.empty() ? all : recorded;
}

std::string names(const std::set<std::string>& ids) {
  std::vector<std::string> shown;
  shown.reserve(ids.size());
  for (const std::string& id : ids) shown.push_back(code(id));
  return join(shown, ", ");
}

std::string why_not(const Callee& callee, const Draft& draft) {
  if (!callee.member->nameable()) return "its name is none that Kubernetes takes";
  if (callee.member->kind == NodeKind::broker) return "messages do not say who connects to a broker";
  if (callee.member->selector.empty()) return "no manifest says which pods it is";
  if (!draft.unresolved.empty()) return "no manifest explains its caller " + names(draft.unresolved);
  if (draft.from_outside && !callee.routed) return "it was called from outside, but no route to it could be written";
  if (static_cast<double>(draft.unknown) > most_unknown * static_cast<double>(draft.calls)) {
    return fmt::format("{} of its {} calls came from unknown callers", draft.unknown, draft.calls);
  }
  return {};
}

Callee finished(const Member& member, const Draft& draft, const Surface& surface) {
  Callee callee;
  callee.member = &member;
  const auto routed = surface.backends();
  callee.routed = std::find(routed.begin(), routed.end(), &member) != routed.end();
  for (const auto& [id, caller] : draft.callers) callee.callers.push_back(caller);
  callee.pod_ports = pod_ports_of(member);
  callee.seen = draft.seen;
  callee.refused = why_not(callee, draft);
  if (!callee.refused.empty()) return callee;
  if (draft.unknown > 0)
    callee.remarks.push_back(
        fmt::format("{} calls to {} came from unknown callers, who will be refused", draft.unknown, code(member.id)));
  if (!draft.old_doors.empty())
    callee.remarks.push_back(fmt::format("{} called {} and will be refused: no manifest explains it",
                                         names(draft.old_doors), code(member.id)));
  return callee;
}

bool takes_policies(const Member& member) {
  return member.kind == NodeKind::service || member.kind == NodeKind::datastore || member.kind == NodeKind::broker;
}

}  // namespace

std::vector<Callee> callees_of(const Picture& picture, const Members& members, const Surface& surface) {
  std::map<std::string, Draft> drafts;
  for (const auto& [key, edge] : picture.graph.edges) {
    const Member* to = members.find(key.to);
    if (!connects(key, picture.graph) || to == nullptr || !takes_policies(*to) || !in_scope(picture, to->ns)) continue;
    if (!edge.seen.empty()) take(drafts[key.to], key, edge, members);
  }
  std::vector<Callee> out;
  out.reserve(drafts.size());
  for (const auto& [id, draft] : drafts) out.push_back(finished(*members.find(id), draft, surface));
  return out;
}

std::string evidence_of(Bundle& bundle, const Callee& callee, const Caller& caller) {
  Json value{{"observed", caller.calls}};
  Json operations = Json::array();
  for (const OperationKey& key : caller.operations) {
    if (operations.size() < 20) operations.push_back(key.method + (key.method.empty() ? "" : " ") + key.route);
  }
  if (!operations.empty()) value["operations"] = operations;
  return bundle.evidence("edge " + caller.member->id + " -> " + callee.member->id, value, "traffic");
}

std::string evidence_of(Bundle& bundle, const Callee& callee) {
  std::vector<std::string> parts;
  parts.reserve(callee.callers.size() + 1);
  for (const Caller& caller : callee.callers)
    parts.push_back(caller.member->id + " (" + evidence_of(bundle, callee, caller) + ")");
  if (callee.routed) parts.push_back("the gateway");
  return join(parts, ", ");
}

namespace {

std::set<std::string> shared_accounts(const std::vector<Callee>& callees) {
  std::set<std::string> out;
  for (const Callee& callee : callees) {
    for (const Caller& caller : callee.callers) {
      const auto& accounts = caller.member->accounts;
      const bool shared = std::find(accounts.begin(), accounts.end(), caller.member->ns + "/default") != accounts.end();
      if (shared) out.insert(caller.member->id);
    }
  }
  return out;
}

}  // namespace

void plan_the_callees(Bundle& bundle, const std::vector<Callee>& callees) {
  for (const Callee& callee : callees) {
    if (!callee.refused.empty()) {
      bundle.plan.unknown.push_back(
          fmt::format("Who may call {}: {}. No policy is written for it.", code(callee.member->id), callee.refused));
    }
    for (const std::string& remark : callee.remarks) bundle.plan.yours.push_back(remark + ".");
    for (const Caller& caller : callee.callers) {
      if (!caller.by_namespace) continue;
      bundle.plan.yours.push_back(
          fmt::format("{} calls {} and no manifest describes its pods: its whole namespace is let in.",
                      code(caller.member->id), code(callee.member->id)));
    }
  }
}

void plan_the_accounts(Bundle& bundle, const std::vector<Callee>& callees) {
  const auto shared = shared_accounts(callees);
  if (shared.empty()) return;
  bundle.plan.yours.push_back(
      names(shared) +
      " call others and run as the service account `default`: who else runs as it is let in too. Give each its own.");
}

std::vector<int> numbers_of(const std::set<std::string>& ports) {
  std::set<int> numbers;
  for (const std::string& text : ports) {
    const auto number = to_integer(text);
    if (number && *number > 0 && *number < 65536) numbers.insert(static_cast<int>(*number));
  }
  return {numbers.begin(), numbers.end()};
}

bool rates_known(const Picture& picture, Source source) {
  if (source != Source::traces) return true;
  const auto at = picture.graph.probabilities_known.find(source);
  return picture.sampling_rate.has_value() || (at != picture.graph.probabilities_known.end() && at->second);
}

}  // namespace nsew::starter
