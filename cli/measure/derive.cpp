// Derived facts, each from primary ones; the definitions are decision.md §3.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure/facts.hpp"

namespace nsew {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double z = 1.959963984540054;  // two-sided 95 %

struct Ends {
  double low, high;
};

// Wilson's interval around `share` for `n` independent observations.
Ends wilson(double share, double n) {
  if (n <= 0) return {0, 1};
  const double middle = share + z * z / (2 * n);
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {std::clamp((middle - half) / scale, 0.0, 1.0), std::clamp((middle + half) / scale, 0.0, 1.0)};
}

double odds(double share) { return share >= 1 ? infinite : share / (1 - share); }
double share_of_odds(double ratio) { return std::isinf(ratio) ? 1 : ratio / (1 + ratio); }

Fact derived_fact(FactValue value, std::optional<double> low = {}, std::optional<double> high = {}) {
  return {std::move(value), Origin::derived, low, high, "derived"};
}
void put(FactSheet& sheet, std::string_view name, Fact fact) {
  if (!sheet.find(name)) sheet.facts.emplace(name, std::move(fact));
}

// What the user sets says more than what was measured from the facts that it replaces.
void forget_outdated(FactSheet& sheet, std::string_view name, std::initializer_list<std::string_view> primaries) {
  const auto at = sheet.facts.find(name);
  if (at == sheet.facts.end() || at->second.source == "derived") return;
  const auto replaced = [&](std::string_view primary) {
    const Fact* fact = sheet.find(primary);
    return fact && fact->origin == Origin::declared && fact->source != at->second.source;
  };
  if (std::ranges::any_of(primaries, replaced)) sheet.facts.erase(at);
}

std::optional<Fact> share_from_calls(const FactSheet& sheet) {
  const auto east_west = sheet.number("traffic.east_west_calls");
  const auto north_south = sheet.number("traffic.north_south_calls");
  if (!east_west || !north_south) return std::nullopt;
  const double counted = *east_west + *north_south;
  const auto share = east_west_share(*east_west, counted, sheet.number("traffic.unknown_calls").value_or(0), counted);
  if (!share) return std::nullopt;
  return derived_fact(share->value, share->low, share->high);
}

// Flows see connections and bytes, never requests: the truth is somewhere between the two.
std::optional<Fact> share_from_flows(const FactSheet& sheet) {
  const auto connections = sheet.number("data.east_west_share_connections");
  const auto bytes = sheet.number("data.east_west_share_bytes");
  if (!connections || !bytes) return std::nullopt;
  return derived_fact(*connections, std::min(*connections, *bytes), std::max(*connections, *bytes));
}

void derive_share(FactSheet& sheet) {
  forget_outdated(sheet, "traffic.east_west_share",
                  {"traffic.east_west_calls", "traffic.north_south_calls", "traffic.amplification"});
  if (const Fact* ratio = sheet.find("traffic.amplification")) {
    put(sheet, "traffic.east_west_share",
        derived_fact(share_of_odds(std::get<double>(ratio->value)), share_of_odds(low_end(*ratio)),
                     share_of_odds(high_end(*ratio))));
    return;
  }
  auto share = share_from_calls(sheet);
  if (!share) share = share_from_flows(sheet);
  if (share) put(sheet, "traffic.east_west_share", *share);
  if (const Fact* known = sheet.find("traffic.east_west_share"))
    put(sheet, "traffic.amplification",
        derived_fact(odds(std::get<double>(known->value)), odds(low_end(*known)), odds(high_end(*known))));
}

void derive_without_top_pair(FactSheet& sheet) {
  const Fact* ratio = sheet.find("traffic.amplification");
  const auto top = sheet.number("traffic.top_pair_share");
  if (!ratio || !top) return;
  const double rest = 1 - *top;
  const auto scaled = [&](double end) { return rest == 0 ? 0 : end * rest; };
  put(sheet, "traffic.amplification_without_top_pair",
      derived_fact(scaled(std::get<double>(ratio->value)), scaled(low_end(*ratio)), scaled(high_end(*ratio))));
}

// Without levels, anything from no nested call to all east-west calls may be nested.
void derive_nested(FactSheet& sheet) {
  const Fact* nested = sheet.find("traffic.nested_calls");
  const auto north_south = sheet.number("traffic.north_south_calls");
  const Fact* ratio = sheet.find("traffic.amplification");
  if (nested && north_south) {
    const auto per_entry = [&](double calls) {
      return calls == 0 ? 0 : *north_south == 0 ? infinite : calls / *north_south;
    };
    put(sheet, "traffic.nested_amplification",
        derived_fact(per_entry(std::get<double>(nested->value)), per_entry(low_end(*nested)),
                     per_entry(high_end(*nested))));
  } else if (ratio) {
    put(sheet, "traffic.nested_amplification", derived_fact(0.0, 0, high_end(*ratio)));
  }
}

void derive_other_shares(FactSheet& sheet) {
  const auto east_west = sheet.number("traffic.east_west_calls");
  const auto north_south = sheet.number("traffic.north_south_calls");
  const double unknown = sheet.number("traffic.unknown_calls").value_or(0);
  if (east_west && north_south) {
    const double all = *east_west + *north_south + unknown;
    put(sheet, "traffic.unknown_share", derived_fact(all == 0 ? 0 : unknown / all));
  }
  const auto messages = sheet.number("traffic.async_messages");
  if (messages && east_west && *messages + *east_west > 0)
    put(sheet, "traffic.async_share", derived_fact(*messages / (*messages + *east_west)));
  if (east_west && *east_west == 0) put(sheet, "topology.caller_diversity", derived_fact(0.0));
}

void derive_sizes(FactSheet& sheet) {
  const auto workloads = sheet.number("topology.workloads");
  if (workloads) {
    const double stores = sheet.number("topology.datastores").value_or(0);
    put(sheet, "topology.app_workloads", derived_fact(std::max(0.0, *workloads - stores)));
  }
  forget_outdated(sheet, "topology.largest_component", {"topology.components"});
  if (const Fact* components = sheet.find("topology.components")) {
    const auto& sizes = std::get<std::vector<double>>(components->value);
    const double largest = sizes.empty() ? 0 : *std::ranges::max_element(sizes);
    put(sheet, "topology.largest_component", derived_fact(largest));
    put(sheet, "topology.component_count", derived_fact(static_cast<double>(sizes.size())));
  } else if (const auto apps = sheet.number("topology.app_workloads")) {
    const double least = std::min(1.0, *apps);
    put(sheet, "topology.largest_component", derived_fact(least, least, *apps));
  }
}

void derive_latency(FactSheet& sheet) {
  const auto depth = sheet.number("topology.depth_p95");
  const auto budget = sheet.number("constraints.latency_budget_ms");
  if (!depth || !budget) return;
  const double hops = std::max(0.0, *depth - 1);
  put(sheet, "constraints.hops_per_budget_ms", derived_fact(hops == 0 ? 0 : *budget == 0 ? infinite : hops / *budget));
}

std::optional<double> share_by_bytes(const FactSheet& sheet) {
  const auto east_west = sheet.number("traffic.east_west_bytes");
  const auto north_south = sheet.number("traffic.north_south_bytes");
  if (!east_west || !north_south || *east_west + *north_south == 0) return std::nullopt;
  return *east_west / (*east_west + *north_south);
}

void derive_gap(FactSheet& sheet) {
  if (const auto bytes = share_by_bytes(sheet)) put(sheet, "data.east_west_share_bytes", derived_fact(*bytes));
  std::vector<double> shares;
  for (const auto name : {"traffic.east_west_share", "data.east_west_share_connections", "data.east_west_share_bytes"})
    if (const auto share = sheet.number(name)) shares.push_back(*share);
  if (shares.size() < 2) return;
  const auto [least, most] = std::ranges::minmax(shares);
  put(sheet, "data.share_gap", derived_fact(most - least));
}

}  // namespace

std::optional<Share> east_west_share(double east_west, double counted, double unknown, double effective) {
  const double all = counted + unknown;
  if (all <= 0) return std::nullopt;
  const double value = counted > 0 ? east_west / counted : 0.5;
  return Share{value, std::min(value, wilson(east_west / all, effective).low),
               std::max(value, wilson((east_west + unknown) / all, effective).high)};
}

void derive(FactSheet& sheet) {
  derive_share(sheet);
  derive_without_top_pair(sheet);
  derive_nested(sheet);
  derive_other_shares(sheet);
  derive_sizes(sheet);
  derive_latency(sheet);
  derive_gap(sheet);
}

}  // namespace nsew
