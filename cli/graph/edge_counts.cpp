#include "graph/edge_counts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "input/store.hpp"

namespace nsew {
namespace {

CountedEdge edge_of(const EdgeCount& e, const Names::Remap& remap) {
  return {.source = remap.parties[e.source],
          .destination = remap.parties[e.destination],
          .operation = remap.operations[e.operation],
          .unit = e.unit,
          .recorder = e.recorder,
          .mesh = e.mesh,
          .message = e.message,
          .database = e.database,
          .denied = e.denied,
          .unrouted = e.unrouted,
          .no_north_south = e.no_north_south,
          .no_east_west = e.no_east_west,
          .port = e.destination_port};
}

// Counts cannot be cut in time: an edge is left out when all of its time lies outside.
bool in_window(const EdgeCount& e, const ObserveOptions& options) {
  if (e.to_ns == 0) return true;
  return e.to_ns >= options.since_ns && (options.until_ns == 0 || e.from_ns < options.until_ns);
}

void add(ObservedStats& stats, const EdgeCount& e) {
  ++stats.records;
  stats.calls.add(1, e.calls);
  stats.errors.add(1, e.errors);
  stats.bytes += e.bytes;
  if (e.to_ns == 0) return;
  stats.first_ns = stats.first_ns == 0 ? e.from_ns : std::min(stats.first_ns, e.from_ns);
  stats.last_ns = std::max(stats.last_ns, e.to_ns);
}

// The side that speaks for an edge; those of nobody in particular always do.
int rank(Recorder recorder) {
  switch (recorder) {
    case Recorder::client_side:
      return 3;
    case Recorder::waypoint:
      return 2;
    case Recorder::server_side:
      return 1;
    default:
      return 0;
  }
}

Draft draft_of(const CountedEdge& edge, const ObservedStats& stats, const Resolved& from, const Resolved& to,
               const Names& names) {
  Draft draft;
  draft.source = source_of(edge.unit);
  const Operation asked = unpacked_operation(names.operations[edge.operation]);
  draft.operation = {.protocol = std::string(asked.protocol),
                     .host = std::string(asked.host),
                     .method = std::string(asked.method),
                     .route = std::string(asked.route)};
  draft.from = from.node, draft.unresolved_from = from.why;
  draft.to = to.node, draft.unresolved_to = to.why;
  draft.intra = from.node == to.node && from.node > NodeTable::unknown;
  draft.port = edge.port;
  draft.mesh = edge.mesh, draft.message = edge.message;
  draft.denied = edge.denied, draft.unrouted = edge.unrouted;
  draft.no_north_south = edge.no_north_south, draft.no_east_west = edge.no_east_west;
  if (edge.database) draft.db_system = "not named";
  draft.calls = &stats.calls, draft.errors = &stats.errors;
  draft.latency = &stats.latency, draft.minutes = &stats.minutes;
  draft.bytes = stats.bytes, draft.records = stats.records;
  return draft;
}

// A callee is often named by its Service, a caller only by its workload or pod: the records that name both tell the
// Service of a workload, where it is the only one.
class LearnedServices {
 public:
  LearnedServices(const CountedEdges& edges, const Names& names) {
    for (const auto& [edge, stats] : edges)
      for (const std::uint32_t end : {edge.source, edge.destination}) note(unpacked_party(names.parties[end]));
  }

  Party completed(Party party) const {
    if (!party.service.empty() || !party.host.empty()) return party;
    const auto found = services_.find(key_of(party));
    if (found != services_.end() && found->second.size() == 1) party.service = *found->second.begin();
    return party;
  }

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;  // namespace, workload, pod
  static Key key_of(const Party& party) { return {party.ns, party.workload, party.pod}; }
  void note(const Party& party) {
    if (party.service.empty() || (party.workload.empty() && party.pod.empty())) return;
    services_[key_of(party)].insert(party.service);
  }

  std::map<Key, std::set<std::string_view>> services_;
};

// Who a party is, looked up once.
class Ends {
 public:
  Ends(const CountedEdges& edges, const Names& names, Identity& identity)
      : learned_(edges, names), names_(names), identity_(identity) {}
  const Resolved& of(std::uint32_t party) {
    const auto known = known_.find(party);
    if (known != known_.end()) return known->second;
    const Party end = unpacked_party(names_.parties[party]);
    const Resolved resolved = identity_.end(learned_.completed(end));
    claim_role(resolved.node, end.reserved);
    return known_.emplace(party, resolved).first->second;
  }

 private:
  void claim_role(std::uint32_t node, std::string_view role) {
    if (node <= NodeTable::unknown) return;
    auto& claims = identity_.nodes[node].claims;
    if (role == "gateway") claims.emplace(Claim::declared_gateway, "the mesh says that it is a gateway");
    if (role == "waypoint" || role == "egress-gateway")
      claims.emplace(Claim::plumbing, "mesh plumbing: waypoint or egress gateway");
  }

  const LearnedServices learned_;
  const Names& names_;
  Identity& identity_;
  std::map<std::uint32_t, Resolved> known_;
};

}  // namespace

CountedEdges counted_edges(const std::vector<RecordSink>& sinks, const Names& names, const ObserveOptions& options) {
  std::map<CountedEdge, ObservedStats> edges;
  for (std::size_t s = 0; s < sinks.size(); ++s)
    for (const EdgeCount& e : sinks[s].store().edges)
      if (in_window(e, options)) add(edges[edge_of(e, names.remaps[s])], e);
  return {edges.begin(), edges.end()};
}

std::vector<Draft> drafts_of(const CountedEdges& edges, const Names& names, Identity& identity) {
  Ends ends(edges, names, identity);
  using Pair = std::tuple<std::uint32_t, std::uint32_t, Unit>;
  std::map<Pair, int> speaks;
  const auto pair_of = [&](const CountedEdge& edge) {
    const std::uint32_t from = ends.of(edge.source).node;
    return Pair{from, ends.of(edge.destination).node, edge.unit};
  };
  std::set<std::pair<std::uint32_t, Unit>> called;  // as callers' proxies say
  for (const auto& [edge, stats] : edges) {
    int& best = speaks[pair_of(edge)];
    best = std::max(best, rank(edge.recorder));
    if (edge.recorder == Recorder::client_side) called.emplace(ends.of(edge.destination).node, edge.unit);
  }
  // A caller of the mesh that the callee's proxy cannot name has a proxy, which counted the same calls.
  const auto repeats = [&](const CountedEdge& edge) {
    return ends.of(edge.source).node == NodeTable::unknown &&
           called.contains({ends.of(edge.destination).node, edge.unit});
  };
  std::vector<Draft> drafts;
  for (const auto& [edge, stats] : edges) {
    const int own = rank(edge.recorder);
    if (own != 0 && own != speaks[pair_of(edge)]) continue;
    if (edge.mesh && edge.recorder == Recorder::server_side && repeats(edge)) continue;
    const Resolved from = ends.of(edge.source), to = ends.of(edge.destination);
    drafts.push_back(draft_of(edge, stats, from, to, names));
    if (edge.database && to.node > NodeTable::unknown)
      identity.nodes[to.node].claims.emplace(Claim::called_as_store, "called with db.system");
  }
  return drafts;
}

}  // namespace nsew
