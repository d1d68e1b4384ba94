// What flow logs have in common: a record of one connection between two addresses, or of one of its two ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/record.hpp"
#include "input/sink.hpp"

namespace nsew {

// An end as connection_key() takes it: an address, or whatever stands for it.
struct FlowEnd {
  std::string_view name;
  std::uint16_t port = 0;
};

struct FlowRecord {
  Party source, destination;  // as the record has them; where reply is `yes` the destination opened the connection
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t protocol = 0;
  Reply reply = Reply::unknown;
  bool denied = false, error = false, dns = false;
  std::uint32_t opened = 0;
  std::string_view point;                      // where it was recorded
  std::uint64_t time_ns = 0, duration_ns = 0;  // duration: of the connection; of no interest for an interval's record
  std::uint64_t bytes = 0;
  Recorder recorder = Recorder::network;
  OperationId operation = 0;
  FlowEnd source_key = {}, destination_key = {};  // where addresses and ports are not what tells connections apart
};

// Hands the record to the sink, its source always who opened the connection. Ports of protocols without ports (ICMP
// types in their place) are left out.
void observe_flow(FlowRecord, RecordSink&);

// The same for both ways of a connection, never 0. Where a port is not known the ways are told apart.
std::uint64_t connection_key(FlowEnd source, FlowEnd destination, std::uint8_t protocol);

// "TCP", "udp", "6"; nothing for a word that is no protocol.
std::optional<std::uint8_t> ip_protocol(std::string_view text);

std::optional<std::uint16_t> port_of(std::string_view digits);  // "" and "-" are port 0, not known
// 0 for a time that 64 bits of nanoseconds do not hold.
std::uint64_t seconds_as_ns(std::uint64_t seconds);
std::uint64_t milliseconds_as_ns(std::uint64_t milliseconds);

std::optional<std::uint64_t> whole_number(std::string_view digits);

// What bits of TCP's header say of who opened the connection: SYN alone is the opener's, SYN with ACK the other's.
Reply reply_of_tcp_flags(std::uint64_t flags);

}  // namespace nsew
