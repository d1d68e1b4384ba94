#include "graph/observe_sight.hpp"

#include <algorithm>
#include <map>
#include <utility>

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

namespace {

bool same_ports(const Sight& a, const Sight& b) {
  return a.source_port == b.source_port && a.destination_port == b.destination_port;
}
bool opposite(const Sight& a, const Sight& b) {
  if (a.source_port != a.destination_port)
    return a.source_port == b.destination_port && a.destination_port == b.source_port;
  return a.source == b.destination && a.source != b.source;
}

bool answers_by_ports(const Sight& s) {
  constexpr std::uint16_t first_client_port = 32768;
  if (s.source_port == 0 || s.destination_port == 0) return false;
  const bool from_client = s.source_port >= first_client_port, to_client = s.destination_port >= first_client_port;
  return from_client == to_client ? s.source_port < s.destination_port : to_client;
}

// The record that tells which way the connection goes; null when only ports can.
const Sight* guide_of(const std::vector<Sight>& sights) {
  const Sight* guide = nullptr;
  for (const Sight& s : sights)
    if (s.record->reply != Reply::unknown && (guide == nullptr || content_of(s) < content_of(*guide))) guide = &s;
  if (guide != nullptr || sights.front().source_port != sights.front().destination_port) return guide;
  const auto order = [](const Sight& s) { return std::pair(s.record->time_ns, content_of(s)); };
  return &*std::ranges::min_element(sights, {}, order);
}

}  // namespace

void turn(std::vector<Sight>& sights) {
  if (sights.empty()) return;
  const Sight* found = guide_of(sights);
  const Sight guide = found == nullptr ? Sight{} : *found;
  for (Sight& s : sights) {
    s.answer = s.record->reply == Reply::yes;
    if (s.record->reply != Reply::unknown) continue;  // its reader has turned it
    const bool told = found != nullptr && (same_ports(s, guide) || opposite(s, guide));
    s.answer = told ? opposite(s, guide) : answers_by_ports(s);
    if (!s.answer) continue;
    std::swap(s.source, s.destination), std::swap(s.source_port, s.destination_port);
  }
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
