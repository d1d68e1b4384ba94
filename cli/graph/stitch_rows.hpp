// The first pass of the join: the rows of one partition in the terms of Names, sorted by trace and content, each span
// once; and the links between spans, which alone reach across partitions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/stitch.hpp"
#include "input/store.hpp"

namespace nsew::stitch {

enum class Side : std::uint8_t { neutral, server, client };
Side side_of(const SpanRow&);
bool is_message(const SpanRow&);  // PRODUCER or CONSUMER

// A span that links point to, and what its own partition says about it.
struct Target {
  std::uint64_t trace = 0, span = 0;
  std::uint32_t node = nobody;
  std::uint32_t detail = 0;
  std::uint32_t minute : 23 = 0;
  std::uint32_t latency : 9 = no_latency;
  bool found = false, producer = false, error = false;
  bool taken = false;  // a consumer in the data took its message
};
static_assert(sizeof(Target) == 32);
// A link from a span that took a message, sorted by its owner; `target` is a place in targets.
struct LiveLink {
  std::uint64_t trace = 0, span = 0;
  std::uint32_t target = 0;
  bool from_consumer = false, found = false;
  std::uint32_t owner_node = nobody;
};
struct Links {
  std::vector<LiveLink> links;
  std::vector<Target> targets;
};
Links collect_links(std::vector<RecordSink>&);  // the sinks' own are given up
void settle_links(Links&);                      // between the passes: which targets are taken
std::span<LiveLink> links_of(std::vector<LiveLink>&, std::uint64_t trace, std::uint64_t span);

struct Details {
  std::vector<Detail> all;                          // distinct, sorted, in places of Names
  std::vector<std::vector<std::uint32_t>> by_sink;  // a sink's own number -> place in all
};
Details collect_details(const std::vector<RecordSink>&, const Names&);

struct RowsContext {
  std::vector<RecordSink>& sinks;
  const Names& names;
  std::span<const std::uint32_t> node_of;
  const Details& details;
  Links& links;
};

// Takes partition `p` from the sinks, sorted, each span once. Returns how many were repeats.
std::uint64_t sort_partition(const RowsContext&, std::size_t p, std::vector<SpanRow>& rows);

// What those rows say about links; then they wait in the first sink until all partitions have told, and are taken back.
void tell_links(const RowsContext&, std::size_t p, const std::vector<SpanRow>& rows);
void keep_partition(const RowsContext&, std::size_t p, const std::vector<SpanRow>& rows);
void take_partition(std::vector<RecordSink>&, std::size_t p, std::vector<SpanRow>& rows);

}  // namespace nsew::stitch
