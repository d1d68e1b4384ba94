// Which way a call goes (definitions.md §4): one ordered table from condition to class and reason. The first row that
// applies decides; its reason is what the user sees.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "graph/call_graph.hpp"
#include "graph/platform.hpp"

namespace nsew {

// What is known of one call when its ends have been named. The kinds of both nodes are settled.
struct CallFacts {
  const Node* from = nullptr;
  const Node* to = nullptr;
  const PlatformKnowledge* known = nullptr;
  std::string_view protocol, route, agent, db_system, messaging_system;
  std::uint16_t port = 0;
  bool message = false;   // PRODUCER or CONSUMER
  bool root = false;      // a trace begins with it
  bool orphan = false;    // its caller's span is in no data
  bool own_host = false;  // asked for a public host of the system
  bool mesh = false;      // a mesh carried it
  bool exposed = false;   // to a port that a NodePort or LoadBalancer Service targets and no probe uses
  std::string_view unresolved_from, unresolved_to;  // why an end is outside or unknown
};

struct Decision {
  CallClass cls = CallClass::unknown;
  std::string reason;
  bool call = true;           // false: neither end is of the system
  bool from_outside = false;  // the caller on record is only the last hop: the edge starts outside
  std::set<EdgeFlag> flags;
};

struct DirectionRow {
  std::string_view name;
  CallClass cls;
  std::optional<std::string> (*applies)(const CallFacts&);  // the reason; nothing when the row does not apply
};
std::span<const DirectionRow> direction_table();

Decision decide(const CallFacts&);

// A gateway's own answer: a request that reached a gateway from outside (or another gateway) and went no further.
inline constexpr std::string_view answered_reason = "the gateway answered itself";
bool enters_gateway(const CallFacts&);

// Probes, scrapes, DNS, telemetry export: platform whoever the ends are.
bool platform_call(const CallFacts&);

}  // namespace nsew
