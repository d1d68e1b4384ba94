#include "input/sink.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "input/store.hpp"

namespace nsew {
namespace {

constexpr std::size_t longest_field = 1024;
constexpr std::size_t raw_resource_bytes = std::size_t{64} << 20;
constexpr std::size_t beginning_bytes = 128, most_beginnings = 16;
constexpr std::size_t most_complaints = 4096;
constexpr std::uint64_t ns_per_minute = 60'000'000'000;

constexpr std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 32, h *= 0xd6e8feb86659fd93, h ^= h >> 32, h *= 0xd6e8feb86659fd93, h ^= h >> 32;
  return h;
}

std::uint64_t trace_mix(const TraceId& id) {
  constexpr std::uint64_t kept_bits = SpanRow::partition_bits | ((std::uint64_t{1} << 48) - 1);
  return mix(id.lo ^ mix(id.hi + 0x9e3779b97f4a7c15)) & kept_bits;
}

// 48 bits. Ids that differ in nothing but the upper 16 bits stay apart.
constexpr std::uint64_t folded(SpanId id) {
  const std::uint64_t low = (id ^ (id >> 48) * 0x9e3779b97f4b) & ((std::uint64_t{1} << 48) - 1);
  return low != 0 || id == 0 ? low : 1;
}

std::uint32_t start_mix(std::uint64_t start_ns) {
  const auto start = static_cast<std::uint32_t>(mix(start_ns)) & 0xFFFFFF;
  return start != no_start || start_ns == 0 ? start : 1;
}

// Upper bounds of the buckets in nanoseconds, and for each bit width the first bucket that can hold such a number.
struct Buckets {
  std::array<std::uint64_t, 512> bound{};
  std::array<std::uint16_t, 65> first{};
};
constexpr Buckets make_buckets() {
  Buckets b;
  double bound = 1000;
  for (auto& entry : b.bound) {
    entry = bound < 1.8e19 ? static_cast<std::uint64_t>(bound) : ~std::uint64_t{0};
    bound *= 1.1;
  }
  for (unsigned bits = 0, at = 0; bits < 65; ++bits) {
    const std::uint64_t smallest = bits == 0 ? 0 : std::uint64_t{1} << (bits - 1);
    while (b.bound[at] < smallest) ++at;
    b.first[bits] = static_cast<std::uint16_t>(at);
  }
  return b;
}
constexpr Buckets buckets = make_buckets();

std::uint64_t load64(const char* at, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

void append_field(std::string& to, std::string_view field) {
  if (field.size() > longest_field) {
    std::size_t end = longest_field;
    while (end > longest_field - 4 && (static_cast<unsigned char>(field[end]) & 0xC0) == 0x80) --end;
    field = field.substr(0, end);
  }
  const std::size_t from = to.size();
  to.append(field);
  if (!field.empty() && std::memchr(field.data(), '\x1f', field.size()) != nullptr)
    std::replace(to.begin() + static_cast<std::ptrdiff_t>(from), to.end(), '\x1f', ' ');
  to.push_back('\x1f');
}

template <class... Fields>
void pack(std::string& to, const Fields&... fields) {
  to.clear();
  if ((fields.empty() && ...)) return;
  (append_field(to, fields), ...);
}

void pack(std::string& to, const Resource& r) {
  pack(to, r.service, r.kubernetes_ns, r.service_namespace, r.workload, r.pod, r.address, r.environment, r.language,
       r.cluster);
}
void pack(std::string& to, const Operation& o) { pack(to, o.protocol, o.host, o.method, o.route, o.agent); }
void pack(std::string& to, const Peer& p) {
  const std::string port = p.port == 0 ? std::string() : std::to_string(p.port);
  pack(to, p.service, p.address, port, p.db_system, p.messaging_system, p.destination);
}
void pack(std::string& to, const Party& p) {
  pack(to, p.address, p.ns, p.pod, p.workload, p.service, p.app, p.reserved, p.host, p.identity, p.cluster);
}

template <class Record>
std::string as_text(const Record& record) {
  std::string text;
  pack(text, record);
  return text;
}

std::string_view next_field(std::string_view& text) {
  const std::size_t end = std::min(text.find('\x1f'), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

// Packs into a buffer that is kept: the hot path does not allocate.
template <class Record>
std::uint32_t interned(Interner& interner, const Record& record) {
  thread_local std::string text;
  pack(text, record);
  return interner.id(text);
}

std::uint32_t probability_id(RecordSink::Store& store, double probability) {
  if (store.probabilities[0] == probability) return 0;
  const auto [found, added] =
      store.probability_ids.try_emplace(probability, static_cast<std::uint32_t>(store.probabilities.size()));
  if (added) store.probabilities.push_back(probability);
  return found->second;
}

std::uint32_t detail_id(RecordSink::Store& store, const Detail& detail) {
  const std::uint64_t word =
      detail.operation * 0x9e3779b97f4a7c15 + detail.peer * 0xd6e8feb86659fd93 + detail.probability;
  std::uint32_t& memo = store.detail_memo[mix(word) % store.detail_memo.size()];
  if (store.details[memo] == detail) return memo;
  constexpr std::size_t most = (std::size_t{1} << 25) - 1;
  if (store.details.size() > most) return 0;
  const auto [found, added] = store.detail_ids.try_emplace(detail, static_cast<std::uint32_t>(store.details.size()));
  if (added) store.details.push_back(detail);
  return memo = found->second;
}

void widen_window(RecordSink::Store& store, std::uint64_t first_ns, std::uint64_t last_ns) {
  if (first_ns == 0) return;
  if (store.first_ns == 0 || first_ns < store.first_ns) store.first_ns = first_ns;
  store.last_ns = std::max(store.last_ns, last_ns);
}

double usable(double probability) { return probability > 0 && probability <= 1 ? probability : 1; }

void count_resource(RecordSink::Store& store, ResourceId resource) {
  if (resource >= store.resource_spans.size()) store.resource_spans.resize(resource * 2 + 16);
  ++store.resource_spans[resource];
}

// What stays are the pages that are being filled.
void spill(RecordSink::Store& store) {
  store.rows_in_memory = 0;
  for (SpanRows& rows : store.spans) {
    rows.pages().spill(*store.file);
    store.rows_in_memory += rows.in_memory();
  }
  if (store.file->is_full()) store.file = nullptr;  // what can be read is worth more than what was promised
}

void complain(RecordSink::Store& store, const Frame& frame, const char* at, Severity level, std::string_view message,
              std::string_view hint) {
  if (store.complaints.size() >= most_complaints) {
    ++store.dropped_complaints;
    return;
  }
  const auto from = reinterpret_cast<std::uintptr_t>(frame.text.data()), place = reinterpret_cast<std::uintptr_t>(at);
  const bool inside = at != nullptr && place >= from && place <= from + frame.text.size();
  store.complaints.push_back(
      {frame.offset + (inside ? place - from : 0), true, level, std::string(message), std::string(hint)});
}

}  // namespace

std::uint64_t quick_hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = seed ^ (text.size() * 0x9e3779b97f4a7c15);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) h = (h ^ load64(at, 8)) * 0xd6e8feb86659fd93, h ^= h >> 29;
  if (left > 0) h = (h ^ load64(at, left)) * 0xd6e8feb86659fd93, h ^= h >> 29;
  return mix(h);
}

std::uint32_t Interner::id(std::string_view text) {
  std::uint32_t& memo = memo_[quick_hash(text) % memo_size];
  if (memo < texts_.size() && *texts_[memo] == text) return memo;
  if (const auto found = ids_.find(text); found != ids_.end()) return memo = found->second;
  if (texts_.size() >= most) return 0;
  const auto added = ids_.emplace(std::string(text), static_cast<std::uint32_t>(texts_.size())).first;
  texts_.push_back(&added->first);
  return memo = added->second;
}

std::string packed(const Resource& r) { return as_text(r); }
std::string packed(const Operation& o) { return as_text(o); }
std::string packed(const Peer& p) { return as_text(p); }
std::string packed(const Party& p) { return as_text(p); }

Resource unpacked_resource(std::string_view text) {
  Resource r;
  for (std::string_view* field : {&r.service, &r.kubernetes_ns, &r.service_namespace, &r.workload, &r.pod, &r.address,
                                  &r.environment, &r.language, &r.cluster})
    *field = next_field(text);
  return r;
}

Operation unpacked_operation(std::string_view text) {
  Operation o;
  for (std::string_view* field : {&o.protocol, &o.host, &o.method, &o.route, &o.agent}) *field = next_field(text);
  return o;
}

Peer unpacked_peer(std::string_view text) {
  Peer p;
  std::string_view port;
  for (std::string_view* field : {&p.service, &p.address, &port, &p.db_system, &p.messaging_system, &p.destination})
    *field = next_field(text);
  for (const char digit : port) p.port = static_cast<std::uint16_t>(p.port * 10 + (digit - '0'));
  return p;
}

Party unpacked_party(std::string_view text) {
  Party p;
  for (std::string_view* field :
       {&p.address, &p.ns, &p.pod, &p.workload, &p.service, &p.app, &p.reserved, &p.host, &p.identity, &p.cluster})
    *field = next_field(text);
  return p;
}

std::uint32_t latency_bucket(std::uint64_t nanoseconds) {
  const auto bits = static_cast<unsigned>(std::bit_width(nanoseconds));
  std::uint32_t bucket = buckets.first[bits];
  while (buckets.bound[bucket] < nanoseconds) ++bucket;
  return bucket;
}

std::uint32_t minute_of(std::uint64_t time_ns) {
  const std::uint64_t minute = time_ns / ns_per_minute;
  if (minute < minutes_before_2020 || minute - minutes_before_2020 >= (1U << 23) - 1) return 0;
  return static_cast<std::uint32_t>(minute - minutes_before_2020 + 1);
}

RecordSink::RecordSink() : store_(std::make_unique<Store>()) {
  store_->probabilities.push_back(1);
  store_->details.emplace_back();
  store_->detail_ids.emplace(Detail{}, 0U);
}
RecordSink::~RecordSink() = default;
RecordSink::RecordSink(RecordSink&&) noexcept = default;
RecordSink& RecordSink::operator=(RecordSink&&) noexcept = default;

void RecordSink::spill_to(PageFile& file, std::size_t bytes_in_memory) {
  store_->file = &file;
  constexpr std::size_t least = 8192, half_filled = partitions * Pages<PackedSpan>::per_page / 2;
  store_->most_rows_in_memory = half_filled + std::max(bytes_in_memory / sizeof(PackedSpan), least);
}

ResourceId RecordSink::resource(const Resource& r) { return interned(store_->resources, r); }
OperationId RecordSink::operation(const Operation& o) { return interned(store_->operations, o); }
PeerId RecordSink::peer(const Peer& p) { return interned(store_->peers, p); }
PartyId RecordSink::party(const Party& p) { return interned(store_->parties, p); }

const ResourceId* RecordSink::resource_seen(std::string_view raw) const {
  const auto found = store_->raw_resources.find(quick_hash(raw));
  return found != store_->raw_resources.end() && found->second.raw == raw ? &found->second.id : nullptr;
}

void RecordSink::remember(std::string_view raw, ResourceId id) {
  Store& store = *store_;
  if (store.raw_bytes + raw.size() > raw_resource_bytes) return;
  const auto [place, added] =
      store.raw_resources.try_emplace(quick_hash(raw), Store::RawResource{std::string(raw), id});
  if (!added) return;
  store.raw_bytes += raw.size();
  if (raw.size() < beginning_bytes) return;
  auto& alike = store.raw_beginnings[quick_hash(raw.substr(0, beginning_bytes)) % store.raw_beginnings.size()];
  if (alike.size() < most_beginnings) alike.push_back(&place->second);
}

std::optional<RecordSink::SeenResource> RecordSink::resource_at(std::string_view text) const {
  if (text.size() < beginning_bytes) return std::nullopt;
  const auto& all = store_->raw_beginnings;
  for (const Store::RawResource* seen : all[quick_hash(text.substr(0, beginning_bytes)) % all.size()])
    if (text.starts_with(seen->raw)) return SeenResource{seen->id, seen->raw.size()};
  return std::nullopt;
}

void RecordSink::span(const Span& span) {
  Store& store = *store_;
  double probability = usable(span.probability);
  if (!span.probability_known) {
    if (store.assumed_probability > 0)
      probability = store.assumed_probability;
    else
      store.probabilities_known = false;
  }
  SpanRow row{};
  row.trace = trace_mix(span.trace);
  row.span = folded(span.id);
  row.parent = folded(span.parent);
  row.start = start_mix(span.start_ns);
  row.resource = span.resource & 0xFFFFFF;
  row.kind = static_cast<std::uint32_t>(span.kind) & 7;
  row.error = span.error;
  row.shared = span.shared_id;
  row.has_links = !span.links.empty();
  row.sampling_known = span.probability_known;
  row.detail = detail_id(store, {span.operation, span.peer, probability_id(store, probability)});
  row.minute = minute_of(span.start_ns) & 0x7FFFFF;
  row.latency = (span.duration_ns == 0 ? no_latency : latency_bucket(span.duration_ns)) & 511;
  store.spans[row.trace >> 56].push_back(row);
  count_resource(store, row.resource);
  for (const Link& link : span.links)
    store.links.push_back({row.trace, row.span, trace_mix(link.trace), folded(link.span)});
  if (store.file != nullptr && ++store.rows_in_memory > store.most_rows_in_memory) spill(store);
  widen_window(store, span.start_ns, span.start_ns + span.duration_ns);
  ++store.records;
}

void RecordSink::also(const Span& other) {
  span(other);
  --store_->records;
}

void RecordSink::observation(const Observation& seen) {
  store_->observations.push_back(seen);
  widen_window(*store_, seen.time_ns, seen.time_ns + seen.duration_ns);
  ++store_->records;
}

void RecordSink::edge(const EdgeCount& edge) {
  store_->edges.push_back(edge);
  ++store_->records;
}

void RecordSink::skip(const Frame& frame, const char* at, std::string_view message, std::string_view hint) {
  ++store_->skipped;
  complain(*store_, frame, at, Severity::warning, message, hint);
}

void RecordSink::note(const Frame& frame, const char* at, Severity level, std::string_view message,
                      std::string_view hint) {
  complain(*store_, frame, at, level, message, hint);
}

}  // namespace nsew
