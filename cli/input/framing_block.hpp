// Sixty-four bytes of JSON at once: where its quotes, backslashes and brackets are.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nsew {

struct JsonBlock {
  static constexpr std::size_t size = 64;
  std::uint64_t quotes = 0, backslashes = 0, opens = 0, closes = 0;  // the first byte is bit 0

  explicit JsonBlock(const char* at) {
#if defined(__SSE2__)
    for (unsigned i = 0; i < size; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
      const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // [ and { differ in this bit only, ] and } too
      quotes |= equal(bytes, '"') << i;
      backslashes |= equal(bytes, '\\') << i;
      opens |= equal(folded, '{') << i;
      closes |= equal(folded, '}') << i;
    }
#else
    for (unsigned i = 0; i < size; ++i) {
      quotes |= std::uint64_t{at[i] == '"'} << i;
      backslashes |= std::uint64_t{at[i] == '\\'} << i;
      opens |= std::uint64_t{(at[i] | 0x20) == '{'} << i;
      closes |= std::uint64_t{(at[i] | 0x20) == '}'} << i;
    }
#endif
  }

  // From each opening quote to before its closing one, where no quote is escaped.
  std::uint64_t strings() const {
    std::uint64_t inside = quotes;
    for (unsigned shift = 1; shift < 64; shift *= 2) inside ^= inside << shift;
    return inside;
  }

#if defined(__SSE2__)
 private:
  static std::uint64_t equal(__m128i bytes, char c) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
  }
#endif
};

}  // namespace nsew
