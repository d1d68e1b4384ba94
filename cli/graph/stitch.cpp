#include "graph/stitch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "graph/stitch_trace.hpp"

namespace nsew {
namespace {

using stitch::TraceStitcher;

// Distinct texts of one interner of every sink, sorted; per sink its own id -> place.
std::vector<std::string> gather_texts(const std::vector<RecordSink>& sinks, Interner RecordSink::Store::*which,
                                      std::vector<Names::Remap>& remaps, std::vector<std::uint32_t> Names::Remap::*to) {
  std::vector<std::string_view> all;
  for (const RecordSink& sink : sinks)
    for (std::uint32_t id = 0; id < (sink.store().*which).size(); ++id) all.push_back((sink.store().*which).text(id));
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (std::size_t s = 0; s < sinks.size(); ++s) {
    const Interner& interner = sinks[s].store().*which;
    for (std::uint32_t id = 0; id < interner.size(); ++id) {
      const auto at = std::ranges::lower_bound(all, interner.text(id));
      (remaps[s].*to).push_back(static_cast<std::uint32_t>(at - all.begin()));
    }
  }
  return {all.begin(), all.end()};
}

void gather_probabilities(const std::vector<RecordSink>& sinks, Names& names) {
  for (const RecordSink& sink : sinks)
    names.probabilities.insert(names.probabilities.end(), sink.store().probabilities.begin(),
                               sink.store().probabilities.end());
  std::ranges::sort(names.probabilities);
  names.probabilities.erase(std::unique(names.probabilities.begin(), names.probabilities.end()),
                            names.probabilities.end());
  for (std::size_t s = 0; s < sinks.size(); ++s)
    for (const double p : sinks[s].store().probabilities) {
      const auto at = std::ranges::lower_bound(names.probabilities, p);
      names.remaps[s].probabilities.push_back(static_cast<std::uint32_t>(at - names.probabilities.begin()));
    }
}

void count_spans(const std::vector<RecordSink>& sinks, Names& names) {
  names.resource_spans.resize(names.resources.size());
  for (std::size_t s = 0; s < sinks.size(); ++s)
    for (const auto& partition : sinks[s].store().spans)
      for (const SpanRow& row : partition) ++names.resource_spans[names.remaps[s].resources[row.resource]];
}

// Calls work(partition, thread) for every partition, each once.
template <class Work>
void for_each_partition(unsigned threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&](unsigned thread) {
    for (std::size_t p = next++; p < RecordSink::partitions; p = next++) work(p, thread);
  };
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(run, t);
  run(0);
}

// One thread's rows and counts, on cache lines of their own: neighbours that grow side by side slow each other down.
struct alignas(64) Scratch {
  std::vector<SpanRow> rows;
  std::uint64_t repeated = 0;
};

std::uint64_t first_pass(const stitch::RowsContext& context, std::vector<Scratch>& scratch) {
  for_each_partition(static_cast<unsigned>(scratch.size()), [&](std::size_t p, unsigned thread) {
    scratch[thread].repeated += stitch::sort_partition(context, p, scratch[thread].rows);
  });
  std::uint64_t sum = 0;
  for (const Scratch& one : scratch) sum += one.repeated;
  return sum;
}

void stitch_partition(TraceStitcher& stitcher, std::span<const SpanRow> rows, TraceWords& words) {
  words.clear();
  for (std::size_t from = 0; from < rows.size();) {
    std::size_t to = from + 1;
    while (to < rows.size() && rows[to].trace == rows[from].trace) ++to;
    stitcher.stitch(rows.subspan(from, to - from), words);
    from = to;
  }
}

// All threads' calls as one sorted list, and per thread its own number -> place in it.
std::vector<std::vector<std::uint32_t>> merge_books(const std::vector<TraceStitcher>& stitchers, Joined& joined) {
  std::vector<RawCall> all;
  for (const TraceStitcher& stitcher : stitchers)
    all.insert(all.end(), stitcher.book().calls().begin(), stitcher.book().calls().end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const RawCall& call : all) joined.calls.emplace_back(call, RawCallStats{});
  std::vector<std::vector<std::uint32_t>> places;
  for (const TraceStitcher& stitcher : stitchers) {
    auto& mine = places.emplace_back();
    for (const RawCall& call : stitcher.book().calls())
      mine.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(all, call) - all.begin()));
  }
  return places;
}

void add_sums(const std::vector<TraceStitcher>& stitchers, Joined& joined) {
  for (const TraceStitcher& stitcher : stitchers) {
    const stitch::Sums& sums = stitcher.sums();
    joined.intra += sums.intra;
    joined.server_halves += sums.server_halves;
    joined.client_halves += sums.client_halves;
    joined.traces += sums.traces;
    joined.probabilities_known = joined.probabilities_known && sums.probabilities_known;
  }
}

// A partition's words name calls by its thread's numbers; from here on by places in Joined::calls.
void renumber(TraceWords& words, const std::vector<std::uint32_t>& places) {
  for (std::size_t i = 0; i < words.size();) {
    const std::uint64_t calls = words[i++] >> 32;
    for (const std::size_t end = i + calls * stitch::words::per_call; i < end; i += stitch::words::per_call)
      words[i] = std::uint64_t{places[words[i] >> 32]} << 32 | (words[i] & 0xFFFFFFFF);
  }
}

template <class Each>
void each_call(const std::array<TraceWords, RecordSink::partitions>& partitions, const Each& each) {
  for (const TraceWords& words : partitions)
    for (std::size_t i = 0; i < words.size();) {
      const std::uint64_t head = words[i++];
      for (const std::size_t end = i + (head >> 32) * stitch::words::per_call; i < end; i += stitch::words::per_call)
        each(static_cast<std::uint32_t>(words[i] >> 32), words[i + 1], static_cast<std::uint32_t>(head));
    }
}

