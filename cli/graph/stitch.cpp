#include "graph/stitch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

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
  for (std::size_t s = 0; s < sinks.size(); ++s) {
    const auto& spans = sinks[s].store().resource_spans;
    const auto& places = names.remaps[s].resources;
    for (std::size_t id = 0; id < std::min(spans.size(), places.size()); ++id)
      names.resource_spans[places[id]] += spans[id];
  }
}

template <class Work>
void for_each_thread(unsigned threads, const Work& work) {
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0U);
}

// Calls work(partition, thread) for every partition, each once.
template <class Work>
void for_each_partition(unsigned threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  for_each_thread(threads, [&](unsigned thread) {
    for (std::size_t p = next++; p < RecordSink::partitions; p = next++) work(p, thread);
  });
}

// One thread's rows and counts, on cache lines of their own: neighbours that grow side by side slow each other down.
struct alignas(64) Scratch {
  std::vector<SpanRow> rows;
  std::uint64_t repeated = 0;
};

void stitch_partition(TraceStitcher& stitcher, std::span<const SpanRow> rows, TraceWords& words) {
  words.clear();
  for (std::size_t from = 0; from < rows.size();) {
    std::size_t to = from + 1;
    while (to < rows.size() && rows[to].trace == rows[from].trace) ++to;
    stitcher.stitch(rows.subspan(from, to - from), words);
    from = to;
  }
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

// Pages of rows that were freed lie between what stays.
void give_back_freed_pages() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
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
  for (RecordSink& sink : sinks) sink.store().meanings = {};  // of use to readers alone
  const stitch::Details details = stitch::collect_details(sinks, names);
  stitch::Links links = stitch::collect_links(sinks);
  const stitch::RowsContext context{sinks, names, node_of, details, links};
  std::vector<Scratch> scratch(threads);
  // Links reach across partitions: with links all partitions have to tell of them before the first trace is stitched.
  const bool linked = !links.links.empty();
  const auto sort = [&](std::size_t p, Scratch& mine) { mine.repeated += sort_partition(context, p, mine.rows); };
  if (linked)
    for_each_partition(threads, [&](std::size_t p, unsigned thread) {
      sort(p, scratch[thread]);
      tell_links(context, p, scratch[thread].rows);
      keep_partition(context, p, scratch[thread].rows);
    });
  stitch::settle_links(links);

  RecordSink::Store& store = sinks[0].store();
  stitch::CallBook book(store.file != nullptr);
  std::vector<TraceStitcher> stitchers;
  stitchers.reserve(threads);
  for (unsigned t = 0; t < threads; ++t)
    stitchers.emplace_back(node_of, details, links, stitch::CallCounter(book, names), store.assumed_probability > 0);
  for_each_partition(threads, [&](std::size_t p, unsigned thread) {
    auto& rows = scratch[thread].rows;
    if (linked)
      stitch::take_partition(sinks, p, rows);
    else
      sort(p, scratch[thread]);
    stitch_partition(stitchers[thread], rows, store.traces[p]);
    if (store.file != nullptr) store.traces[p].spill(*store.file);
  });
  for_each_thread(threads, [&](unsigned thread) { stitchers[thread].finish(); });
  joined.calls = book.finish(store.call_places);
  for (const Scratch& one : scratch) joined.repeated += one.repeated;
  add_sums(stitchers, joined);
  stitchers.clear();
  if (store.file != nullptr) give_back_freed_pages();
  return joined;
}

void walk(const std::vector<RecordSink>& sinks, const Names&, const Joined&, unsigned threads,
          const std::function<void(unsigned thread, const TraceView&)>& visit) {
  if (sinks.empty()) return;
  const RecordSink::Store& store = sinks[0].store();
  for_each_partition(std::max(threads, 1U), [&](std::size_t p, unsigned thread) {
    std::vector<TraceCall> calls;
    for (TraceWords::Reader word(store.traces[p]); !word.done();) {
      const std::uint64_t head = *word;
      ++word;
      calls.clear();
      for (std::uint64_t left = head >> 32; left > 0 && !word.done(); --left) {
        const std::uint64_t first = *word;
        if ((++word).done() || first >> 32 >= store.call_places.size()) return;  // of what could not be read back
        calls.push_back(stitch::words::call(first, *word));
        calls.back().call = store.call_places[calls.back().call];
        ++word;
      }
      visit(thread, {calls, static_cast<std::uint32_t>(head)});
    }
  });
}

}  // namespace nsew
