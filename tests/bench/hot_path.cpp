// hot_path THREADS FILE: the hot path alone, from bytes to joined calls, each resource a service of its own name.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "graph/stitch.hpp"
#include "input/ingest.hpp"

namespace {

std::vector<std::uint32_t> nodes_by_name(const nsew::Names& names) {
  std::map<std::string_view, std::uint32_t> nodes;
  std::vector<std::uint32_t> node_of;
  for (const std::string& resource : names.resources)
    node_of.push_back(
        nodes.try_emplace(nsew::unpacked_resource(resource).service, static_cast<std::uint32_t>(nodes.size()))
            .first->second);
  return node_of;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const auto threads = static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10));
  std::vector<nsew::RecordSink> sinks(threads);
  nsew::Diagnostics diagnostics;
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  const auto begin = Clock::now();
  auto input = nsew::open_input(argv[2]);
  const nsew::Reader* reader = nsew::recognise(input.head);
  if (reader == nullptr) return 65;
  const auto summary = nsew::ingest(std::move(input), *reader, sinks, {.threads = threads}, diagnostics);
  const auto read = Clock::now();
  const nsew::Names names = nsew::gather(sinks);
  const nsew::Joined joined = nsew::join(sinks, names, nodes_by_name(names), threads);
  const auto stitched = Clock::now();
  std::vector<std::uint64_t> levels(threads);
  nsew::walk(sinks, names, joined, threads, [&](unsigned t, const nsew::TraceView& v) { levels[t] += v.calls.size(); });
  std::uint64_t calls = 0;
  for (const std::uint64_t n : levels) calls += n;
  for (const auto& said : diagnostics.list()) fmt::print(stderr, "{}: {}\n", to_string(said.location), said.message);
  fmt::print("records {} skipped {} traces {} calls {} repeated {} kinds {} read {:.3f} join {:.3f} walk {:.3f}\n",
             summary.records, summary.skipped, joined.traces, calls, joined.repeated, joined.calls.size(),
             seconds(read - begin), seconds(stitched - read), seconds(Clock::now() - stitched));
  return 0;
}
