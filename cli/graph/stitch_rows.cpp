#include "graph/stitch_rows.hpp"

#include <algorithm>
#include <tuple>

namespace nsew::stitch {
namespace {

SpanKind kind_of(const SpanRow& row) { return static_cast<SpanKind>(row.kind); }

// Everything that a row says, so that equal order means equal rows and no input order shows.
auto content(const SpanRow& r) {
  return std::tuple(r.resource, r.kind, r.start, r.parent, r.detail, r.minute, r.latency,
                    r.error << 3 | r.shared << 2 | r.has_links << 1 | r.sampling_known);
}
bool before(const SpanRow& a, const SpanRow& b) {
  if (a.trace != b.trace) return a.trace < b.trace;
  if (a.span != b.span) return a.span < b.span;
  return content(a) < content(b);
}

// A full report says more than a stub: when it began, how long it took, then an operation and a peer.
auto fullness(const SpanRow& r) { return std::tuple(r.start != no_start, r.latency != no_latency, r.detail, r.minute); }

bool says_who(const SpanRow& row) { return row.resource != 0; }  // place 0 in Names is the empty text
bool absent(const SpanRow& row) { return kind_of(row) == SpanKind::absent; }

void absorb(SpanRow& kept, const SpanRow& other) {
  const bool more = fullness(other) > fullness(kept);
  SpanRow full = more ? other : kept;
  const SpanRow& stub = more ? kept : other;
  if (!says_who(full)) full.resource = stub.resource;
  if (absent(full)) full.kind = stub.kind;
  if (full.detail == 0) full.detail = stub.detail;
  if (full.latency == no_latency) full.latency = stub.latency;
  full.parent = std::max(kept.parent, other.parent);
  full.error = kept.error | other.error;
  full.shared = kept.shared | other.shared;
  full.has_links = kept.has_links | other.has_links;
  full.sampling_known = kept.sampling_known | other.sampling_known;
  kept = full;
}

// Rows are spread by the next bits of their trace, so that only a trace or two have to be compared: the partition is
// sorted in a third of the time.
class Sorter {
 public:
  void sort(std::vector<SpanRow>& rows, std::vector<SpanRow>& sorted) {
    if (rows.size() < buckets / 8) {
      std::ranges::sort(rows, before);
      return;
    }
    ends_.assign(buckets + 1, 0);
    for (const SpanRow& row : rows) ++ends_[bucket(row) + 1];
    for (std::size_t b = 1; b <= buckets; ++b) ends_[b] += ends_[b - 1];
    sorted.resize(rows.size());
    for (const SpanRow& row : rows) sorted[ends_[bucket(row)]++] = row;
    std::size_t from = 0;
    for (std::size_t b = 0; b < buckets; from = ends_[b++])
      std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(from),
                sorted.begin() + static_cast<std::ptrdiff_t>(ends_[b]), before);
    rows.swap(sorted);
  }

 private:
  static constexpr std::size_t buckets = 4096;
  static std::size_t bucket(const SpanRow& row) { return row.trace >> 36 & (buckets - 1); }
  std::vector<std::size_t> ends_;
};

class Deduplicator {
 public:
  explicit Deduplicator(std::span<const std::uint32_t> node_of) : node_of_(node_of) {}

  // Within one id: the same service, side and start is the same span, and so is what knows no start.
  std::size_t drop_repeats(std::vector<SpanRow>& rows) const {
    std::size_t kept = 0, id_begin = 0;
    for (const SpanRow& row : rows) {
      if (kept > 0 && (rows[kept - 1].trace != row.trace || rows[kept - 1].span != row.span)) id_begin = kept;
      const std::size_t same = find(rows, std::max(id_begin, kept > most_alike ? kept - most_alike : 0), kept, row);
      if (same < kept)
        absorb(rows[same], row);
      else
        rows[kept++] = row;
    }
    const std::size_t repeats = rows.size() - kept;
    rows.resize(kept);
    return repeats;
  }

 private:
  // Spans of one trace with one id; more are nonsense, and looking through all of them would take for ever.
  static constexpr std::size_t most_alike = 64;

