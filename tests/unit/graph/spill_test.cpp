#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <string>

#include "base/page_file.hpp"
#include "graph/stitch.hpp"
#include "input/store.hpp"

using namespace nsew;

namespace {

// Chains of client and server halves through ten services; with `linked`, some end in a message to another trace.
void fill(std::vector<RecordSink>& sinks, bool linked) {
  constexpr std::uint64_t traces = 6000, hops = 6;
  for (std::uint64_t t = 1; t <= traces; ++t) {
    RecordSink& sink = sinks[t % sinks.size()];
    for (std::uint64_t i = 0; i < 2 * hops; ++i) {
      const std::string service = fmt::format("s{}", (t + (i + 1) / 2) % 10);
      const ResourceId resource = sink.resource({.service = service});
      const SpanKind kind = i % 2 == 0 ? SpanKind::server : SpanKind::client;
      sink.span({.trace = {t, t},
                 .id = i + 1,
                 .parent = i,
                 .kind = kind,
                 .error = t % 7 == 0,
                 .start_ns = 1'750'000'000'000'000'000 + t * 1'000'000'000,
                 .duration_ns = 1000 * t,
                 .resource = resource});
    }
    if (!linked || t % 5 != 0) continue;
    const Link link{{t, t}, 2 * hops};
    sink.span({.trace = {0, t},
               .id = 1,
               .kind = SpanKind::consumer,
               .resource = sink.resource({.service = "taker"}),
               .links = std::span(&link, 1)});
  }
}

// Everything that comes out of the join, a line for each call and each trace.
std::vector<std::string> told(std::vector<RecordSink>& sinks, unsigned threads) {
  const Names names = gather(sinks);
  std::vector<std::uint32_t> nodes(names.resources.size());
  std::iota(nodes.begin(), nodes.end(), 0U);
  const Joined joined = join(sinks, names, nodes, threads);
  std::vector<std::string> lines{fmt::format("{} {} {} {} {}", joined.repeated, joined.intra, joined.server_halves,
                                             joined.client_halves, joined.traces)};
  for (const auto& [call, stats] : joined.calls)
    lines.push_back(fmt::format("{} {} {} {} {} {} {}", static_cast<int>(call.form), call.caller, call.callee,
                                stats.calls.observed(), stats.errors.observed(), stats.latency.count(),
                                stats.minutes.size()));
  std::vector<std::string> traces;
  std::mutex mutex;
  walk(sinks, names, joined, threads, [&](unsigned, const TraceView& trace) {
    std::string line;
    for (const TraceCall& c : trace.calls)
      line += fmt::format(" {}<{} {} {} {}", c.call, c.parent, c.minute, c.latency, c.error);
    const std::lock_guard lock(mutex);
    traces.push_back(line);
  });
  std::ranges::sort(traces);
  lines.insert(lines.end(), traces.begin(), traces.end());
  return lines;
}

}  // namespace

TEST_CASE("what went to a file joins as what stayed in memory") {
  for (const bool linked : {false, true}) {
    std::vector<RecordSink> whole(1);
    fill(whole, linked);
    const std::vector<std::string> expected = told(whole, 1);
    CHECK(expected.size() > 6000);
    for (const unsigned threads : {1U, 2U, 3U}) {
      CAPTURE(linked);
      CAPTURE(threads);
      PageFile file("/tmp");
      std::vector<RecordSink> sinks(threads);
      for (RecordSink& sink : sinks) sink.spill_to(file, 0);
      fill(sinks, linked);
      CHECK((told(sinks, threads) == expected));
      CHECK_FALSE(file.has_lost());
    }
  }
}
