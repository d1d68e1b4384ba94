// What a reader makes of traffic, whatever its format: Record = Span | Observation | EdgeCount.
// Readers fill these with views into their input; the sink copies and interns what it keeps. Nothing here knows
// services, manifests or direction. Terms and counting rules: definitions.md §1, §5, §6.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nsew {

// 128 bits; leading zeros do not matter, so a 64-bit id has hi == 0. Ids that are neither hex nor base64 are hashed
// into it.
struct TraceId {
  std::uint64_t hi = 0, lo = 0;
  auto operator<=>(const TraceId&) const = default;
};
using SpanId = std::uint64_t;  // unique only inside its trace; 0 = none

enum class SpanKind : std::uint8_t { absent, internal, server, client, producer, consumer };

using ResourceId = std::uint32_t;   // who emitted a span
using OperationId = std::uint32_t;  // what was asked
using PeerId = std::uint32_t;       // whom a client span names
using PartyId = std::uint32_t;      // one end of an observation

// Who emitted a span, as its resource attributes (process tags, local endpoint) say. All fields may be empty.
struct Resource {
  std::string_view service;            // service.name; empty = belongs to `unknown`
  std::string_view kubernetes_ns;      // k8s.namespace.name
  std::string_view service_namespace;  // service.namespace
  std::string_view workload;           // k8s.deployment.name, k8s.statefulset.name, …
  std::string_view pod;                // k8s.pod.name
  std::string_view address;            // k8s.pod.ip, ip, host.ip
  std::string_view environment;        // deployment.environment.name, deployment.environment
  std::string_view language;           // telemetry.sdk.language
  std::string_view cluster;            // k8s.cluster.name
};

// What was asked. Cardinality is kept low by the reader: a route template where there is one, else the path with its
// variable segments replaced (path_template in ids.hpp); a user agent's family only.
struct Operation {
  std::string_view protocol;  // "http", "grpc", "" when neither is known
  std::string_view host;      // authority that the caller used, without port
  std::string_view method;    // GET; for RPC empty
  std::string_view route;     // /cart/{id}; hipstershop.CartService/GetCart for RPC; else the span's name
  std::string_view agent;     // user agent family: "kube-probe", "Mozilla", "k6", …
};

// Whom a client (producer, consumer) span names. All fields may be empty.
struct Peer {
  std::string_view service;  // peer.service, or the remote endpoint's name
  std::string_view address;  // host name or IP: server.address, net.peer.name, url.full, upstream_cluster, …
  std::uint16_t port = 0;
  std::string_view db_system;         // db.system, db.system.name
  std::string_view messaging_system;  // messaging.system
  std::string_view destination;       // messaging.destination.name, queue or topic
};

struct Link {
  TraceId trace;
  SpanId span = 0;
};

struct Span {
  TraceId trace;
  SpanId id = 0, parent = 0;
  SpanKind kind = SpanKind::absent;
  bool error = false;
  bool shared_id = false;          // Zipkin: the server half that uses its client's id
  std::uint64_t start_ns = 0;      // 0 = not recorded
  std::uint64_t duration_ns = 0;   // 0 = not recorded
  double probability = 1;          // of having been sampled; a span stands for 1/probability. (0, 1]
  bool probability_known = false;  // the data says so
  ResourceId resource = 0;
  OperationId operation = 0;
  PeerId peer = 0;
  std::span<const Link> links;
};

// One end of a call as a log line or flow record names it. All fields may be empty; text is canonical (IPs without
// port).
struct Party {
  std::string_view address;  // IP
  std::string_view ns;       // Kubernetes namespace
  std::string_view pod;
  std::string_view workload;
  std::string_view service;   // Service name the record itself gives
  std::string_view app;       // app.kubernetes.io/name, app, k8s-app or name label, in this order
  std::string_view reserved;  // Hubble: "world", "host", "remote-node", "kube-apiserver", "health", "init",
                              // "unmanaged", "ingress"; log lines: "outside"; ready-made edges: "external", "gateway",
                              // "egress-gateway", "waypoint" beside the names of one
  std::string_view host;      // DNS name: cluster FQDN (reviews.default.svc.cluster.local) or public authority; or the
                              // rule of a route that an Envoy Gateway followed (httproute/shop/web/rule/0)
  std::string_view identity;  // SPIFFE id or namespace/serviceaccount; a bare Cilium identity number
  std::string_view cluster;
};

enum class Unit : std::uint8_t { requests, connections };
enum class Recorder : std::uint8_t { unknown, client_side, server_side, gateway, waypoint, network };
enum class Reply : std::uint8_t { unknown, no, yes };

struct Observation {
  Unit unit = Unit::requests;
  Recorder recorder = Recorder::unknown;
  Reply reply = Reply::unknown;
  bool denied = false;    // refused by policy: counted apart, never a call
  bool unrouted = false;  // a proxy answered itself because nothing matched
  bool error = false;
  bool mesh = false;          // SNI, peer certificate or cluster name shows that a mesh carried it
  std::uint8_t protocol = 0;  // IP protocol number: 6 TCP, 17 UDP; 0 unknown
  std::uint16_t source_port = 0, destination_port = 0;
  PartyId source = 0, destination = 0;
  // Where it was recorded (an interface, a node, a reporter), hashed; 0 where nothing tells. What one place recorded of
  // a call adds up, what another place recorded of it is the same again.
  std::uint32_t point = 0;
  // Observations with the same non-zero key are observations of the same call (request id + destination + path;
  // 5-tuple).
  std::uint64_t key = 0;
  OperationId operation = 0;
  std::uint32_t opened = 0;  // connections that the record says were opened, where it sums up several; 0 = it is of one
  std::uint64_t time_ns = 0, duration_ns = 0;  // 0 = not recorded
  std::uint64_t bytes = 0;                     // both ways, or one way where each way has its own record
  double probability = 1;
};

// A ready-made edge with its count (Kiali, request metrics, dependency lists). Several of one edge add up, unless
// proxies on both sides counted the same calls: then the client's side speaks, before a waypoint's and the server's.
struct EdgeCount {
  PartyId source = 0, destination = 0;
  Unit unit = Unit::requests;
  Recorder recorder = Recorder::unknown;              // client_side, waypoint, server_side; else it adds up
  bool mesh = false;                                  // a mesh carried it
  bool message = false;                               // through a broker
  bool database = false;                              // said to be a database's
  bool denied = false;                                // refused by policy
  bool unrouted = false;                              // answered by a proxy for want of a route
  bool no_north_south = false, no_east_west = false;  // what its format cannot show at all
  std::uint16_t destination_port = 0;
  OperationId operation = 0;
  std::uint64_t calls = 0, errors = 0, bytes = 0;  // without calls: that there is an edge is all that is known
  std::uint64_t from_ns = 0, to_ns = 0;            // when they were counted; 0 = not recorded
};

}  // namespace nsew
