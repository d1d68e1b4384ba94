#include "input/ids.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace nsew {
namespace {

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digits_table(bool base64) {
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = no_digit;
  const std::string_view alphabet =
      base64 ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" : "0123456789abcdef";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  const std::string_view also = base64 ? "-_" : "ABCDEF";
  for (std::size_t i = 0; i < also.size(); ++i)
    table[static_cast<unsigned char>(also[i])] = static_cast<std::uint8_t>(base64 ? 62 + i : 10 + i);
  return table;
}
constexpr auto hex_digits = digits_table(false);
constexpr auto base64_digits = digits_table(true);

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return hex_digits[static_cast<unsigned char>(c)] != no_digit; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::optional<std::uint64_t> hex_value(std::string_view text) {
  std::uint64_t value = 0;
  if (text.size() == 16) return sixteen_hex_digits(text.data(), value) ? std::optional(value) : std::nullopt;
  std::uint8_t bad = 0;
  for (const char c : text) {
    const std::uint8_t digit = hex_digits[static_cast<unsigned char>(c)];
    bad |= digit;
    value = value << 4 | (digit & 15U);
  }
  if (bad > 15) return std::nullopt;
  return value;
}

// 8 or 16 bytes in base64 (RFC 4648, also the URL alphabet), padded or not, as up to two big-endian words.
std::optional<TraceId> base64_value(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() != 11 && text.size() != 22) return std::nullopt;
  TraceId id;
  std::size_t bits = text.size() == 11 ? 64 : 128;
  for (const char c : text) {
    const std::uint8_t digit = base64_digits[static_cast<unsigned char>(c)];
    if (digit == no_digit) return std::nullopt;
    const std::size_t take = std::min<std::size_t>(6, bits);
    const auto value = static_cast<std::uint64_t>(digit) >> (6 - take);
    id.hi = id.hi << take | id.lo >> (64 - take);
    id.lo = id.lo << take | value;
    bits -= take;
  }
  return id;
}

std::uint64_t hashed(std::string_view text, std::uint64_t seed) {  // FNV-1a, then mixed; never 0
  std::uint64_t h = 0xcbf29ce484222325 ^ seed;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  h ^= h >> 32, h *= 0xd6e8feb86659fd93, h ^= h >> 32;
  return h == 0 ? 1 : h;
}

std::optional<TraceId> plain_id(std::string_view text) {
  if (text.size() <= 16) {
    if (const auto low = hex_value(text)) return TraceId{0, *low};
  } else if (text.size() <= 32) {
    const auto high = hex_value(text.substr(0, text.size() - 16)), low = hex_value(text.substr(text.size() - 16));
    if (high && low) return TraceId{*high, *low};
  }
  return base64_value(text);
}

bool all_of(std::string_view text, bool (*test)(char)) { return std::ranges::all_of(text, test); }
bool any_of(std::string_view text, bool (*test)(char)) { return std::ranges::any_of(text, test); }

bool is_uuid(std::string_view s) {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? s[i] != '-' : !is_hex(s[i])) return false;
  }
  return true;
}

// order-4711, user_12345: a name and a number of three digits or more.
bool ends_in_number(std::string_view s) {
  const std::size_t at = s.find_last_of("-_");
  return at != std::string_view::npos && s.size() - at > 3 && all_of(s.substr(at + 1), is_digit);
}

