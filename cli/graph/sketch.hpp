// Sums that can be merged in any order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace nsew {

// Calls per distinct sampling probability: integers, multiplied once and in sorted order, so that no result depends on
// order.
class Tally {
 public:
  void add(double probability, std::uint64_t count = 1) {
    if (count != 0) counts_[probability] += count;
  }
  void merge(const Tally& other) {
    for (const auto& [p, n] : other.counts_) counts_[p] += n;
  }
  std::uint64_t observed() const {
    std::uint64_t sum = 0;
    for (const auto& [p, n] : counts_) sum += n;
    return sum;
  }
  double estimate() const {  // Σ n/p
    double sum = 0;
    for (const auto& [p, n] : counts_) sum += static_cast<double>(n) / p;
    return sum;
  }
  bool empty() const { return counts_.empty(); }
  const std::map<double, std::uint64_t>& by_probability() const { return counts_; }
  bool operator==(const Tally&) const = default;

 private:
  std::map<double, std::uint64_t> counts_;
};

// Latencies in buckets that grow by 10 %: a quantile is off by at most 4.9 %. Bucket b holds (1 µs · 1.1^(b-1), 1 µs
// · 1.1^b]; bucket 0 everything up to 1 µs. Merging is adding.
class LatencySketch {
 public:
  static constexpr std::uint32_t buckets = 511;  // the last one begins beyond 10^15 s; 511 itself means "not recorded"
  static std::uint32_t bucket_of(std::uint64_t nanoseconds);
  static double milliseconds_of(std::uint32_t bucket);  // its middle

  void add(std::uint32_t bucket, std::uint64_t count = 1) {
    if (bucket >= buckets || count == 0) return;
    const auto at = std::ranges::lower_bound(counts_, bucket, {}, &Count::first);
    if (at != counts_.end() && at->first == bucket)
      at->second += count;
    else
      counts_.insert(at, {bucket, count});
  }
  void merge(const LatencySketch& other);
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const auto& [b, n] : counts_) sum += n;
    return sum;
  }
  std::optional<double> quantile_ms(double q) const;  // nearest rank; nothing when empty
  using Count = std::pair<std::uint32_t, std::uint64_t>;
  const std::vector<Count>& by_bucket() const { return counts_; }
  bool operator==(const LatencySketch&) const = default;

 private:
  std::vector<Count> counts_;  // sorted by bucket: there are many sketches, and a map takes four times the memory
};

// Sums over the traces of one sampling probability from which the interval of the share follows (decision.md §3):
// k traces with a counted call; e east-west and m counted calls of a trace.
struct TraceSums {
  std::uint64_t k = 0, e = 0, m = 0, ee = 0, em = 0, mm = 0;
  void add(std::uint64_t east_west, std::uint64_t counted) {
    ++k, e += east_west, m += counted, ee += east_west * east_west, em += east_west * counted, mm += counted * counted;
  }
  void merge(const TraceSums& o) { k += o.k, e += o.e, m += o.m, ee += o.ee, em += o.em, mm += o.mm; }
  bool operator==(const TraceSums&) const = default;
};

}  // namespace nsew
