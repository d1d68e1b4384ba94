#include "graph/observe_sight.hpp"

#include <map>

namespace nsew {

bool is_portless(const Observation& o) {
  constexpr std::uint8_t tcp = 6, udp = 17, sctp = 132;
  return o.protocol != 0 && o.protocol != tcp && o.protocol != udp && o.protocol != sctp;
}

bool is_reply(const Observation& o) {
  constexpr std::uint16_t first_client_port = 32768;
  if (o.reply != Reply::unknown) return o.reply == Reply::yes;
  return o.destination_port >= first_client_port && o.source_port < first_client_port && o.source_port != 0;
}

int rank_of(Recorder recorder) {
  switch (recorder) {
    case Recorder::gateway:
    case Recorder::client_side:
      return 3;
    case Recorder::waypoint:
      return 2;
    case Recorder::server_side:
      return 1;
    default:
      return 0;
  }
}

void Pairing::add_side(std::span<const Sight> lines, std::span<const std::uint32_t> callers) {
  std::multimap<std::uint32_t, std::size_t> open;  // calls that have no line of this side, by caller
  for (std::size_t c = 0; c < calls_.size(); ++c) open.emplace(callers_[c], c);
  std::vector<std::size_t> unpaired;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto same = open.lower_bound(callers[i]);
    if (same == open.end() || same->first != callers[i])
      unpaired.push_back(i);
    else
      calls_[same->second].others.push_back(&lines[i]), open.erase(same);
  }
  for (const std::size_t i : unpaired) {
    if (open.empty())
      calls_.push_back({&lines[i], {}}), callers_.push_back(callers[i]);
    else
      calls_[open.begin()->second].others.push_back(&lines[i]), open.erase(open.begin());
  }
}

}  // namespace nsew
