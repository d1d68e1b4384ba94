#include "graph/build_drafts.hpp"

#include <algorithm>

#include "graph/gateways.hpp"

namespace nsew {
namespace {

constexpr std::string_view nameless = "a span without a service name";

std::string first_of(std::string_view a, std::string_view b) { return std::string(a.empty() ? b : a); }

// The callee knows the host that its own caller asked for (a proxy keeps it, and dials another), and the route that it
// served.
void set_operation(Draft& draft, const Operation& client, const Operation& server) {
  draft.operation = {.protocol = first_of(server.protocol, client.protocol),
                     .host = first_of(server.host, client.host),
                     .method = first_of(client.method, server.method),
                     .route = first_of(server.route, client.route)};
  draft.agent = first_of(server.agent, client.agent);
}

void set_callee(Draft& draft, const RawCall& call, const Peer& peer, Identity& identity) {
  if (call.callee != nobody) {
    draft.to = call.callee;
    if (draft.to == NodeTable::unknown) draft.unresolved_to = nameless;
    return;
  }
  const Resolved callee = identity.callee(peer, draft.operation.route, call.caller, draft.message);
  draft.to = callee.node;
  draft.intra = callee.itself;
  draft.unresolved_to = callee.why;
}

// A lone consumer names where its message came from.
void set_caller(Draft& draft, const RawCall& call, const Peer& peer, Identity& identity) {
  if (call.caller != nobody) {
    draft.from = call.caller;
    if (draft.from == NodeTable::unknown) draft.unresolved_from = nameless;
  } else if (draft.root) {
    draft.from = NodeTable::outside;
  } else if (draft.message) {
    const Resolved source = identity.callee(peer, {}, call.callee, true);
    draft.from = source.node;
    draft.unresolved_from = source.why;
  }
}

bool is_message(CallForm form) {
  return form == CallForm::async_pair || form == CallForm::producer_only || form == CallForm::consumer_only;
}

Draft draft_of(const RawCall& call, const RawCallStats& stats, const Names& names, Identity& identity) {
  Draft draft;
  const Peer peer = unpacked_peer(names.peers[call.peer]);
  const Operation client = unpacked_operation(names.operations[call.client_operation]);
  set_operation(draft, client, unpacked_operation(names.operations[call.server_operation]));
  draft.db_system = peer.db_system;
  draft.messaging_system = peer.messaging_system;
  draft.port = peer.port;
  draft.message = is_message(call.form);
  draft.root = call.form == CallForm::root_server;
  draft.orphan = call.form == CallForm::orphan_server;
  draft.one_sided = call.form == CallForm::client_only || call.form == CallForm::producer_only;
  draft.inferred = call.form == CallForm::inferred;
  draft.own_host = identity.directory().own_host(client.host) != nullptr;  // what the caller dialled
  set_caller(draft, call, peer, identity);
  set_callee(draft, call, peer, identity);
  draft.calls = &stats.calls, draft.errors = &stats.errors;
  draft.latency = &stats.latency, draft.minutes = &stats.minutes;
  return draft;
}

void set_ends(Draft& draft, const ObservedCall& call, const Observed& observed, Identity& identity) {
  const Party source = unpacked_party(observed.parties[call.source]);
  Resolved from = identity.end(source);
  // A workload of the mesh, whatever its address looks like; who came in through a gateway is said to be outside.
  if (call.mesh && from.node == NodeTable::outside && source.reserved != "outside") from = {};
  const Resolved to = identity.end(unpacked_party(observed.parties[call.destination]));
  draft.from = from.node, draft.unresolved_from = from.why;
  draft.to = to.node, draft.unresolved_to = to.why;
  draft.by_gateway = call.recorder == Recorder::gateway;
  if (!draft.by_gateway) return;
  if (draft.from == NodeTable::unknown || draft.from == NodeTable::outside) {
    draft.from = identity.unnamed_gateway();
    draft.unresolved_from.clear();
  } else if (!call.unrouted) {  // any proxy answers by itself what it has no route for
    claim_own_log(identity.nodes[draft.from]);
  }
}

bool exposed_port(const Identity& identity, std::uint32_t node, int port) {
  const Declared* declared = identity.declared(node);
  return declared != nullptr && declared->exposed.contains(port) && !declared->probed.contains(port);
}

Draft draft_of(const ObservedCall& call, const ObservedStats& stats, const Observed& observed, const Names& names,
               Identity& identity) {
  Draft draft;
  draft.source = call.unit == Unit::connections ? Source::flows : Source::request_logs;
  set_operation(draft, {}, unpacked_operation(names.operations[call.operation]));
  draft.port = call.destination_port;
  draft.mesh = call.mesh;
  draft.denied = call.denied, draft.unrouted = call.unrouted;
  draft.one_sided = call.answered;
  set_ends(draft, call, observed, identity);
  draft.own_host = !draft.by_gateway && identity.directory().own_host(draft.operation.host) != nullptr;
  draft.exposed = exposed_port(identity, draft.to, draft.port);
  draft.calls = &stats.calls, draft.errors = &stats.errors;
  draft.latency = &stats.latency, draft.minutes = &stats.minutes;
  draft.bytes = stats.bytes, draft.records = stats.records;
  return draft;
}

// Two ends that nobody could name are not the same one.
bool inside_one(const Draft& draft) { return draft.from == draft.to && draft.from > NodeTable::unknown; }

}  // namespace

CallFacts facts_of(const Draft& draft, const NodeTable& nodes, const PlatformKnowledge& known) {
  return {.from = &nodes[draft.from],
          .to = &nodes[draft.to],
          .known = &known,
          .protocol = draft.operation.protocol,
          .route = draft.operation.route,
          .agent = draft.agent,
          .db_system = draft.db_system,
          .messaging_system = draft.messaging_system,
          .port = draft.port,
          .message = draft.message,
          .root = draft.root,
          .orphan = draft.orphan,
          .own_host = draft.own_host,
          .mesh = draft.mesh,
          .exposed = draft.exposed,
          .unresolved_from = draft.unresolved_from,
          .unresolved_to = draft.unresolved_to};
}

std::vector<Draft> drafts_of(const Joined& joined, const Names& names, Identity& identity) {
  std::vector<Draft> drafts;
  drafts.reserve(joined.calls.size());
  for (const auto& [call, stats] : joined.calls) {
    drafts.push_back(draft_of(call, stats, names, identity));
    drafts.back().intra |= inside_one(drafts.back());
  }
  return drafts;
}

std::vector<Draft> drafts_of(const Observed& observed, const Names& names, Identity& identity) {
  std::vector<Draft> drafts;
  drafts.reserve(observed.calls.size() + observed.requests_inside.size());
  for (const auto* calls : {&observed.calls, &observed.requests_inside})
    for (const auto& [call, stats] : *calls) {
      Draft& draft = drafts.emplace_back(draft_of(call, stats, observed, names, identity));
      draft.intra = inside_one(draft);
      draft.inside = calls == &observed.requests_inside;
      if (draft.inside) draft.source = Source::flows;
    }
  return drafts;
}

}  // namespace nsew
