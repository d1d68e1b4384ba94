// Identifiers and other values that several trace formats write in the same ways.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "input/record.hpp"

namespace nsew {

// The sixteen bytes at `at` as hex digits of any case; false when one is none.
inline bool sixteen_hex_digits(const char* at, std::uint64_t& to) {
#if defined(__SSE2__)
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i digit = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  const __m128i letter = _mm_sub_epi8(_mm_or_si128(text, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
  const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
  if (_mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) != 0xFFFF) return false;
  const __m128i nibbles =
      _mm_or_si128(_mm_and_si128(is_digit, digit), _mm_andnot_si128(is_digit, _mm_add_epi8(letter, _mm_set1_epi8(10))));
  __m128i pairs = _mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8));  // the first digit is the upper
  pairs = _mm_and_si128(pairs, _mm_set1_epi16(0xFF));
  std::uint64_t bytes = 0;
  _mm_storel_epi64(reinterpret_cast<__m128i*>(&bytes), _mm_packus_epi16(pairs, pairs));
  to = __builtin_bswap64(bytes);
  return true;
#else
  std::uint64_t value = 0;
  for (const char* end = at + 16; at < end; ++at) {
    const auto digit = static_cast<unsigned>(*at - '0'), letter = static_cast<unsigned>((*at | 0x20) - 'a');
    if (digit > 9 && letter > 5) return false;
    value = value << 4 | (digit <= 9 ? digit : letter + 10);
  }
  to = value;
  return true;
#endif
}

// Hex in any case (1 to 32 digits), base64 of 16 or 8 bytes, else hashed: two texts are the same id if their bytes are.
TraceId trace_id(std::string_view text);
SpanId span_id(std::string_view text);  // "" and all zeros = none

std::optional<SpanKind> span_kind(
    std::string_view name);  // "SPAN_KIND_SERVER", "server", "SERVER", "2"; nothing if unknown

// /api/orders/4711/items -> /api/orders/*/items: segments that look like numbers, UUIDs, long hex or tokens become *;
// the query and fragment go. Writes into `buffer` only when something changes.
std::string_view path_template(std::string_view path, std::string& buffer);

// "kube-probe/1.29" -> "kube-probe"; "Mozilla/5.0 (…)" -> "Mozilla".
std::string_view agent_family(std::string_view user_agent);

// The authority of a URL or host:port, and its parts.
struct Authority {
  std::string_view host;  // without brackets
  std::uint16_t port = 0;
};
Authority authority_of(std::string_view url_or_authority);
std::string_view path_of(std::string_view url);

// ot=th:… of a W3C tracestate as the probability of sampling (OpenTelemetry probability sampling: threshold of 56
// bits).
std::optional<double> tracestate_probability(std::string_view tracestate);

}  // namespace nsew