  std::size_t find(const std::vector<SpanRow>& rows, std::size_t from, std::size_t to, const SpanRow& row) const {
    std::size_t stub = to;
    for (; from < to; ++from) {
      const SpanRow& other = rows[from];
      if (other.trace != row.trace || other.span != row.span) continue;
      if (other.start == row.start && side_of(other) == side_of(row) && one_service(other, row)) return from;
      if (stub == to && part_of_one(other, row)) stub = from;
    }
    return stub;
  }

  bool one_service(const SpanRow& a, const SpanRow& b) const { return node_of_[a.resource] == node_of_[b.resource]; }

  // A report that does not know when the span began is part of another one: it may lack its kind and its service, too.
  bool part_of_one(const SpanRow& a, const SpanRow& b) const {
    if (a.start != no_start && b.start != no_start) return false;
    const bool one_side =
        side_of(a) == side_of(b) || (a.start == no_start && absent(a)) || (b.start == no_start && absent(b));
    return one_side && (one_service(a, b) || !says_who(a) || !says_who(b));
  }

  std::span<const std::uint32_t> node_of_;
};

void gather_rows(const RowsContext& context, std::size_t p, std::vector<SpanRow>& rows) {
  std::size_t size = 0;
  for (const RecordSink& sink : context.sinks) size += sink.store().spans[p].size();
  rows.clear();
  rows.reserve(size);
  std::vector<Pages<PackedSpan>::Page> pages;
  for (std::size_t s = 0; s < context.sinks.size(); ++s) {
    const auto& resources = context.names.remaps[s].resources;
    const auto& details = context.details.by_sink[s];
    SpanRows& kept = context.sinks[s].store().spans[p];
    for (SpanRow row : kept) {
      row.resource = resources[row.resource] & 0xFFFFFF;
      row.detail = details[row.detail];
      if (context.node_of[row.resource] != nobody) rows.push_back(row);
    }
    for (auto& page : kept.pages().release()) pages.push_back(std::move(page));
  }
  context.sinks[0].store().spans[p].pages().reuse(std::move(pages));
}

bool takes_messages(const SpanRow& row) {
  const SpanKind kind = kind_of(row);
  return kind != SpanKind::producer && kind != SpanKind::client;
}

// What this partition knows about links: which of its spans own them, and which are pointed to.
void settle_row_links(const RowsContext& context, const SpanRow& row) {
  if (!row.has_links || !takes_messages(row)) return;
  for (LiveLink& link : links_of(context.links.links, row.trace, row.span)) {
    link.found = true;
    link.from_consumer = link.from_consumer || kind_of(row) == SpanKind::consumer;
    link.owner_node = context.node_of[row.resource];
  }
}

bool target_less(const Target& a, const Target& b) { return std::tie(a.trace, a.span) < std::tie(b.trace, b.span); }

void settle_targets(const RowsContext& context, std::size_t p, const std::vector<SpanRow>& rows) {
  auto& targets = context.links.targets;
  const auto first = std::ranges::lower_bound(targets, std::uint64_t{p} << 56, {}, &Target::trace);
  for (auto target = first; target != targets.end() && target->trace >> 56 == p; ++target) {
    const auto less = [](const SpanRow& row, const Target& t) {
      return std::tie(row.trace, row.span) < std::tie(t.trace, t.span);
    };
    auto row = std::lower_bound(rows.begin(), rows.end(), *target, less);
    for (; row != rows.end() && row->trace == target->trace && row->span == target->span; ++row) {
      const bool producer = kind_of(*row) == SpanKind::producer;
      if (target->found && (target->producer || !producer)) continue;
      target->found = true;
      target->producer = producer;
      target->node = context.node_of[row->resource];
      target->detail = row->detail;
      target->error = row->error != 0;
      target->minute = row->minute & 0x7FFFFF, target->latency = row->latency & 511;
    }
  }
}

}  // namespace

Side side_of(const SpanRow& row) {
  switch (kind_of(row)) {
    case SpanKind::server:
    case SpanKind::consumer:
      return Side::server;
    case SpanKind::client:
    case SpanKind::producer:
      return Side::client;
    default:
      return Side::neutral;
  }
}

bool is_message(const SpanRow& row) { return kind_of(row) == SpanKind::producer || kind_of(row) == SpanKind::consumer; }

