#include "starter/numbers.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace nsew::starter {
namespace {

bool reads_by_name(std::string_view rpc) {
  const auto slash = rpc.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? rpc : rpc.substr(slash + 1);
  for (const char* verb : {"Get", "List", "Search", "Find", "Read", "Describe", "Query", "Watch", "Check"}) {
    if (starts_with_ignoring_case(name, verb)) return true;
  }
  return false;
}

}  // namespace

bool is_safe(const OperationKey& key) {
  if (key.protocol == "grpc") return reads_by_name(key.route);
  return key.method == "GET" || key.method == "HEAD" || key.method == "OPTIONS";
}

void Stats::add(const OperationKey& key, const OperationStats& seen) {
  const double estimate = seen.calls.estimate();
  const auto count = seen.calls.observed();
  const double weight = count == 0 ? 1 : estimate / static_cast<double>(count);
  calls += estimate;
  safe_calls += is_safe(key) ? estimate : 0;
  observed += count;
  latency.merge(seen.latency);
  for (const auto& [minute, n] : seen.minutes) minutes[minute] += static_cast<double>(n) * weight;
}

void Stats::merge(const Stats& other) {
  calls += other.calls;
  safe_calls += other.safe_calls;
  observed += other.observed;
  latency.merge(other.latency);
  for (const auto& [minute, n] : other.minutes) minutes[minute] += n;
}

double Stats::peak_rate() const {
  double peak = 0;
  for (const auto& [minute, n] : minutes) peak = std::max(peak, n);
  return peak / 60;
}

std::optional<int> timeout_seconds(const LatencySketch& latency) {
  if (latency.count() < enough_calls) return {};
  const double wanted = std::max(3 * latency.quantile_ms(0.99).value_or(0), 2 * latency.quantile_ms(0.999).value_or(0));
  for (const int step : {1, 2, 3, 5, 10, 15, 30, 60}) {
    if (wanted <= step * 1000) return step;
  }
  return {};
}

bool may_retry(const Stats& stats) {
  return stats.observed >= enough_calls && stats.safe_calls >= safe_share * stats.calls;
}

std::optional<double> in_flight(const Stats& stats) {
  const double rate = stats.peak_rate();
  if (rate <= 0 || stats.latency.count() < enough_calls) return {};
  return rate * stats.latency.quantile_ms(0.99).value_or(0) / 1000;
}

int circuit_limit(double in_flight, int proxies, int floor) {
  const double wanted = std::ceil(8 * in_flight / proxies / 64) * 64;
  return static_cast<int>(std::clamp(wanted, static_cast<double>(floor), 1e6));
}

int local_limit(double peak_rate, int proxies) {
  const double whole = std::ceil(4 * peak_rate / 10) * 10;
  return static_cast<int>(std::clamp(std::ceil(whole / proxies), 1.0, 1e9));
}

int tracing_percent(double peak_rate, double spans_per_request) {
  const double spans = peak_rate * spans_per_request;
  for (const int percent : {100, 50, 20, 10, 5, 2}) {
    if (spans * percent / 100 <= 50) return percent;
  }
  return 1;
}

}  // namespace nsew::starter
