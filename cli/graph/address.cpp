#include "graph/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// Not globally reachable: https://www.iana.org/assignments/iana-ipv4-special-registry and …-ipv6-special-registry.
constexpr std::array<std::string_view, 20> special_ranges{
    "0.0.0.0/8",     "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "224.0.0.0/4",   "240.0.0.0/4",  "::/128",         "::1/128",        "64:ff9b:1::/48",
    "100::/64",      "fc00::/7",     "fe80::/10",      "fec0::/10",      "ff00::/8"};

Address masked(Address address, unsigned bits) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::min(8U, bits - std::min(bits, static_cast<unsigned>(8 * i)));
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xFF00U >> kept));
  }
  return address;
}

std::string_view without_brackets(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

bool Address::v4() const { return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin()); }

std::optional<Address> parse_address(std::string_view text) {
  text = without_brackets(text);
  if (text.size() < 2 || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string ended(text);
  Address address;
  if (inet_pton(AF_INET6, ended.c_str(), address.bytes.data()) == 1) return address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
  if (inet_pton(AF_INET, ended.c_str(), address.bytes.data() + mapped_prefix.size()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const std::uint8_t* bytes = address.bytes.data();
  if (address.v4()) {
    inet_ntop(AF_INET, bytes + mapped_prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
  }
  return text.data();
}

bool Cidr::contains(const Address& address) const { return masked(address, bits) == masked(base, bits); }

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr{*base, 128};
  const bool dotted = text.find(':') == std::string_view::npos;
  const auto length = to_integer(text.substr(slash + 1));
  if (!length || *length < 0 || *length > (dotted ? 32 : 128)) return std::nullopt;
  return Cidr{*base, static_cast<unsigned>(*length) + (dotted ? 96 : 0)};
}

std::string network_of(const Address& address) {
  const unsigned bits = address.v4() ? 16 : 48;
  return fmt::format("{}/{}", to_string(masked(address, address.v4() ? 96 + bits : bits)), bits);
}

bool globally_routable(const Address& address) {
  return std::none_of(special_ranges.begin(), special_ranges.end(), [&](std::string_view range) {
    const auto cidr = parse_cidr(range);
    const bool same_family = (range.find(':') == std::string_view::npos) == address.v4();
    return same_family && cidr && cidr->contains(address);
  });
}

bool loopback(const Address& address) {
  return address.v4() ? address.bytes[12] == 127 : address == *parse_address("::1");
}

}  // namespace nsew
