// The inside of a sink: what ingest fills and graph empties.
#pragma once

#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "input/reader.hpp"
#include "input/sink.hpp"

namespace nsew {

struct Complaint {  // resolved to line and column by ingest, which knows where lines begin
  std::uint64_t offset;
  bool placed;
  Severity level;
  std::string message, hint;
};

// Rows that are only ever added: in pages of 4 KB, so that growing never holds them twice.
template <class T>
class Pages {
 public:
  static constexpr std::size_t per_page =
      4080 / sizeof(T);  // of one size for all rows: a page that is freed fits again

  using Page = std::unique_ptr<T[]>;

  Pages() = default;
  Pages(Pages&& other) noexcept { *this = std::move(other); }
  Pages& operator=(Pages&& other) noexcept {
    next_ = std::exchange(other.next_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    pages_ = std::exchange(other.pages_, {});
    spare_ = std::exchange(other.spare_, {});
    return *this;
  }

  void push_back(const T& row) {
    if (next_ == end_) add_page();
    *next_++ = row;
  }
  // Gives its pages away and is empty; they can be reused, so that rewriting rows costs no memory.
  std::vector<Page> release() {
    next_ = end_ = nullptr;
    return std::exchange(pages_, {});
  }
  void reuse(std::vector<Page> pages) { spare_ = std::move(pages); }
  std::size_t size() const { return pages_.size() * per_page - static_cast<std::size_t>(end_ - next_); }
  bool empty() const { return pages_.empty(); }
  void clear() { release(), spare_.clear(); }
  void forget_spare() { spare_.clear(); }
  T& operator[](std::size_t i) { return pages_[i / per_page][i % per_page]; }
  const T& operator[](std::size_t i) const { return pages_[i / per_page][i % per_page]; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;
    Iterator(const Pages* pages, std::size_t at) : pages_(pages), at_(at) {}
    const T& operator*() const { return (*pages_)[at_]; }
    Iterator& operator++() { return ++at_, *this; }
    bool operator==(const Iterator&) const = default;

   private:
    const Pages* pages_;
    std::size_t at_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  void add_page() {
    if (spare_.empty()) {
      pages_.push_back(std::make_unique_for_overwrite<T[]>(per_page));
    } else {
      pages_.push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
    next_ = pages_.back().get();
    end_ = next_ + per_page;
  }

  T *next_ = nullptr, *end_ = nullptr;  // of the last page: the hot path looks at nothing else
  std::vector<Page> pages_, spare_;
};

// The calls of one partition's traces, as graph/stitch leaves them for its walk: a head for each trace, then its calls.
using TraceWords = Pages<std::uint64_t>;

// What a span's name, kind and attributes mean, by their raw bytes: they repeat from span to span.
struct SpanMeaning {
  std::vector<std::uint64_t> raw;  // kind, name and attributes one after the other, each with its length
  OperationId operation = 0;
  PeerId peer = 0;
  bool error = false, is_utf8 = true;
  double probability = 0;  // 0 = not said
};

struct RecordSink::Store {
  Interner resources, operations, peers, parties;
  std::vector<double> probabilities;  // distinct, in order of arrival; [0] = 1
  std::vector<Detail> details;        // distinct; [0] = nothing known
  std::array<Pages<SpanRow>, partitions> spans;
  Pages<LinkRow> links;
  Pages<Observation> observations;
  Pages<EdgeCount> edges;
  std::vector<Complaint> complaints;
  std::uint64_t records = 0, skipped = 0;
  std::uint64_t first_ns = 0, last_ns = 0;  // of everything with a time; 0 = none
  bool probabilities_known = true;          // every span said its own
  double assumed_probability = 0;           // --sampling-rate; 0 = none given

  std::map<Detail, std::uint32_t> detail_ids;
  std::vector<std::uint32_t> detail_memo = std::vector<std::uint32_t>(4096);  // by hash: the detail that was last there
  std::map<double, std::uint32_t> probability_ids;

  std::vector<SpanMeaning> meanings;  // by hash: what was last there

  struct RawResource {
    std::string raw;
    ResourceId id;
  };
  std::unordered_map<std::uint64_t, RawResource> raw_resources;  // by quick_hash of raw
  // By hash of their first bytes: a service's pods, up to a few of them.
  std::vector<std::vector<const RawResource*>> raw_beginnings = std::vector<std::vector<const RawResource*>>(1024);
  std::size_t raw_bytes = 0;
  std::uint64_t dropped_complaints = 0;  // beyond what is kept between two drains

  std::array<TraceWords, partitions> traces;  // of the first sink only, after graph/stitch joined
};

}  // namespace nsew
