// Spans to calls: an exact join inside each trace (definitions.md §1, §5), in three steps so that identity can be
// settled in between: gather() puts the sinks' names into one ordered table; join() pairs halves; walk() visits the
// traces once more.
//
// How spans become calls where definitions.md leaves it open:
// - The probability of a trace is the smallest that one of its spans gives (Jaeger writes it into the root span only).
// - A consumer with several links took one message from each linked span that is in the data, once per linked span even
//   when that is its parent as well; with none in the data it took one message from its source.
// - A span of another kind that links to a PRODUCER of another service took a message too, and is no root or orphan.
// - A CLIENT span is no call of its own when the same service's spans below it (through INTERNAL ones) include another
//   CLIENT or PRODUCER, or a span with a child in another service: that is the call (instrumentation at two layers).
// - Of two spans that share the parent's id, the one in the child's own service is its parent, else the server half.
// - A span that names itself as its parent is a root. In a cycle of parents every span is joined to its parent, and the
//   walk begins at the smallest.
// - Spans whose node is `nobody` are left out as if they were not in the data.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "graph/sketch.hpp"
#include "input/sink.hpp"

namespace nsew {

// The names of all sinks, each distinct text once, sorted; ids are places in these lists. Order of input does not show.
struct Names {
  std::vector<std::string> resources, operations, peers, parties;  // packed (input/sink.hpp)
  std::vector<double> probabilities;                               // distinct, ascending
  // per sink: its own id -> id here
  struct Remap {
    std::vector<std::uint32_t> resources, operations, peers, parties, probabilities;
  };
  std::vector<Remap> remaps;
  std::vector<std::uint64_t> resource_spans;  // spans per resource, before repeats are dropped
};
Names gather(const std::vector<RecordSink>&);

inline constexpr std::uint32_t nobody = ~std::uint32_t{0};

enum class CallForm : std::uint8_t {
  paired,         // client half in A, server half in B
  inferred,       // A's span has a child in B, kinds absent or odd
  client_only,    // only the caller's half: to whom the peer says. A span that names no peer and is itself the callee's
                  // half of an inferred call (a driver that poses as the database) is no second call
  orphan_server,  // only the callee's half, its parent is in no data
  root_server,    // a trace begins here: SERVER, or without kind
  async_pair,     // PRODUCER -> CONSUMER, as parent or by link
  producer_only,  // to a destination
  consumer_only,  // from a source (or a root of a trace)
};

// Calls that are alike in everything but time. caller and callee are node numbers that identity gave to resources.
struct RawCall {
  CallForm form = CallForm::paired;
  std::uint32_t caller = nobody, callee = nobody;
  std::uint32_t client_operation = 0, server_operation = 0, peer = 0;  // places in Names; 0 = the empty one
  auto operator<=>(const RawCall&) const = default;
};
struct RawCallStats {
  Tally calls, errors;                             // error: either half says so
  LatencySketch latency;                           // client half's where there is one
  std::map<std::uint32_t, std::uint64_t> minutes;  // since 1970; only spans with a time
};

struct Joined {
  std::vector<std::pair<RawCall, RawCallStats>> calls;  // sorted by RawCall
  std::uint64_t repeated = 0;                           // duplicate reports of one span, dropped
  std::uint64_t intra = 0;                              // calls inside one node
  std::uint64_t server_halves = 0, client_halves = 0;   // of calls that are no messages, matched or not
  std::uint64_t traces = 0;
  bool probabilities_known = true;  // in every trace a span says how it was sampled, or --sampling-rate does
};

// node_of: by resource place in Names; equal numbers are the same service. Rewrites the sinks' rows for walk().
Joined join(std::vector<RecordSink>&, const Names&, std::span<const std::uint32_t> node_of, unsigned threads);

// One trace's calls, parents before children.
struct TraceCall {
  std::uint32_t call;  // place in Joined::calls
  std::uint32_t
      parent;     // place in this list of the call that caused it; nobody at the top or below an orphan subtree's root
  bool orphaned;  // below (or at) a span whose parent is in no data
  bool async;     // the chain of synchronous levels starts again here
  bool error;  // either half says so; with minute and latency as in RawCallStats: some calls of one RawCall have to be
               // told from the others by what lies behind them
  std::uint32_t minute;   // since 1970; 0 = no time
  std::uint32_t latency;  // bucket; LatencySketch::buckets = not recorded
};
struct TraceView {
  std::span<const TraceCall> calls;
  std::uint32_t probability;  // place in Names::probabilities
};

// Visits every trace that has a call, in any order, from `threads` threads at once; `visit` is told which thread it is
// on.
void walk(const std::vector<RecordSink>&, const Names&, const Joined&, unsigned threads,
          const std::function<void(unsigned thread, const TraceView&)>& visit);

}  // namespace nsew
