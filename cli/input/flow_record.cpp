#include "input/flow_record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

struct Transport {
  std::string_view name;
  std::uint8_t number;
};
// IANA, "Assigned Internet Protocol Numbers": those that flow logs write as words.
constexpr std::array<Transport, 12> transports = {{{"tcp", 6},
                                                   {"udp", 17},
                                                   {"icmp", 1},
                                                   {"icmp6", 58},
                                                   {"icmpv6", 58},
                                                   {"icmpv4", 1},
                                                   {"ipv6-icmp", 58},
                                                   {"sctp", 132},
                                                   {"igmp", 2},
                                                   {"vrrp", 112},
                                                   {"gre", 47},
                                                   {"esp", 50}}};

bool has_ports(std::uint8_t protocol) {
  constexpr std::array<std::uint8_t, 6> with = {0, 6, 17, 33, 132, 136};
  return std::ranges::find(with, protocol) != with.end();
}

// ::ffff:10.0.0.1 is 10.0.0.1.
std::string_view without_mapping(std::string_view address) {
  constexpr std::string_view mapped = "::ffff:";
  const bool is_v4 = address.size() > mapped.size() && address.find('.') != std::string_view::npos;
  return is_v4 && starts_with_ignoring_case(address, mapped) ? address.substr(mapped.size()) : address;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

template <class Number>
std::optional<Number> digits_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint8_t> ip_protocol(std::string_view text) {
  if (const auto number = digits_of<std::uint8_t>(text)) return number;
  const auto same = [&](const Transport& known) {
    return known.name.size() == text.size() && starts_with_ignoring_case(text, known.name);
  };
  const auto* known = std::ranges::find_if(transports, same);
  return known == transports.end() ? std::nullopt : std::optional(known->number);
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  if (digits.empty() || digits == "-") return 0;
  return digits_of<std::uint16_t>(digits);
}

std::optional<std::uint64_t> whole_number(std::string_view digits) { return digits_of<std::uint64_t>(digits); }

std::uint64_t seconds_as_ns(std::uint64_t seconds) {
  constexpr std::uint64_t per_second = 1'000'000'000;
  return seconds > ~std::uint64_t{0} / per_second ? 0 : seconds * per_second;
}
std::uint64_t milliseconds_as_ns(std::uint64_t milliseconds) {
  constexpr std::uint64_t per_millisecond = 1'000'000;
  return milliseconds > ~std::uint64_t{0} / per_millisecond ? 0 : milliseconds * per_millisecond;
}

Reply reply_of_tcp_flags(std::uint64_t flags) {
  constexpr std::uint64_t syn = 2, ack = 16;
  if ((flags & syn) == 0) return Reply::unknown;
  return (flags & ack) == 0 ? Reply::no : Reply::yes;
}

std::uint64_t connection_key(FlowEnd source, FlowEnd destination, std::uint8_t protocol) {
  const bool both_ways = source.port != 0 && destination.port != 0;
  if (both_ways && std::pair(destination.name, destination.port) < std::pair(source.name, source.port))
    std::swap(source, destination);
  const std::uint64_t ports = (std::uint64_t{source.port} << 24) | (std::uint64_t{destination.port} << 8) | protocol;
  return quick_hash(destination.name, quick_hash(source.name, ports)) | 1U;
}

void observe_flow(FlowRecord flow, RecordSink& sink) {
  for (Party* end : {&flow.source, &flow.destination}) end->address = without_mapping(end->address);
  if (!has_ports(flow.protocol)) flow.source_port = flow.destination_port = 0;
  if (is_loopback(flow.source.address) && is_loopback(flow.destination.address)) {  // inside one pod or node
    ++sink.store().records;
    return;
  }
  if (flow.source_key.name.empty()) flow.source_key = {flow.source.address, flow.source_port};
  if (flow.destination_key.name.empty()) flow.destination_key = {flow.destination.address, flow.destination_port};
  if (flow.reply == Reply::yes)
    std::swap(flow.source, flow.destination), std::swap(flow.source_port, flow.destination_port);
  Observation o;
  o.unit = Unit::connections;
  o.recorder = flow.recorder;
  o.reply = flow.reply;
  o.denied = flow.denied, o.error = flow.error;
  o.protocol = flow.protocol;
  o.source_port = flow.source_port, o.destination_port = flow.destination_port;
  o.source = sink.party(flow.source), o.destination = sink.party(flow.destination);
  o.opened = flow.opened;
  if (!flow.point.empty()) o.point = static_cast<std::uint32_t>(quick_hash(flow.point)) | 1U;
  o.key = connection_key(flow.source_key, flow.destination_key, flow.protocol);
  o.operation = flow.operation;
  if (flow.dns) o.operation = sink.operation({.protocol = "dns"});
  o.time_ns = flow.time_ns, o.duration_ns = flow.duration_ns, o.bytes = flow.bytes;
  sink.observation(o);
}

}  // namespace nsew
