#include "input/otlp_meaning.hpp"

#include <algorithm>
#include <array>

#include "input/ids.hpp"
#include "input/store.hpp"

namespace nsew::otlp {
namespace {

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

// The first of the eight bytes, the others zero.
std::uint64_t first_bytes(std::uint64_t word, std::size_t bytes) {
  const std::size_t rest = 64 - 8 * bytes;
  return std::endian::native == std::endian::little ? word << rest >> rest : word >> rest << rest;
}

// Without a call of memcmp, which costs more than short texts are worth.
bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const std::size_t size = a.size();
  if (size < 8) return std::equal(a.begin(), a.end(), b.begin());
  for (std::size_t i = 0; i + 8 < size; i += 8)
    if (word_at(a.data() + i) != word_at(b.data() + i)) return false;
  return word_at(a.data() + size - 8) == word_at(b.data() + size - 8);
}

std::uint64_t stirred(std::uint64_t h, std::uint64_t word) {
  h = (h ^ word) * 0x9e3779b97f4a7c15;
  return h ^ h >> 32;
}

class Keys {
 public:
  const Convention* find(std::string_view key) const {
    for (std::size_t slot = hash(key);; ++slot) {
      const Convention* c = table_[slot % table_.size()];
      if (c == nullptr || same_text(c->key, key)) return c;
    }
  }
  static const Keys& all() {
    static const Keys keys;
    return keys;
  }

 private:
  Keys() {
    for (const Convention& c : conventions()) {
      std::size_t slot = hash(c.key);
      while (table_[slot % table_.size()] != nullptr) ++slot;
      table_[slot % table_.size()] = &c;
    }
  }
  static std::size_t hash(std::string_view key) {
    std::uint64_t first = 0, last = 0;
    if (key.size() >= 8) {
      first = word_at(key.data());
      last = word_at(key.data() + key.size() - 8);
    } else {
      for (const char c : key) first = first << 8 | static_cast<unsigned char>(c);
    }
    return static_cast<std::size_t>(((first * 31 + last) ^ key.size()) * 0x9e3779b97f4a7c15 >> 40);
  }
  std::array<const Convention*, 1024> table_{};
};

}  // namespace

const Convention* convention_of(std::string_view key) { return Keys::all().find(key); }

const Attributes& Meaning::gathered() {
  attributes_.clear();
  for (const Said& said : said_)
    if (said.numeric)
      attributes_.add(*said.what, said.number);
    else
      attributes_.add(*said.what, said.value);
  return attributes_;
}

// A path is not looked at where there is a route. A server's peer is its client, on a new port each time.
void Meaning::drop_what_says_nothing(SpanKind kind) {
  const bool callee = kind == SpanKind::server || kind == SpanKind::internal;
  bool routed = false;
  for (const Said& said : said_) routed = routed || said.what->field == Says::http_route;
  std::erase_if(said_, [&](const Said& said) {
    const Says field = said.what->field;
    if (field == Says::http_path) return routed;
    return callee && (field == Says::peer_port || field == Says::peer_address || field == Says::server_port);
  });
}

// What tells one field from the next: which one it is, and its length, or that it is a number.
std::uint64_t Meaning::mark(const Said& said) {
  const std::uint64_t size = said.numeric ? ~std::uint64_t{0} : said.value.size();
  return size << 16 | static_cast<std::uint64_t>(said.what->field) << 8 | said.what->rank;
}

// Calls on(word) for all that meaning depends on: marks, numbers, and texts in words that are filled up with zeros.
// Stops at the first false.
template <class On>
bool Meaning::each_word(SpanKind kind, std::string_view name, const On& on) const {
  const auto field = [&](std::uint64_t mark, std::string_view text) {
    if (!on(mark)) return false;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8)
      if (!on(word_at(at))) return false;
    return left == 0 || on(first_bytes(word_at(at), left));
  };
  if (!field(name.size() << 16 | static_cast<std::uint64_t>(kind), name)) return false;
  for (const Said& said : said_) {
    if (!field(mark(said), said.value)) return false;
    if (said.numeric && !on(std::bit_cast<std::uint64_t>(said.number))) return false;
  }
  return true;
}

std::uint64_t Meaning::hash(SpanKind kind, std::string_view name) const {
  std::uint64_t h = 0;
  each_word(kind, name, [&](std::uint64_t word) { return h = stirred(h, word), true; });
  return h;
}

bool Meaning::is_of(const SpanMeaning& means, SpanKind kind, std::string_view name) const {
  const std::uint64_t *at = means.raw.data(), *end = at + means.raw.size();
  return each_word(kind, name, [&](std::uint64_t word) { return at != end && *at++ == word; }) && at == end;
}

const SpanMeaning& Meaning::meaning(SpanKind kind, std::string_view name, RecordSink& sink) {
  auto& memo = sink.store().meanings;
  if (memo.empty()) memo.resize(8192);
  SpanMeaning& means = memo[hash(kind, name) % memo.size()];
  if (is_of(means, kind, name)) return means;
  const Attributes& attributes = gathered();
  means.operation = sink.operation(operation_of(attributes, name, buffer_));
  means.peer = sink.peer(peer_of(attributes, kind));
  means.error = error_of(attributes);
  means.probability = probability_of(attributes).value_or(0);
  means.raw.clear();
  each_word(kind, name, [&](std::uint64_t word) { return means.raw.push_back(word), true; });
  return means;
}

// Whatever kind, name and attributes mean depends on nothing else, and repeats from span to span.
void Meaning::interpret(Span& span, std::string_view name, std::string_view trace_state, bool failed,
                        RecordSink& sink) {
  drop_what_says_nothing(span.kind);
  const SpanMeaning& means = meaning(span.kind, name, sink);
  span.operation = means.operation;
  span.peer = means.peer;
  span.error = failed || means.error;
  const auto by_state = trace_state.empty() ? std::nullopt : tracestate_probability(trace_state);
  span.probability_known = by_state || means.probability > 0;
  if (span.probability_known) span.probability = by_state.value_or(means.probability);
}

}  // namespace nsew::otlp
