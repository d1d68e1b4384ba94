// What the attributes of OTLP resources and spans mean, however they are encoded. Names, kinds and attributes repeat
// from span to span, so that most of it is looked up by its bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
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
// path does not allocate. At least 16 readable bytes follow every text.
class Meaning {
 public:
  void clear() { said_.clear(), routed_ = false; }
  void add(const Convention& what, std::string_view value) {
    said_.push_back({&what, value, 0, false});
    routed_ = routed_ || what.field == Says::http_route;
  }
  void add(const Convention& what, double value) {
    said_.push_back({&what, {}, value, true});
    routed_ = routed_ || what.field == Says::http_route;
  }

  // Nothing when a text is not UTF-8.
  std::optional<Resource> resource();
  // Sets the operation, the peer, the error and the probability of a span whose kind is set already. False when a text
  // is not UTF-8.
  bool interpret(Span&, std::string_view name, std::string_view trace_state, bool failed, RecordSink&);

 private:
  struct Said {
    const Convention* what;
    std::string_view value;
    double number;
    bool numeric;
  };

  bool is_utf8(std::uint8_t without = 0) const;
  const Attributes& gathered(std::uint8_t without = 0);
  std::uint8_t what_says_nothing(SpanKind) const;
  static std::uint64_t mark(const Said&);
  std::uint64_t hash(SpanKind, std::string_view name) const;
  const SpanMeaning& meaning(SpanKind, std::string_view name, RecordSink&);

  std::vector<Said> said_;
  bool routed_ = false;
  Attributes attributes_;
  std::string buffer_;
};

}  // namespace nsew::otlp
