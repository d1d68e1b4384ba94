// Where readers put records. One sink per thread; graph/stitch and graph/observe take them all. It is the product's hot
// path: a span costs 32 bytes here, names are interned, and rows are kept in partitions by trace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.hpp"
#include "input/record.hpp"

namespace nsew {

struct Frame;
class PageFile;

// A 64-bit hash for tables and memos inside one run; never printed.
std::uint64_t quick_hash(std::string_view text, std::uint64_t seed = 0);

// Text to dense ids, in order of arrival. Id 0 is the empty text, and whatever comes after `most` distinct ones.
class Interner {
 public:
  static constexpr std::uint32_t most = (1U << 24) - 1;

  Interner() { id(std::string_view{}); }
  std::uint32_t id(std::string_view text);
  std::string_view text(std::uint32_t id) const { return *texts_[id]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }

 private:
  static constexpr std::size_t memo_size = 2048;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<const std::string*> texts_;                                    // unordered_map never moves its nodes
  std::vector<std::uint32_t> memo_ = std::vector<std::uint32_t>(memo_size);  // by hash: the text that was last there
};

// A record's fields as one text ("a\x1f" "b\x1f" …), so that one interner serves every kind, and back. A field is cut
// at 1 KiB, between two characters. The record with nothing but empty fields is the empty text.
std::string packed(const Resource&);
std::string packed(const Operation&);
std::string packed(const Peer&);
std::string packed(const Party&);
Resource unpacked_resource(std::string_view);  // views into the text
Operation unpacked_operation(std::string_view);
Peer unpacked_peer(std::string_view);
Party unpacked_party(std::string_view);

// Bucket of a duration as graph/sketch.hpp defines it; 511 is "not recorded".
std::uint32_t latency_bucket(std::uint64_t nanoseconds);
inline constexpr std::uint32_t no_latency = 511;
inline constexpr std::uint32_t no_start = 0;  // SpanRow::start of a span that does not say when it began

// Minutes since 2020-01-01T00:00Z, plus 1; 0 for no time and for times before 2020 or after 2035.
std::uint32_t minute_of(std::uint64_t time_ns);
inline constexpr std::uint64_t minutes_before_2020 = 26'297'280;  // since 1970

// One span in the join; kept in 32 bytes (input/span_rows.hpp). Ids index this sink's own interners.
struct SpanRow {
  static constexpr std::uint64_t partition_bits = std::uint64_t{0xFF} << 56;
  // A 56-bit mix of the trace id, of which the upper 8 choose the partition; the 8 below are 0. Collisions: n²/2^57
  // expected, 0.07 among the 10^8 traces of 10^9 spans.
  std::uint64_t trace;
  // 48 bits: ids of up to 48 bits as they are, longer ones folded. Only compared inside a trace: in 10^9 spans of
  // traces of 100 spans, 2·10^-4 collisions expected.
  std::uint64_t span, parent;
  std::uint32_t start;          // 24 bits of a mix of start_ns: tells duplicates from shared ids
  std::uint32_t resource : 24;  // 16 M emitters
  std::uint32_t kind : 3;
  std::uint32_t error : 1;
  std::uint32_t shared : 1;
  std::uint32_t has_links : 1;
  std::uint32_t sampling_known : 1;  // the span says itself with what probability it was sampled
  std::uint32_t spare : 1;
  std::uint32_t detail;       // (operation, peer, probability) of this sink: 25 bits
  std::uint32_t minute : 23;  // minutes since 2020-01-01T00:00Z, plus 1; 0 = no time
  std::uint32_t latency : 9;  // bucket of graph/sketch; 511 = not recorded
};
static_assert(sizeof(SpanRow) == 40);

struct LinkRow {
  std::uint64_t trace, span;                // the span that has the link, as in SpanRow
  std::uint64_t linked_trace, linked_span;  // the one that it points to
};

struct Detail {
  OperationId operation = 0;
  PeerId peer = 0;
  std::uint32_t probability = 0;  // index into probabilities
  auto operator<=>(const Detail&) const = default;
};

class RecordSink {
 public:
  static constexpr std::size_t partitions = 256;  // by the top bits of SpanRow::trace

  RecordSink();
  ~RecordSink();
  RecordSink(RecordSink&&) noexcept;
  RecordSink& operator=(RecordSink&&) noexcept;

  // -- for readers ---------------------------------------------------------------------------------------------------
  ResourceId resource(const Resource&);
  // The same by the raw bytes of a resource block, which repeats per pod: nothing when the bytes are new.
  const ResourceId* resource_seen(std::string_view raw) const;
  void remember(std::string_view raw, ResourceId);
  // The same where the block's end is not known: whether a remembered one stands at the beginning of `text`.
  struct SeenResource {
    ResourceId id;
    std::size_t size;
  };
  std::optional<SeenResource> resource_at(std::string_view text) const;
  OperationId operation(const Operation&);
  PeerId peer(const Peer&);
  PartyId party(const Party&);
  void span(const Span&);
  void also(const Span&);  // of the record that span() had last: both halves of a call that is told in one
  void observation(const Observation&);
  void edge(const EdgeCount&);
  // A record that could not be read: counted, and said with its place. `at` points into frame.text or is null.
  void skip(const Frame&, const char* at, std::string_view message, std::string_view hint = {});
  // Something worth saying about a record that was read all the same.
  void note(const Frame&, const char* at, Severity, std::string_view message, std::string_view hint = {});

  // -- for who runs readers (ingest) and who takes the records (graph) ----------------------------------------------
  // Rows beyond so many bytes move to the file, which has to live as long.
  void spill_to(PageFile&, std::size_t bytes_in_memory);
  struct Store;
  Store& store() { return *store_; }
  const Store& store() const { return *store_; }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace nsew
