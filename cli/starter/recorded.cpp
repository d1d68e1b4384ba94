// The north-south operations of a recording, as they reached services of the system.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "starter/surface.hpp"

namespace nsew::starter {
namespace {

// "cart.shop" is a name of this cluster's own DNS where `shop` is a namespace of it.
HostKind kind_here(const std::string& host, const Members& members) {
  const HostKind kind = kind_of_host(host);
  const auto labels = split(host, '.');
  if (kind != HostKind::public_name || labels.size() != 2) return kind;
  for (const auto& [id, member] : members.by_id) {
    if (member.ns == labels[1]) return HostKind::internal;
  }
  return kind;
}

void collect(const EdgeKey& key, Source source, const Edge::Seen& seen, const Members& members,
             std::vector<Recorded>& out) {
  for (const auto& [operation, stats] : asked(seen)) {
    const Request request = request_of(operation);
    out.push_back({operation, request, kind_here(request.host, members), key.to, source, stats});
  }
  if (!seen.operations.empty()) return;
  OperationStats whole;
  whole.calls = seen.calls, whole.errors = seen.errors, whole.latency = seen.latency;
  out.push_back({{}, {}, HostKind::none, key.to, source, whole});
}

}  // namespace

bool is_chosen_entry(const Picture& picture, const Members& members, const EdgeKey& key) {
  const Member* member = members.find(key.to);
  return key.cls == CallClass::north_south && member != nullptr && member->kind != NodeKind::gateway &&
         in_scope(picture, member->ns);
}

// Without -n all of them. With it those that call into the chosen namespaces and into no other: what another one's
// gateway answers says nothing here.
std::set<std::string> chosen_gateways(const Picture& picture, const Members& members) {
  std::set<std::string> gateways, foreign;
  const bool all = picture.only_namespaces.empty() && picture.except_namespaces.empty();
  for (const auto& [id, member] : members.by_id) {
    if (all && member.kind == NodeKind::gateway) gateways.insert(id);
  }
  if (all) return gateways;
  for (const auto& [key, edge] : picture.graph.edges) {
    const Member *from = members.find(key.from), *to = members.find(key.to);
    if (key.cls != CallClass::north_south || from == nullptr || from->kind != NodeKind::gateway || to == nullptr)
      continue;
    (in_scope(picture, to->ns) ? gateways : foreign).insert(key.from);
  }
  for (const std::string& id : foreign) gateways.erase(id);
  return gateways;
}

std::vector<Recorded> recorded_calls(const Picture& picture, const Members& members) {
  std::vector<Recorded> out;
  for (const auto& [key, edge] : picture.graph.edges) {
    if (!is_chosen_entry(picture, members, key)) continue;
    for (const auto& [source, seen] : edge.seen) collect(key, source, seen, members, out);
  }
  return out;
}

std::vector<Recorded> answered_calls(const Picture& picture, const Members& members) {
  const std::set<std::string> gateways = chosen_gateways(picture, members);
  std::vector<Recorded> out;
  for (const auto& [key, edge] : picture.graph.edges) {
    if (key.cls != CallClass::north_south || gateways.count(key.to) == 0) continue;
    for (const auto& [source, seen] : edge.seen) {
      if (source != Source::flows && !seen.operations.empty()) collect(key, source, seen, members, out);
    }
  }
  const auto nameless = [](const Recorded& op) { return op.request.host.empty() && op.request.path.empty(); };
  out.erase(std::remove_if(out.begin(), out.end(), nameless), out.end());
  return out;
}

}  // namespace nsew::starter
