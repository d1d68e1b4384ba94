#include "graph/sketch.hpp"

#include <algorithm>

#include "input/sink.hpp"

namespace nsew {

std::uint32_t LatencySketch::bucket_of(std::uint64_t nanoseconds) { return latency_bucket(nanoseconds); }

double LatencySketch::milliseconds_of(std::uint32_t bucket) {
  if (bucket == 0) return 0.0005;
  double upper = 0.001;  // multiplied, not raised: pow() differs between libraries
  for (std::uint32_t b = 0; b < bucket; ++b) upper *= 1.1;
  return upper * 2 / 2.1;  // off by 1/21 at either end
}

void LatencySketch::merge(const LatencySketch& other) {
  std::vector<Count> all;
  all.reserve(counts_.size() + other.counts_.size());
  auto mine = counts_.begin();
  for (const Count& theirs : other.counts_) {
    for (; mine != counts_.end() && mine->first < theirs.first; ++mine) all.push_back(*mine);
    all.push_back(theirs);
    if (mine != counts_.end() && mine->first == theirs.first) all.back().second += (mine++)->second;
  }
  all.insert(all.end(), mine, counts_.end());
  counts_.assign(all.begin(), all.end());
}

std::optional<double> LatencySketch::quantile_ms(double q) const {
  const std::uint64_t total = count();
  if (total == 0) return std::nullopt;
  const double place = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(total));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(place));
  std::uint64_t seen = 0;
  for (const auto& [bucket, n] : counts_) {
    seen += n;
    if (seen >= rank) return milliseconds_of(bucket);
  }
  return milliseconds_of(counts_.back().first);
}

}  // namespace nsew
