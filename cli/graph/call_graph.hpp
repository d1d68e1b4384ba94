// The first waist: small, mergeable, serialisable. Nothing after it sees a span. Definitions: definitions.md §2–§6.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/sketch.hpp"

namespace nsew {

enum class CallClass : std::uint8_t { north_south, east_west, egress, datastore, async, platform, unknown };
inline constexpr CallClass call_classes[] = {CallClass::north_south, CallClass::east_west, CallClass::egress,
                                             CallClass::datastore,   CallClass::async,     CallClass::platform,
                                             CallClass::unknown};
std::string_view name_of(CallClass);  // "north-south"
std::optional<CallClass> call_class(std::string_view name);

enum class NodeKind : std::uint8_t { service, gateway, outside, datastore, broker, platform, unknown };
std::string_view name_of(NodeKind);
std::optional<NodeKind> node_kind(std::string_view name);

inline constexpr std::string_view outside_id = "outside", unknown_id = "unknown";

// What speaks for a node's kind. The first that is there decides; all are kept, so that merging can decide again.
enum class Claim : std::uint8_t {
  told_gateway,      // --gateway
  declared_gateway,  // pods of a Gateway or an Ingress controller
  plumbing,          // waypoint or egress gateway: platform
  told_outside,      // --outside NAME
  client,            // browser, mobile, load generator, synthetic probe: outside
  gateway_name,      // exact well-known name; counts only while no service of the system calls it
  platform,          // namespace, image, reserved identity
  known_store,       // datastore by name, image or port
  known_broker,      // broker by name, image or port
  inside,            // emitted spans, is declared or is a pod: service
  called_as_store,   // a call to it says db.system: datastore
  called_as_broker,  // a message to it says messaging.system: broker
  named,             // only its callers name it, as a service or by a name of the cluster's DNS: service
};
inline constexpr Claim claims[] = {
    Claim::told_gateway,    Claim::declared_gateway, Claim::plumbing,    Claim::told_outside, Claim::client,
    Claim::gateway_name,    Claim::platform,         Claim::known_store, Claim::known_broker, Claim::inside,
    Claim::called_as_store, Claim::called_as_broker, Claim::named};
std::string_view name_of(Claim);
std::optional<Claim> claim_called(std::string_view name);

struct Node {
  std::string id;  // "namespace/name", "name" when no namespace is known; "outside"; "unknown"
  NodeKind kind = NodeKind::service;
  std::string ns;  // empty = unknown
  std::string name;
  std::string why;       // why this kind; for gateways always
  std::string workload;  // "Deployment/NAME" of the manifest that it matched; empty when none did
  bool traced = false;   // emitted spans itself
  std::set<std::string> languages;
  std::set<std::string> clusters;
  std::set<std::string> names;          // what the inputs called it, where that differs from its name
  std::map<Claim, std::string> claims;  // with why
};

struct OperationKey {
  std::string protocol, host, method, route;
  auto operator<=>(const OperationKey&) const = default;
};
struct OperationStats {
  Tally calls, errors;
  LatencySketch latency;                           // as the caller saw it where it was seen, else the callee
  std::map<std::uint32_t, std::uint64_t> minutes;  // calls by minute since 1970
  bool operator==(const OperationStats&) const = default;
};

// Flags say that some of the edge's calls are so; the count says how many.
enum class EdgeFlag : std::uint8_t { inferred, unpaired, hairpin, snat, synthetic };
inline constexpr EdgeFlag edge_flags[] = {EdgeFlag::inferred, EdgeFlag::unpaired, EdgeFlag::hairpin, EdgeFlag::snat,
                                          EdgeFlag::synthetic};
std::string_view name_of(EdgeFlag);
std::optional<EdgeFlag> edge_flag(std::string_view name);

enum class Source : std::uint8_t { traces, request_logs, flows, graph };  // what saw a call
std::string_view name_of(Source);
std::optional<Source> source_called(std::string_view name);

std::string blind_of(Source, CallClass);  // "graph/north-south"

struct EdgeKey {
  std::string from, to;
  CallClass cls = CallClass::unknown;
  auto operator<=>(const EdgeKey&) const = default;
};

struct Edge {
  // Per source: the same call may be seen by traces and by a log, and units are never added to each other.
  struct Seen {
    Tally calls;  // requests (traces, request logs) or connections (flows)
    Tally errors;
    std::uint64_t bytes = 0;  // flows and logs, both ways
    LatencySketch latency;
    std::map<std::uint32_t, Tally> levels;  // traces: by the caller's level (entry service = 1; 0 = not below an entry)
    std::map<std::string, Tally> reasons;   // why this class; sums to calls
    std::map<EdgeFlag, std::uint64_t> flags;
    std::uint64_t one_sided = 0;  // calls of which only the caller's half was seen; connections, only the way back
    std::map<OperationKey, OperationStats> operations;  // sums to calls
    // Flows: what a proxy that parses requests saw inside the connections. Requests, and only some: no part of calls.
    std::map<OperationKey, OperationStats> requests;
    bool operator==(const Seen&) const = default;
  };
  std::map<Source, Seen> seen;
  std::set<std::string> ports;  // callee's ports where a source names them, "9080"
  bool declared = false;        // manifests name it (a later piece of work fills it)
};

// What was asked for: the requests inside the connections where they were seen, else the calls.
std::map<OperationKey, OperationStats> asked(const Edge::Seen&);

// Of the traces only sums that can be merged, by the node where the trace enters the system (its first counted call's
// callee).
struct TraceGroup {
  std::map<double, TraceSums> sums;      // by sampling probability
  std::map<std::uint32_t, Tally> depth;  // longest chain of synchronous levels -> traces
};

// Halves without their other half. A merge of parts that cut traces may have lost at most this many calls.
struct UnmatchedHalves {
  std::uint64_t server_without_parent = 0;  // orphans
  std::uint64_t client_without_server = 0;  // to a service that is traced elsewhere
  std::uint64_t consumer_without_producer = 0;
  std::uint64_t all_halves = 0;  // server + client halves, matched or not: the base of data.orphan_rate
  bool operator==(const UnmatchedHalves&) const = default;
};

struct CallGraph {
  static constexpr std::string_view schema_version = "1.0";

