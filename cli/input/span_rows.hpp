// Spans as a partition keeps them: 32 bytes each.
#pragma once

#include <cstdint>

#include "input/pages.hpp"
#include "input/sink.hpp"

namespace nsew {

class PackedSpan {
 public:
  PackedSpan() = default;
  explicit PackedSpan(const SpanRow& r)
      : span_(r.span << 16 | (r.trace & 0xFFFF)),
        parent_(r.parent << 16 | (r.trace >> 16 & 0xFFFF)),
        who_(r.trace >> 32 << 48 | std::uint64_t{r.start} << 24 | r.resource),
        what_(std::uint64_t{r.detail} << 39 | std::uint64_t{r.kind} << 36 | std::uint64_t{r.error} << 35 |
              std::uint64_t{r.shared} << 34 | std::uint64_t{r.has_links} << 33 | std::uint64_t{r.sampling_known} << 32 |
              std::uint64_t{r.minute} << 9 | r.latency) {}

  // `top`: the partition that it is in.
  SpanRow row(std::uint64_t top) const {
    return {.trace = top | who_ >> 48 << 32 | (parent_ & 0xFFFF) << 16 | (span_ & 0xFFFF),
            .span = span_ >> 16,
            .parent = parent_ >> 16,
            .start = static_cast<std::uint32_t>(who_ >> 24 & 0xFFFFFF),
            .resource = static_cast<std::uint32_t>(who_ & 0xFFFFFF),
            .kind = static_cast<std::uint32_t>(what_ >> 36 & 7),
            .error = static_cast<std::uint32_t>(what_ >> 35 & 1),
            .shared = static_cast<std::uint32_t>(what_ >> 34 & 1),
            .has_links = static_cast<std::uint32_t>(what_ >> 33 & 1),
            .sampling_known = static_cast<std::uint32_t>(what_ >> 32 & 1),
            .spare = 0,
            .detail = static_cast<std::uint32_t>(what_ >> 39),
            .minute = static_cast<std::uint32_t>(what_ >> 9 & 0x7FFFFF),
            .latency = static_cast<std::uint32_t>(what_ & 511)};
  }

 private:
  std::uint64_t span_, parent_, who_, what_;
};
static_assert(sizeof(PackedSpan) == 32);

class SpanRows {
 public:
  void push_back(const SpanRow& row) {
    top_ = row.trace & SpanRow::partition_bits;
    rows_.push_back(PackedSpan(row));
  }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  std::size_t in_memory() const { return rows_.in_memory(); }
  Pages<PackedSpan>& pages() { return rows_; }

  class Iterator {
   public:
    explicit Iterator(const SpanRows& rows) : reader_(rows.rows_), top_(rows.top_) {}
    SpanRow operator*() const { return (*reader_).row(top_); }
    Iterator& operator++() { return ++reader_, *this; }
    bool operator==(std::default_sentinel_t) const { return reader_.done(); }

   private:
    Pages<PackedSpan>::Reader reader_;
    std::uint64_t top_;
  };
  Iterator begin() const { return Iterator(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  Pages<PackedSpan> rows_;
  std::uint64_t top_ = 0;
};

}  // namespace nsew
