// How attributes are written up to their values: {"key":"http.route","value":{"stringValue":" and so on. The same ones
// follow one another span after span, so that the next one is guessed and compared instead of being read.
#pragma once

#include <array>
#include <cstring>
#include <deque>
#include <string_view>
#include <unordered_map>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "input/conventions.hpp"

namespace nsew::otlp {

struct Shape {
  static constexpr std::size_t longest = 112;  // longer ones are not guessed

  // At least Frame::padding readable bytes follow the text in which `at` is.
  bool stands_at(const char* at) const {
#if defined(__SSE2__)
    for (std::size_t i = 0;;) {
      const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
      const __m128i mine = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
      if (_mm_movemask_epi8(_mm_cmpeq_epi8(here, mine)) != 0xFFFF) return false;
      if (i + 16 >= size) return true;
      i = i + 32 <= size ? i + 16 : size - 16;
    }
#else
    return std::memcmp(at, text.data(), size) == 0;
#endif
  }

  std::array<char, longest> text{};
  std::uint32_t size = 16;  // never fewer; as it is, no text is this shape
  bool quoted = false;      // the text ends with the value's opening quote
  const Convention* what = nullptr;
  std::array<Shape*, 2> next{};  // what followed
};

// The shapes that one kind of span has.
class Shapes {
 public:
  Shapes() { first_.next.fill(&none_); }
  Shapes(const Shapes&) = delete;
  Shapes& operator=(const Shapes&) = delete;

  Shape* first() { return &first_; }  // what stands before the first attribute
  // The shape of the attribute with which `text` begins, after one of shape `before`; null when it has to be read.
  Shape* next(Shape* before, std::string_view text) {
    for (Shape* guess : before->next)
      if (guess->stands_at(text.data())) return guess;
    return look_up(before, text);
  }

 private:
  static constexpr std::size_t most = 512;

  Shape* look_up(Shape* before, std::string_view text);
  Shape* learn(std::string_view text, const Convention* what);

  Shape none_, first_;
  std::deque<Shape> all_;
  std::unordered_map<std::string_view, Shape*> by_text_;  // views into all_
};

}  // namespace nsew::otlp
