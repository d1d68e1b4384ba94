// What a report shows of the traffic beside the facts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/facts.hpp"
#include "measure/share.hpp"

namespace nsew {

// One unit of one source. Units are never added to each other; the first one decides.
struct UnitTraffic {
  Source source = Source::traces;
  std::string unit;                   // requests | connections | bytes
  std::map<CallClass, double> calls;  // every class, weighted
  double total = 0;
  std::optional<Share> share;  // east-west; none where a side is not observable or nothing was counted
  std::string why_not;         // why there is no share
  double hairpin = 0;          // part of east-west: own public host, called from inside
  std::optional<Share> share_without_hairpins;
};
std::vector<UnitTraffic> traffic_by_unit(const Picture&);

std::vector<Component> components_of(const Picture&);  // services outside the chosen namespaces are left out

bool chosen(const Picture&, std::string_view ns);  // by -n and --exclude-namespace

}  // namespace nsew
