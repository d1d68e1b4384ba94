// Log lines and flow records to calls: each call or connection once, however many proxies, nodes and observation points
// saw it, with the facts from which identity and direction decide. No class is given here. Works in three steps:
//
// 1. Parties learn from each other (definitions.md §2). Inside the data given, a pod without labels takes its names
// from
//    its best-labelled record; an endpoint of which only the Cilium identity is known takes the namespace and the app
//    that all endpoints of this identity share; an address without a name takes the service that log lines place there
//    (an outbound line's upstream host, an inbound line's own address).
// 2. Observations with one key are one call. Connections: one per key. Requests: a key is request id and path, so a
//    caller that asks the same thing twice in one request has two pairs of lines; per key and destination there are as
//    many calls as the side with more lines has, paired by the caller's address. Key 0: a call of its own.
//    Of the records of one call the best speaks: a proxy on the caller's side before one on the callee's, and for each
//    end the party with the most of a name. Records of the way back only add errors, latency and names, but a
//    connection of which nothing else was recorded is one, too. Which way a record goes where it does not say: turn()
//    in observe_sight.hpp. A record that sums up several connections gives their number; what one place recorded adds
//    up.
// 3. The leg behind an L7 proxy (new ports, a node's address, an end with an identity but no pod) is dropped when the
//    same edge of services has a connection that names the pods at both ends.
//
// The result does not depend on the order or split of the input, nor on the number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/sketch.hpp"
#include "graph/stitch.hpp"
#include "graph/tenancy.hpp"
#include "input/record.hpp"
#include "input/sink.hpp"

namespace nsew {

struct ObserveOptions {
  std::uint64_t since_ns = 0, until_ns = 0;  // 0 = no bound; observations without a time are always kept
  // An end of which only the address is known is the pod that had it at the observation's time, or nobody known.
  Tenancies tenancies = {};
};

// Calls that are alike in everything but time, size and outcome.
struct ObservedCall {
  std::uint32_t source = 0, destination = 0;  // places in Observed::parties; 0 = nothing is known
  std::uint32_t operation = 0;  // place in Names::operations; 0 = none. A connection with several: the one
                                // most of its requests asked for
  Unit unit = Unit::requests;
  std::uint8_t protocol = 0;           // IP protocol number; 0 unknown
  std::uint16_t destination_port = 0;  // of the service where the record names it, else of the pod
  // Who wrote the record that speaks for the call. gateway: the source is the gateway itself (its callers are outside
  // and appear in no other record). server_side with source.reserved == "outside": came in through a gateway that wrote
  // nothing here.
  Recorder recorder = Recorder::unknown;
  bool denied = false;    // refused by policy: counted, never a call
  bool unrouted = false;  // answered by the proxy itself (no route, no cluster): counted, never a call
  bool answered = false;  // a connection of which only the way back was recorded
  // A mesh carried it: the caller is a workload of the mesh even if only its address is known. An outside source wins.
  bool mesh = false;
  auto operator<=>(const ObservedCall&) const = default;
};

struct ObservedStats {
  Tally calls, errors;        // one per call; error: any record of the call says so
  std::uint64_t records = 0;  // observations behind them, replies and repeats included
  std::uint64_t bytes = 0;    // both ways, from the place that recorded most
  LatencySketch latency;      // caller's side where it was recorded
  std::map<std::uint32_t, std::uint64_t>
      minutes;                              // calls by minute since 1970 in which they began; only those with a time
  std::uint64_t first_ns = 0, last_ns = 0;  // 0 = no times
};

using ObservedCalls = std::vector<std::pair<ObservedCall, ObservedStats>>;  // sorted, distinct

struct Observed {
  // What is known of each end after learning: packed Party (input/sink.hpp), sorted, distinct; [0] is the empty one.
  // Texts of the record itself are kept; learned ones fill empty fields only. Where a pod is known `reserved` is empty.
  // `ns` and `service` are also set from a cluster FQDN in `host`.
  std::vector<std::string> parties;
  ObservedCalls calls;
  // L7 requests seen inside connections (Hubble): the same keys with unit == requests, one per request record. They
  // carry the operations of the edge and do not add up to `calls`, because only what an L7 proxy parses is in here.
  ObservedCalls requests_inside;

  std::uint64_t repeated = 0;         // observations beyond one per call: other observation points, nodes, proxies
  std::uint64_t replies = 0;          // observations of the way back
  std::uint64_t portless = 0;         // ICMP and the like: not connections
  std::uint64_t post_proxy_legs = 0;  // connections dropped by step 3
};

Observed observe(const std::vector<RecordSink>&, const Names&, const ObserveOptions& = {});

}  // namespace nsew
