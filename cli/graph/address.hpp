// IP addresses: ranges, and which of them the internet can reach.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nsew {

// IPv4 is kept as ::ffff:a.b.c.d, so that one comparison serves both and a mapped address is its IPv4 one.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Address&) const = default;
  bool v4() const;
};
std::optional<Address> parse_address(std::string_view text);  // with or without brackets; no port, no zone
std::string to_string(const Address&);

struct Cidr {
  Address base;
  unsigned bits = 128;  // of the 128-bit form
  bool contains(const Address&) const;
};
std::optional<Cidr> parse_cidr(std::string_view text);  // "10.0.0.0/8", "fd00::/8", or one address

// The network that a message names instead of an address: /16 of IPv4, /48 of IPv6.
std::string network_of(const Address&);

// By the IANA special-purpose registries; the ranges for documentation count as reachable, because where they are
// written they stand for addresses of the internet.
bool globally_routable(const Address&);
bool loopback(const Address&);

}  // namespace nsew
