#include "starter/names.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/escape.hpp"
#include "base/text.hpp"

namespace nsew::starter {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string trimmed_dashes(std::string text) {
  while (!text.empty() && text.back() == '-') text.pop_back();
  return text;
}

using Octets = std::array<long long, 4>;

std::optional<Octets> ipv4(std::string_view host) {
  const auto parts = split(host, '.');
  Octets out{};
  if (parts.size() != out.size()) return {};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto value = to_integer(parts[i]);
    if (!value || *value < 0 || *value > 255) return {};
    out[i] = *value;
  }
  return out;
}

// RFC 1918, 6598, loopback, link-local.
bool is_private(const Octets& ip) {
  return ip[0] == 10 || ip[0] == 127 || ip[0] == 0 || (ip[0] == 172 && ip[1] >= 16 && ip[1] < 32) ||
         (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
         (ip[0] == 100 && ip[1] >= 64 && ip[1] < 128);
}

bool is_private_ipv6(std::string_view host) {
  return host == "::1" || host == "::" || host.substr(0, 2) == "fc" || host.substr(0, 2) == "fd" ||
         host.substr(0, 4) == "fe80";
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_internal_name(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return true;
  for (const char* end : {".svc", ".cluster.local", ".local", ".localhost", ".internal", ".localdomain"}) {
    if (ends_with(host, end)) return true;
  }
  return host.find(".svc.") != std::string_view::npos;
}

bool is_variable(std::string_view segment) {
  return segment.find_first_of("{}*<>") != std::string_view::npos || segment.substr(0, 1) == ":";
}

bool is_label(std::string_view label) { return is_dns_label(label); }

}  // namespace

bool is_dns_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

std::string dns_label(std::string_view text) {
  std::string out;
  for (const char c : lower(text)) {
    if (is_lower_or_digit(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  out = trimmed_dashes(out.substr(0, 63));
  return out.empty() ? "x" : out;
}

std::string unique_label(std::string_view text, std::set<std::string>& taken) {
  const std::string base = dns_label(text);
  std::string name = base;
  for (int i = 2; !taken.insert(name).second; ++i) {
    const std::string end = "-" + std::to_string(i);
    name = trimmed_dashes(base.substr(0, 63 - end.size())) + end;
  }
  return name;
}

HostKind kind_of_host(std::string_view host) {
  if (host.empty() || host == "*") return HostKind::none;
  if (const auto ip = ipv4(host)) return is_private(*ip) ? HostKind::internal : HostKind::public_address;
  if (host.find(':') != std::string_view::npos) {
    return is_private_ipv6(host) ? HostKind::internal : HostKind::public_address;
  }
  return is_internal_name(host) ? HostKind::internal : HostKind::public_name;
}

std::string host_of(std::string_view authority) {
  std::string host = lower(trim(authority));
  if (host.substr(0, 1) == "[")
    return host.substr(1, host.find(']') == std::string::npos ? host.size() : host.find(']') - 1);
  if (std::count(host.begin(), host.end(), ':') == 1) host.resize(host.find(':'));
  if (!host.empty() && host.back() == '.') host.pop_back();
  return host;
}

bool is_route_host(std::string_view host) {
  if (host.size() > 253 || ipv4(host)) return false;
  if (host.substr(0, 2) == "*.") host.remove_prefix(2);
  const auto labels = split(host, '.');
  return std::all_of(labels.begin(), labels.end(), is_label);
}

bool is_route_path(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.size() > 1024) return false;
  constexpr std::string_view plain = "-/._~!$&'()*+,;=:@";
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || plain.find(c) != std::string_view::npos) continue;
    if (c != '%' || path.size() - i < 3) return false;
    if (path.substr(i + 1, 2).find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return false;
  }
  const std::string small = lower(path);
  for (const char* bad : {"//", "/./", "/../", "%2f", "#"}) {
    if (small.find(bad) != std::string::npos) return false;
  }
  return !ends_with(small, "/..") && !ends_with(small, "/.");
}

std::string code(std::string_view text) {
  std::string out = escape::terminal(text);
  std::replace(out.begin(), out.end(), '`', '\'');
  return "`" + (out.empty() ? " " : out) + "`";
}

bool has_variable(std::string_view route) {
  const auto segments = split(route, '/');
  return std::any_of(segments.begin(), segments.end(), is_variable);
}

std::string literal_prefix(std::string_view route) {
  std::string out;
  for (const std::string_view segment : split(route.substr(0, route.find('?')), '/')) {
    if (segment.empty()) continue;
    if (is_variable(segment)) break;
    out += "/" + std::string(segment);
  }
  return out.empty() ? "/" : out;
}

}  // namespace nsew::starter
