#include "graph/build_select.hpp"

#include <algorithm>
#include <unordered_map>

#include "input/store.hpp"

namespace nsew {
namespace {

constexpr std::uint64_t ns_per_minute = 60'000'000'000;

std::map<std::string, std::uint64_t> environments_of(const RecordSink::Store& store) {
  std::map<std::string, std::uint64_t> environments;
  const auto& spans = store.resource_spans;
  for (std::uint32_t id = 0; id < std::min<std::size_t>(spans.size(), store.resources.size()); ++id) {
    const std::string_view environment = unpacked_resource(store.resources.text(id)).environment;
    if (!environment.empty() && spans[id] != 0) environments[std::string(environment)] += spans[id];
  }
  return environments;
}

void keep_rows(RecordSink::Store& store, SpanRows& rows, const auto& wanted) {
  SpanRows kept;
  for (const SpanRow& row : rows)
    if (wanted(row))
      kept.push_back(row);
    else
      --store.resource_spans[row.resource];
  rows.pages().clear();
  rows = std::move(kept);
  if (store.file != nullptr) rows.pages().spill(*store.file);
}

void keep_environment(RecordSink::Store& store, const std::string& environment) {
  std::vector<bool> wanted;
  for (std::uint32_t id = 0; id < store.resources.size(); ++id)
    wanted.push_back(unpacked_resource(store.resources.text(id)).environment == environment);
  for (auto& partition : store.spans)
    keep_rows(store, partition, [&](const SpanRow& row) { return wanted[row.resource]; });
}

// A trace is in the window where its first span with a time is; times are kept in whole minutes.
void keep_window(std::vector<RecordSink>& sinks, std::size_t partition, std::uint64_t from, std::uint64_t to) {
  std::unordered_map<std::uint64_t, std::uint64_t> begins;
  for (const RecordSink& sink : sinks)
    for (const SpanRow& row : sink.store().spans[partition]) {
      if (row.minute == 0) continue;
      const auto [at, fresh] = begins.try_emplace(row.trace, row.minute);
      if (!fresh) at->second = std::min<std::uint64_t>(at->second, row.minute);
    }
  const auto wanted = [&](const SpanRow& row) {
    const auto at = begins.find(row.trace);
    return at == begins.end() || (at->second >= from && at->second < to);
  };
  for (RecordSink& sink : sinks) keep_rows(sink.store(), sink.store().spans[partition], wanted);
}

std::uint64_t row_minute(std::uint64_t time_ns, std::uint64_t otherwise) {
  const std::uint64_t minute = time_ns / ns_per_minute;
  return minute < minutes_before_2020 ? otherwise : minute - minutes_before_2020 + 1;
}

void extend(CallGraph::Window& window, std::uint64_t from, std::uint64_t to) {
  if (from == 0 && to == 0) return;
  window.from_ns = window.from_ns == 0 ? from : std::min(window.from_ns, from);
  window.to_ns = std::max(window.to_ns, to);
}

// Sinks keep one window for everything; where they also hold log lines or flows the spans' own is known to the minute.
CallGraph::Window window_of_spans(const std::vector<RecordSink>& sinks) {
  CallGraph::Window window;
  for (const RecordSink& sink : sinks) {
    const RecordSink::Store& store = sink.store();
    if (store.observations.empty()) {
      extend(window, store.first_ns, store.last_ns);
      continue;
    }
    for (const auto& partition : store.spans)
      for (const SpanRow& row : partition)
        if (row.minute != 0) {
          const std::uint64_t begin = (row.minute - 1 + minutes_before_2020) * ns_per_minute;
          extend(window, begin, begin + ns_per_minute);
        }
  }
  return window;
}

void add_spans(CallGraph& graph, const std::vector<RecordSink>& sinks, const Names& names, const Joined& joined) {
  std::uint64_t spans = 0;
  for (const std::uint64_t count : names.resource_spans) spans += count;
  if (spans == 0) return;
  graph.records[Source::traces] = spans;
  graph.windows[Source::traces] = window_of_spans(sinks);
  graph.probabilities_known[Source::traces] = joined.probabilities_known;
}

}  // namespace

std::map<std::string, std::uint64_t> select_records(std::vector<RecordSink>& sinks, const GraphOptions& options) {
  std::map<std::string, std::uint64_t> environments;
  for (const RecordSink& sink : sinks)
    for (const auto& [name, spans] : environments_of(sink.store())) environments[name] += spans;
  if (!options.environment.empty())
    for (RecordSink& sink : sinks) keep_environment(sink.store(), options.environment);
  if (options.since_ns == 0 && options.until_ns == 0) return environments;
  const std::uint64_t from = row_minute(options.since_ns, 0);
  const std::uint64_t to = options.until_ns == 0 ? ~std::uint64_t{0} : row_minute(options.until_ns, 0);
  for (std::size_t partition = 0; partition < RecordSink::partitions; ++partition)
    keep_window(sinks, partition, from, to);
  return environments;
}

void add_books(CallGraph& graph, const std::vector<RecordSink>& sinks, const Names& names, const Joined& joined,
               const Observed& seen, const CountedEdges& edges) {
  add_spans(graph, sinks, names, joined);
  for (const auto& [call, stats] : seen.calls) {
    const Source source = call.unit == Unit::connections ? Source::flows : Source::request_logs;
    graph.records[source] += stats.records;
    extend(graph.windows[source], stats.first_ns, stats.last_ns);
  }
  for (const auto& [edge, stats] : edges) {
    graph.records[source_of(edge.unit)] += stats.records;
    extend(graph.windows[source_of(edge.unit)], stats.first_ns, stats.last_ns);
  }
}

}  // namespace nsew