// One call of a kind in 8 bytes: minute, probability, latency, error.
constexpr std::uint64_t event(std::uint64_t second_word, std::uint32_t probability) {
  return second_word | std::uint64_t{probability} << 10;
}

void count_events(std::span<std::uint64_t> events, const Names& names, RawCallStats& stats) {
  std::ranges::sort(events);
  std::array<std::uint32_t, LatencySketch::buckets + 1> latencies{};
  std::uint32_t lowest = LatencySketch::buckets, highest = 0;
  for (std::size_t i = 0; i < events.size();) {
    const std::uint64_t minute = events[i] >> 32, probability = events[i] >> 10 & ((1U << 22) - 1);
    std::uint64_t calls = 0, errors = 0;
    for (; i < events.size() && events[i] >> 10 == (minute << 22 | probability); ++i, ++calls) {
      errors += events[i] & 1;
      const auto bucket = static_cast<std::uint32_t>(events[i] >> 1 & 511);
      ++latencies[bucket];
      lowest = std::min(lowest, bucket), highest = std::max(highest, bucket);
    }
    stats.calls.add(names.probabilities[probability], calls);
    stats.errors.add(names.probabilities[probability], errors);
    if (minute != 0) stats.minutes[static_cast<std::uint32_t>(minute)] += calls;
  }
  for (std::uint32_t bucket = lowest; bucket <= highest; ++bucket) stats.latency.add(bucket, latencies[bucket]);
}

// The words once more, by call: counting is cheap where all of one call's events stand together.
void count_calls(const std::array<TraceWords, RecordSink::partitions>& words, const Names& names, Joined& joined,
                 unsigned threads) {
  std::vector<std::uint64_t> end(joined.calls.size() + 1);
  each_call(words, [&](std::uint32_t call, std::uint64_t, std::uint32_t) { ++end[call + 1]; });
  for (std::size_t i = 1; i < end.size(); ++i) end[i] += end[i - 1];
  std::vector<std::uint64_t> events(end.back());
  each_call(words, [&](std::uint32_t call, std::uint64_t second_word, std::uint32_t probability) {
    events[end[call]++] = event(second_word, probability);
  });
  for_each_partition(threads, [&](std::size_t p, unsigned) {
    for (std::size_t call = p; call < joined.calls.size(); call += RecordSink::partitions) {
      const std::uint64_t from = call == 0 ? 0 : end[call - 1];
      count_events(std::span(events).subspan(from, end[call] - from), names, joined.calls[call].second);
    }
  });
}

}  // namespace

Names gather(const std::vector<RecordSink>& sinks) {
  Names names;
  names.remaps.resize(sinks.size());
  using Store = RecordSink::Store;
  using Remap = Names::Remap;
  names.resources = gather_texts(sinks, &Store::resources, names.remaps, &Remap::resources);
  names.operations = gather_texts(sinks, &Store::operations, names.remaps, &Remap::operations);
  names.peers = gather_texts(sinks, &Store::peers, names.remaps, &Remap::peers);
  names.parties = gather_texts(sinks, &Store::parties, names.remaps, &Remap::parties);
  gather_probabilities(sinks, names);
  count_spans(sinks, names);
  return names;
}

Joined join(std::vector<RecordSink>& sinks, const Names& names, std::span<const std::uint32_t> node_of,
            unsigned threads) {
  Joined joined;
  if (sinks.empty()) return joined;
  threads = std::clamp(threads, 1U, static_cast<unsigned>(RecordSink::partitions));
  const stitch::Details details = stitch::collect_details(sinks, names);
  stitch::Links links = stitch::collect_links(sinks);
  std::vector<Scratch> scratch(threads);
  joined.repeated = first_pass({sinks, names, node_of, details, links}, scratch);
  stitch::settle_links(links);

  const bool given = sinks[0].store().assumed_probability > 0;
  std::vector<TraceStitcher> stitchers(threads, TraceStitcher(node_of, details, links, given));
  std::vector<unsigned> thread_of(RecordSink::partitions);
  auto& words = sinks[0].store().traces;
  for_each_partition(threads, [&](std::size_t p, unsigned thread) {
    thread_of[p] = thread;
    stitch::take_partition(sinks, p, scratch[thread].rows);
    stitch_partition(stitchers[thread], scratch[thread].rows, words[p]);
  });

  const auto places = merge_books(stitchers, joined);
  add_sums(stitchers, joined);
  for_each_partition(threads, [&](std::size_t p, unsigned) { renumber(words[p], places[thread_of[p]]); });
  count_calls(words, names, joined, threads);
  return joined;
}

void walk(const std::vector<RecordSink>& sinks, const Names&, const Joined&, unsigned threads,
          const std::function<void(unsigned thread, const TraceView&)>& visit) {
  if (sinks.empty()) return;
  for_each_partition(std::max(threads, 1U), [&](std::size_t p, unsigned thread) {
    const TraceWords& words = sinks[0].store().traces[p];
    std::vector<TraceCall> calls;
    for (std::size_t i = 0; i < words.size();) {
      const std::uint64_t head = words[i++];
      calls.clear();
      for (const std::size_t end = i + (head >> 32) * stitch::words::per_call; i < end; i += stitch::words::per_call)
        calls.push_back(stitch::words::call(words[i], words[i + 1]));
      visit(thread, {calls, static_cast<std::uint32_t>(head)});
    }
  });
}

}  // namespace nsew
