// Alibaba's call graphs: a line is a call, written by its caller and by its callee, and rpcid is its place in the tree.
// https://github.com/alibaba/clusterdata, cluster-trace-microservices-v2021 (MSCallGraph) and -v2022 (CallGraph)
//
// Every line becomes both halves of its call. A half's id is made of what tells calls apart, so that the two lines of
// one call are reports of the same spans: their times are left out, because those of the two lines differ, and count
// from the start of the recording anyway.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "input/csv_line.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

bool is_unknown(std::string_view name) {
  constexpr std::string_view unknown[] = {"", "(?)", "?", "UNKNOWN", "UNAVAILABLE", "NAN", "nan", "NULL", "null"};
  return std::ranges::find(unknown, name) != std::end(unknown);
}

// The users' own calls: named since 2022, before that a caller that is left out at the top of the tree.
bool is_user(std::string_view caller, std::string_view place) {
  return caller == "USER" || (caller.empty() && place == "0");
}

struct Call {
  std::string_view place, caller, callee, type, what;
  std::uint64_t caller_ns = 0, callee_ns = 0;  // how long each of them says that it took
};

// Negative where the callee wrote the line.
void read_duration(std::string_view text, Call& call) {
  const auto milliseconds = to_number(text);
  if (!milliseconds || !(std::abs(*milliseconds) < 1e12)) return;
  (*milliseconds < 0 ? call.callee_ns : call.caller_ns) =
      static_cast<std::uint64_t>(std::llround(std::abs(*milliseconds) * 1e6));
}

SpanId half_id(std::initializer_list<std::string_view> parts) {
  std::string text = "half";  // no hex number, so that it is hashed
  for (const std::string_view part : parts) text.append(1, '\x1f').append(part);
  return span_id(text);
}

SpanId callee_id(std::string_view place, std::string_view callee) { return half_id({"callee", place, callee}); }

std::string_view above(std::string_view place) {
  const auto dot = place.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : place.substr(0, dot);
}

Peer peer_of(const Call& call) {
  Peer peer;
  if (!is_unknown(call.callee)) peer.service = call.callee;
  if (call.type == "db") peer.db_system = "database";
  if (call.type == "mc") peer.db_system = "memcached";
  if (call.type == "mq") peer.messaging_system = "mq", peer.destination = call.what;
  return peer;
}

Span caller_half(const Call& call, RecordSink& sink) {
  Span span;
  span.id = half_id({"caller", call.place, call.caller, call.callee, call.type, call.what});
  const std::string_view place = above(call.place);
  if (!place.empty()) span.parent = callee_id(place, call.caller);
  span.kind = call.type == "mq" ? SpanKind::producer : SpanKind::client;
  span.duration_ns = call.caller_ns;
  span.resource = sink.resource({.service = is_unknown(call.caller) ? std::string_view{} : call.caller});
  span.peer = sink.peer(peer_of(call));
  return span;
}

Span callee_half(const Call& call, SpanId caller, RecordSink& sink) {
  Span span;
  span.id = callee_id(call.place, call.callee);
  span.parent = caller;
  span.kind = call.type == "mq" ? SpanKind::consumer : SpanKind::server;
  span.duration_ns = call.callee_ns;
  span.resource = sink.resource({.service = call.callee});
  span.peer = sink.peer(call.type == "mq" ? peer_of(call) : Peer{});
  return span;
}

void emit(const Call& call, TraceId trace, RecordSink& sink) {
  const bool store = call.type == "db" || call.type == "mc";
  const bool user = is_user(call.caller, call.place), unnamed = !user && is_unknown(call.caller);
  const bool named = !is_unknown(call.callee);
  const OperationId operation =
      sink.operation({.protocol = call.type == "http" ? "http" : "", .route = is_unknown(call.what) ? "" : call.what});
  bool first = true;
  const auto give = [&](Span span) {
    span.trace = trace;
    span.operation = operation;
    first ? sink.span(span) : sink.also(span);
    first = false;
  };
  // Of a caller that nobody knows there is no half: its callee's has a parent that is in no data.
  SpanId caller = user ? 0 : half_id({"nobody", call.place});
  if ((!user && !unnamed) || store || !named) {
    const Span half = caller_half(call, sink);
    caller = half.id;
    give(half);
  }
  if (named && !store) give(callee_half(call, caller, sink));
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local CsvRecord line;
  if (!line.read(frame, sink)) return;
  Call call{line["rpcid"], line["um"], line["dm"], line["rpctype"], line["interface"]};
  const std::string_view trace = line["traceid"];
  if (trace.empty()) return sink.skip(frame, nullptr, "a call without traceid", "the rest is read");
  if (call.place.empty()) return sink.skip(frame, nullptr, "a call without rpcid", "the rest is read");
  read_duration(line["rt"], call);
  emit(call, trace_id(trace), sink);
}

bool recognises(std::string_view head) {
  return has_columns(csv_columns(head), {"traceid", "rpcid", "um", "rpctype", "dm"});
}

Framing framing(std::string_view head) {
  return {.cut = Framing::Cut::lines, .keys = {}, .columns = csv_columns(head)};
}

}  // namespace

const Reader alibaba_csv{.name = "alibaba-csv",
                         .summary = "call graphs of Alibaba's cluster traces of 2021 and 2022",
                         .unit = "requests",
                         .record =
                             "git clone https://github.com/alibaba/clusterdata && "
                             "cd clusterdata/cluster-trace-microservices-v2021 && bash fetchData.sh",
                         .recognises = recognises,
                         .framing = framing,
                         .read = read};

}  // namespace nsew