  std::map<std::string, Node> nodes;
  std::map<EdgeKey, Edge> edges;
  std::map<std::string, TraceGroup> traces;  // by entry node id; "" = no counted north-south call
  UnmatchedHalves unmatched;

  struct Window {
    std::uint64_t from_ns = 0, to_ns = 0;  // 0 = no times
    bool operator==(const Window&) const = default;
  };
  std::map<Source, Window> windows;
  std::map<Source, std::uint64_t> records;            // records read per source, before repeats are dropped
  std::map<Source, bool> probabilities_known;         // every record said how it was sampled
  std::uint64_t repeated = 0;                         // duplicates that were dropped
  std::uint64_t intra_pod = 0;                        // inside one pod or service: not calls
  std::uint64_t denied = 0, unrouted = 0;             // refused by policy; answered by a proxy for want of a route
  std::uint64_t gateway_answered = 0;                 // outside -> gateway with nothing behind it (also edges)
  std::map<std::string, std::uint64_t> environments;  // deployment.environment.name -> spans
  // "north-south" / "east-west", and the same of one source (blind_of) -> records that cannot show it
  std::map<std::string, std::uint64_t> blind;
  std::map<std::string, std::uint64_t> not_observable;  // the same, where no record at all could have shown it
  std::map<std::string, std::string> joined;            // a name without namespace -> the id that it was taken for
  std::set<std::string> inputs_by_format;               // formats read

  // The same records counted with some gateways by name taken for services, should a merge show that services call
  // them: for every set of them, as long as there are at most three.
  std::vector<CallGraph> alternatives;  // without alternatives of their own, in the order of `without`
  std::set<std::string> without;        // of an alternative: ids of those gateways

  bool empty() const { return edges.empty() && nodes.empty(); }
};

}  // namespace nsew
