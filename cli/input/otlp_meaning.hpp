// What the attributes of OTLP resources and spans mean, however they are encoded. Names, kinds and attributes repeat
// from span to span, so that most of it is looked up by its bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "input/conventions.hpp"
#include "input/sink.hpp"

namespace nsew {
struct SpanMeaning;
}

namespace nsew::otlp {

// The convention of a key, null when it says nothing that nsew reads. Faster than convention(): hashed by length, first
// and last bytes.
const Convention* convention_of(std::string_view key);

// Collects what the attributes of one resource or span say; a thread keeps one from frame to frame, so that the hot
// path does not allocate. At least 8 readable bytes follow every text.
class Meaning {
 public:
  void clear() { said_.clear(); }
  void add(const Convention& what, std::string_view value) { said_.push_back({&what, value, 0, false}); }
  void add(const Convention& what, double value) { said_.push_back({&what, {}, value, true}); }

  Resource resource() { return resource_of(gathered()); }
  // Sets the operation, the peer, the error and the probability of a span whose kind is set already.
  void interpret(Span&, std::string_view name, std::string_view trace_state, bool failed, RecordSink&);

 private:
  struct Said {
    const Convention* what;
    std::string_view value;
    double number;
    bool numeric;
  };

  const Attributes& gathered();
  void drop_what_says_nothing(SpanKind);
  static std::uint64_t mark(const Said&);
  template <class On>
  bool each_word(SpanKind, std::string_view name, const On&) const;
  std::uint64_t hash(SpanKind, std::string_view name) const;
  bool is_of(const SpanMeaning&, SpanKind, std::string_view name) const;
  const SpanMeaning& meaning(SpanKind, std::string_view name, RecordSink&);

  std::vector<Said> said_;
  Attributes attributes_;
  std::string buffer_;
};

}  // namespace nsew::otlp