Links collect_links(std::vector<RecordSink>& sinks) {
  std::vector<LinkRow> rows;
  std::size_t size = 0;
  for (const RecordSink& sink : sinks) size += sink.store().links.size();
  rows.reserve(size);
  for (RecordSink& sink : sinks) {
    for (const LinkRow& row : sink.store().links) rows.push_back(row);
    sink.store().links.clear();
  }
  const auto key = [](const LinkRow& l) { return std::tuple(l.trace, l.span, l.linked_trace, l.linked_span); };
  std::ranges::sort(rows, {}, key);
  rows.erase(std::unique(rows.begin(), rows.end(), [&](auto& a, auto& b) { return key(a) == key(b); }), rows.end());

  Links links;
  links.targets.reserve(rows.size());
  links.links.reserve(rows.size());
  for (const LinkRow& row : rows) links.targets.push_back({row.linked_trace, row.linked_span});
  std::ranges::sort(links.targets, target_less);
  const auto same = [](const Target& a, const Target& b) { return a.trace == b.trace && a.span == b.span; };
  links.targets.erase(std::unique(links.targets.begin(), links.targets.end(), same), links.targets.end());
  for (const LinkRow& row : rows) {
    const Target wanted{row.linked_trace, row.linked_span};
    const auto at = std::ranges::lower_bound(links.targets, wanted, target_less);
    links.links.push_back({row.trace, row.span, static_cast<std::uint32_t>(at - links.targets.begin())});
  }
  return links;
}

// A producer whose message was taken has its call there, whoever reads the link.
void settle_links(Links& links) {
  for (LiveLink& link : links.links) {
    Target& target = links.targets[link.target];
    const bool to_other = target.node != link.owner_node;
    link.found = link.found && target.found &&
                 (target.producer ? to_other || link.from_consumer : to_other && link.from_consumer);
    if (link.found) target.taken = true;
  }
}

std::span<LiveLink> links_of(std::vector<LiveLink>& links, std::uint64_t trace, std::uint64_t span) {
  const auto less = [](const LiveLink& a, const LiveLink& b) {
    return std::tie(a.trace, a.span) < std::tie(b.trace, b.span);
  };
  const LiveLink wanted{trace, span};
  const auto [first, last] = std::equal_range(links.begin(), links.end(), wanted, less);
  return {first, last};
}

Details collect_details(const std::vector<RecordSink>& sinks, const Names& names) {
  Details details;
  const auto in_names = [&](std::size_t s, const Detail& d) {
    const Names::Remap& remap = names.remaps[s];
    return Detail{remap.operations[d.operation], remap.peers[d.peer], remap.probabilities[d.probability]};
  };
  for (std::size_t s = 0; s < sinks.size(); ++s)
    for (const Detail& detail : sinks[s].store().details) details.all.push_back(in_names(s, detail));
  std::ranges::sort(details.all);
  details.all.erase(std::unique(details.all.begin(), details.all.end()), details.all.end());
  for (std::size_t s = 0; s < sinks.size(); ++s) {
    auto& mine = details.by_sink.emplace_back();
    for (const Detail& detail : sinks[s].store().details) {
      const auto at = std::ranges::lower_bound(details.all, in_names(s, detail));
      mine.push_back(static_cast<std::uint32_t>(at - details.all.begin()));
    }
  }
  return details;
}

std::uint64_t sort_partition(const RowsContext& context, std::size_t p, std::vector<SpanRow>& rows) {
  gather_rows(context, p, rows);
  thread_local std::vector<SpanRow> other;
  thread_local Sorter sorter;
  sorter.sort(rows, other);
  return Deduplicator(context.node_of).drop_repeats(rows);
}

void tell_links(const RowsContext& context, std::size_t p, const std::vector<SpanRow>& rows) {
  for (const SpanRow& row : rows) settle_row_links(context, row);
  settle_targets(context, p, rows);
}

void keep_partition(const RowsContext& context, std::size_t p, const std::vector<SpanRow>& rows) {
  RecordSink::Store& store = context.sinks[0].store();
  SpanRows& kept = store.spans[p];
  for (const SpanRow& row : rows) kept.push_back(row);
  kept.pages().forget_spare();
  if (store.file != nullptr) kept.pages().spill(*store.file);
}

void take_partition(std::vector<RecordSink>& sinks, std::size_t p, std::vector<SpanRow>& rows) {
  SpanRows& kept = sinks[0].store().spans[p];
  rows.clear();
  for (const SpanRow& row : kept) rows.push_back(row);
  kept.pages().clear();
}

}  // namespace nsew::stitch
