// A cursor over JSON without blanks between its tokens, as machines write it. It gives up (false) at anything else, at
// escapes and at bytes beyond ASCII in texts that are wanted, and at the end of a line wherever it stands; nothing else
// is checked that is not looked at.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nsew::otlp {

class Cursor {
 public:
  // At least 16 readable bytes follow the text.
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const { return at_; }
  bool done() const { return at_ == end_; }
  bool beyond() const { return at_ > end_; }  // what stands behind the text was taken for a part of it
  char peek() const { return *at_; }
  void step(std::size_t bytes = 1) { at_ += bytes; }
  void move_to(const char* at) { at_ = at; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  template <std::size_t n>
  bool take(const char (&literal)[n]) {
    if (!same<n - 1>(literal)) return false;
    at_ += n - 1;
    return true;
  }

  // A string, quotes and all. Gives up where it holds an escape or a byte beyond ASCII.
  bool text(std::string_view& to) {
    if (*at_ != '"') return false;
    ++at_;
    return rest_of_text(to);
  }
  bool rest_of_text(std::string_view& to) {
    const char* end = end_of_text(at_);
    if (end == nullptr) return false;
    to = {at_, static_cast<std::size_t>(end - at_)};
    at_ = end + 1;
    return true;
  }
  // The closing quote of a text that begins at `at`, null where it is not plain.
  const char* end_of_text(const char* at) const { return quote_after<true>(at); }
  // The closing quote of any string.
  const char* end_of_string(const char* at) const {
    for (at = quote_after<false>(at); at != nullptr && *at == '\\'; at = quote_after<false>(at + 2)) {
    }
    return at;
  }
  // Behind a number or a word; null where there is none.
  const char* end_of_scalar(const char* at) const {
    const char* from = at;
    while (is_scalar(*at)) ++at;
    return at > from && at < end_ ? at : nullptr;
  }

  // A whole number, bare or as text.
  bool count(std::uint64_t& to) {
    const char* at = at_;
    const bool quoted = *at == '"';
    at += quoted ? 1 : 0;
    const char* from = at;
    std::uint64_t value = 0;
    for (std::uint64_t digits = word(at) - '0' * ones; is_digits(digits); digits = word(at) - '0' * ones) {
      value = value * 100'000'000 + eight_digits(digits);
      at += 8;
    }
    while (static_cast<unsigned char>(*at - '0') < 10) value = value * 10 + static_cast<std::uint64_t>(*at++ - '0');
    if (at == from || at - from > 19) return false;
    to = value;
    at_ = at + (quoted ? 1 : 0);
    return quoted ? *at == '"' : *at == ',' || *at == '}' || *at == ']';
  }

  bool skip_string() {
    ++at_;
    return rest_of_string();
  }
  bool rest_of_string() {
    const char* end = end_of_string(at_);
    if (end == nullptr) return false;
    at_ = end + 1;
    return true;
  }

  bool skip_value() {
    if (*at_ == '"') return skip_string();
    if (*at_ == '{' || *at_ == '[') return skip_container();
    const char* end = end_of_scalar(at_);
    if (end == nullptr) return false;
    at_ = end;
    return true;
  }

  // on_key(key) reads the value that follows.
  template <class OnKey>
  bool object(const OnKey& on_key) {
    if (*at_++ != '{') return false;
    if (*at_ == '}') return ++at_, true;
    while (true) {
      std::string_view key;
      if (!text(key) || *at_++ != ':' || !on_key(key)) return false;
      if (*at_ == '}') return ++at_, true;
      if (*at_++ != ',') return false;
    }
  }
  template <class Each>
  bool array(const Each& each) {
    if (*at_++ != '[') return false;
    if (*at_ == ']') return ++at_, true;
    while (true) {
      if (!each()) return false;
      if (*at_ == ']') return ++at_, true;
      if (*at_++ != ',') return false;
    }
  }

 private:
  // In words, the last two overlapping: a call of memcmp costs more than all of it.
  template <std::size_t size>
  bool same(const char* literal) const {
    if constexpr (size < 8) {
      return std::memcmp(at_, literal, size) == 0;
    } else {
      std::uint64_t differs = 0;
      for (std::size_t i = 0; i + 8 <= size; i += 8) differs |= word(at_ + i) ^ word(literal + i);
      return (differs | (word(at_ + size - 8) ^ word(literal + size - 8))) == 0;
    }
  }
  static std::uint64_t word(const char* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, 8);
    return value;
  }

  static constexpr std::uint64_t ones = 0x0101010101010101;
  // Of eight bytes less '0' each: all are 0 to 9. Big-endian machines take the loop for single digits.
  static bool is_digits(std::uint64_t bytes) {
    return std::endian::native == std::endian::little && ((bytes | (bytes + 0x76 * ones)) & 0x80 * ones) == 0;
  }
  static std::uint64_t eight_digits(std::uint64_t digits) {
    digits = digits * 10 + (digits >> 8);  // pairs in every other byte
    return ((digits & 0x000000FF000000FF) * (100 + (1'000'000ULL << 32)) +
            (digits >> 16 & 0x000000FF000000FF) * (1 + (10'000ULL << 32))) >>
           32;
  }

  static bool is_scalar(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
  }

  // The next quote or backslash; null at the end of the text or line and, in plain text, at an escape or beyond ASCII.
  template <bool plain>
  const char* quote_after(const char* at) const {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(' ');
    for (; at < end_; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
      // Signed: bytes beyond ASCII are less than a blank, too.
      auto low = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmplt_epi8(bytes, blank)));
      if constexpr (!plain) low &= ~static_cast<unsigned>(_mm_movemask_epi8(bytes));
      const unsigned stops = static_cast<unsigned>(_mm_movemask_epi8(found)) | low;
      if (stops == 0) continue;
      at += __builtin_ctz(stops);
      return at < end_ && (*at == '"' || (!plain && *at == '\\')) ? at : nullptr;
    }
    return nullptr;
#else
    for (; at < end_; ++at) {
      if (*at == '"' || (!plain && *at == '\\')) return at;
      const bool beyond_ascii = static_cast<signed char>(*at) < 0;
      if (*at == '\\' || (beyond_ascii ? plain : *at < ' ')) return nullptr;
    }
    return nullptr;
#endif
  }

  bool skip_container() {
    std::size_t depth = 0;
    while (at_ < end_) {
      const char c = *at_;
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      if (c == '\\' || static_cast<unsigned char>(c) <= ' ') return false;
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  const char* at_;
  const char* end_;
};

}  // namespace nsew::otlp