bool is_variable(std::string_view s) {
  if (!any_of(s, is_digit)) return s.find('@') != std::string_view::npos || s.find("%40") != std::string_view::npos;
  if (all_of(s, [](char c) { return is_digit(c) || c == '-' || c == '_' || c == ':' || c == ','; })) return true;
  if (is_uuid(s) || ends_in_number(s) || s.find('@') != std::string_view::npos) return true;
  if (s.size() >= 8 && all_of(s, is_hex)) return true;
  if (s.size() >= 8 && all_of(s, [](char c) { return is_upper(c) || is_digit(c); })) return true;
  const bool word = all_of(s, [](char c) { return is_upper(c) || is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
  return s.size() >= 16 && word && (any_of(s, is_upper) || s.size() >= 32) && any_of(s, is_lower);
}

std::uint16_t port_value(std::string_view text) {
  std::uint32_t value = 0;
  if (text.empty() || text.size() > 5) return 0;
  for (const char c : text) {
    if (!is_digit(c)) return 0;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value <= 65535 ? static_cast<std::uint16_t>(value) : std::uint16_t{0};
}

// What std::string_view::find_first_of() does with a call for each character. The size when there is none.
template <class IsOne>
std::size_t first_place(std::string_view text, const IsOne& is_one) {
  std::size_t at = 0;
  while (at < text.size() && !is_one(text[at])) ++at;
  return at;
}
constexpr bool ends_authority(char c) { return c == '/' || c == '?' || c == '#'; }
constexpr bool ends_path(char c) { return c == '?' || c == '#'; }

// Without "scheme://" and what stands before '@'; up to the first '/', '?' or '#'.
std::string_view without_scheme(std::string_view url) {
  if (const std::size_t at = url.find("://"); at < 16) url.remove_prefix(at + 3);
  return url;
}

}  // namespace

TraceId trace_id(std::string_view text) {
  if (const auto id = plain_id(text)) return *id;
  return {hashed(text, 1), hashed(text, 2)};
}

SpanId span_id(std::string_view text) {
  if (const auto id = plain_id(text); id && id->hi == 0) return id->lo;
  return hashed(text, 0);
}

std::optional<SpanKind> span_kind(std::string_view name) {
  struct Spelling {
    std::string_view name;
    SpanKind kind;
  };
  static constexpr Spelling spellings[] = {
      {"server", SpanKind::server},     {"client", SpanKind::client},     {"internal", SpanKind::internal},
      {"producer", SpanKind::producer}, {"consumer", SpanKind::consumer}, {"unspecified", SpanKind::absent},
      {"", SpanKind::absent},           {"0", SpanKind::absent},          {"1", SpanKind::internal},
      {"2", SpanKind::server},          {"3", SpanKind::client},          {"4", SpanKind::producer},
      {"5", SpanKind::consumer}};
  constexpr std::string_view prefix = "SPAN_KIND_";
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  const auto same = [&](const Spelling& s) {
    return std::ranges::equal(name, s.name, {}, [](char c) { return is_upper(c) ? static_cast<char>(c | 32) : c; });
  };
  const auto* found = std::ranges::find_if(spellings, same);
  if (found == std::end(spellings)) return std::nullopt;
  return found->kind;
}

std::string_view path_template(std::string_view path, std::string& buffer) {
  path = path.substr(0, first_place(path, ends_path));
  bool changed = false;
  std::size_t from = 0;
  while (from <= path.size()) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    const std::string_view segment = path.substr(from, to - from);
    const bool variable = is_variable(segment);
    if (variable && !changed) buffer.assign(path.substr(0, from)), changed = true;
    if (changed) buffer.append(variable ? std::string_view("*") : segment).append(to < path.size() ? "/" : "");
    from = to + 1;
  }
  return changed ? std::string_view(buffer) : path;
}

std::string_view agent_family(std::string_view user_agent) {
  const std::size_t begin = user_agent.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  user_agent.remove_prefix(begin);
  return user_agent.substr(0, std::min<std::size_t>(user_agent.find_first_of("/ (;,"), 64));
}

Authority authority_of(std::string_view url) {
  std::string_view text = without_scheme(url);
  text = text.substr(0, first_place(text, ends_authority));
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  if (text.starts_with('[')) {
    const std::size_t end = std::min(text.find(']'), text.size());
    const std::string_view rest = text.substr(std::min(end + 1, text.size()));
    return {text.substr(1, end - 1), rest.starts_with(':') ? port_value(rest.substr(1)) : std::uint16_t{0}};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return {text, 0};
  return {text.substr(0, colon), port_value(text.substr(colon + 1))};
}

std::string_view path_of(std::string_view url) {
  if (url.starts_with('/')) return url;
  const std::string_view rest = without_scheme(url);
  const std::size_t at = first_place(rest, ends_authority);
  if (at == rest.size() || rest[at] != '/') return "/";
  return rest.substr(at);
}

namespace {
// th: the rejection threshold as 1 to 14 hex digits, trailing zeros left out; p: the older power of two.
std::optional<double> member_probability(std::string_view member) {
  const std::string_view value = member.substr(std::min<std::size_t>(member.size(), 3));
  if (member.starts_with("th:") && !value.empty() && value.size() <= 14) {
    const auto threshold = hex_value(value);
    if (threshold) return 1.0 - static_cast<double>(*threshold << (4 * (14 - value.size()))) / 0x1p56;
  }
  if (!member.starts_with("p:") || member.size() > 4 || !all_of(member.substr(2), is_digit)) return std::nullopt;
  const int power = port_value(member.substr(2));
  if (power > 62) return std::nullopt;
  return std::ldexp(1.0, -power);
}
}  // namespace

std::optional<double> tracestate_probability(std::string_view tracestate) {
  while (!tracestate.empty()) {
    const std::size_t comma = std::min(tracestate.find(','), tracestate.size());
    std::string_view entry = tracestate.substr(0, comma);
    tracestate.remove_prefix(std::min(comma + 1, tracestate.size()));
    entry.remove_prefix(std::min(entry.find_first_not_of(" \t"), entry.size()));
    if (!entry.starts_with("ot=")) continue;
    entry.remove_prefix(3);
    while (!entry.empty()) {
      const std::size_t end = std::min(entry.find_first_of("; \t"), entry.size());
      if (const auto p = member_probability(entry.substr(0, end)); p && *p > 0) return p;
      entry.remove_prefix(std::min(end + 1, entry.size()));
    }
  }
  return std::nullopt;
}

}  // namespace nsew
