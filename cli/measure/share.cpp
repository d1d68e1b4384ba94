#include "measure/share.hpp"

#include <algorithm>
#include <cmath>

namespace nsew {
namespace {

struct Weighted {
  double traces = 0, counted = 0, w = 0, ww = 0, we = 0, wm = 0, wwee = 0, wwem = 0, wwmm = 0;
};

Weighted weigh(const std::map<double, TraceSums>& by_probability) {
  Weighted sum;
  for (const auto& [probability, s] : by_probability) {
    const double w = 1 / probability, ww = w * w;
    sum.traces += static_cast<double>(s.k), sum.counted += static_cast<double>(s.m);
    sum.w += w * static_cast<double>(s.k), sum.ww += ww * static_cast<double>(s.k);
    sum.we += w * static_cast<double>(s.e), sum.wm += w * static_cast<double>(s.m);
    sum.wwee += ww * static_cast<double>(s.ee), sum.wwem += ww * static_cast<double>(s.em);
    sum.wwmm += ww * static_cast<double>(s.mm);
  }
  return sum;
}

double effective(const Weighted& sum) { return sum.ww > 0 ? sum.w * sum.w / sum.ww : 0; }

// How many independent calls the traces are worth. Where all calls are of one class the traces show no variance at
// all; then they count once each.
double sample_size(const Weighted& sum) {
  if (sum.wm <= 0) return 0;
  const double share = sum.we / sum.wm;
  if (sum.traces < 2 || share <= 0 || share >= 1) return std::min(sum.counted, effective(sum));
  const double residual = std::max(0.0, sum.wwee - 2 * share * sum.wwem + share * share * sum.wwmm);
  const double variance = sum.traces / (sum.traces - 1) * residual / (sum.wm * sum.wm);
  return variance > 0 ? std::min(sum.counted, share * (1 - share) / variance) : sum.counted;
}

}  // namespace

std::optional<Share> share_of_all(const Counted& calls) {
  const double known = calls.north_south + calls.east_west;
  if (known <= 0) return {};
  const double all = known + calls.unknown;
  return Share{calls.east_west / known, calls.east_west / all, (calls.east_west + calls.unknown) / all};
}

std::optional<Share> share_of_traces(const Counted& calls, const std::map<double, TraceSums>& by_probability) {
  const double known = calls.north_south + calls.east_west, size = sample_size(weigh(by_probability));
  if (known <= 0 || size <= 0) return share_of_all(calls);
  return east_west_share(calls.east_west, known, calls.unknown, size);
}

std::optional<Share> hull(const std::optional<Share>& one, const std::optional<Share>& other) {
  if (!one || !other) return one ? one : other;
  return Share{one->value, std::min(one->low, other->low), std::max(one->high, other->high)};
}

double effective_traces(const std::map<double, TraceSums>& by_probability) { return effective(weigh(by_probability)); }

}  // namespace nsew
