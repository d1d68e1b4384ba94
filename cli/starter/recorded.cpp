// The north-south operations of a recording, as they reached services of the system.
#include <algorithm>

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
  for (const auto& [operation, stats] : seen.operations) {
    const Request request = request_of(operation);
    out.push_back({operation, request, kind_here(request.host, members), key.to, source, stats});
  }
  if (!seen.operations.empty()) return;
  OperationStats whole;
  whole.calls = seen.calls, whole.errors = seen.errors, whole.latency = seen.latency;
  out.push_back({{}, {}, HostKind::none, key.to, source, whole});
}

}  // namespace

std::vector<Recorded> recorded_calls(const Picture& picture, const Members& members) {
  std::vector<Recorded> out;
  for (const auto& [key, edge] : picture.graph.edges) {
    const Member* member = members.find(key.to);
    if (key.cls != CallClass::north_south || member == nullptr || member->kind == NodeKind::gateway) continue;
    if (!in_scope(picture, member->ns)) continue;
    for (const auto& [source, seen] : edge.seen) collect(key, source, seen, members, out);
  }
  return out;
}

std::vector<Recorded> answered_calls(const Picture& picture, const Members& members) {
  std::vector<Recorded> out;
  for (const auto& [key, edge] : picture.graph.edges) {
    const Member* member = members.find(key.to);
    if (key.cls != CallClass::north_south || member == nullptr || member->kind != NodeKind::gateway) continue;
    for (const auto& [source, seen] : edge.seen) {
      if (source != Source::flows && !seen.operations.empty()) collect(key, source, seen, members, out);
    }
  }
  const auto nameless = [](const Recorded& op) { return op.request.host.empty() && op.request.path.empty(); };
  out.erase(std::remove_if(out.begin(), out.end(), nameless), out.end());
  return out;
}

}  // namespace nsew::starter
