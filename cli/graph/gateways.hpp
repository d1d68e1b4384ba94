// What kind of node something is (definitions.md §3, §4): claims from names, manifests and flags, and the one decision
// that needs the edges: a well-known gateway name counts only while no service of the system calls it.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/build.hpp"
#include "graph/identity.hpp"

namespace nsew {

// Adds to a node what its names, its manifests and the flags say of its kind.
void claim_kind(Node&, const Declared*, const PlatformKnowledge&, const GraphOptions&);
// A browser or mobile client by its language or name.
void claim_client(Node&, std::string_view language, const PlatformKnowledge&);

// A gateway by an access log line of its own; mesh plumbing and what the user says is outside stay what they are.
void claim_own_log(Node&);

// The first claim decides, but for a gateway's name when `demoted`.
void settle_kind(Node&, bool demoted);

bool synthetic(const Node&);  // a load generator or probe

struct Caller {
  std::uint32_t from, to;
  bool counts;  // a synchronous call that is neither platform traffic nor a detour over the own public host
};
// Settles the kinds of all nodes; the calls tell which gateways by name are called by services. Those in `without` are
// taken for services whoever calls them.
void settle_kinds(NodeTable&, std::span<const Caller>, const std::set<std::string>& without = {});

bool gateway_by_name(const Node&);  // is one, and only its name says so

// Every set but the empty one of at most three ids, in order; nothing for more.
std::vector<std::set<std::string>> sets_of(const std::vector<std::string>& ids);

}  // namespace nsew
