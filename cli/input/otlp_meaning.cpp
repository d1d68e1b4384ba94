#include "input/otlp_meaning.hpp"

#include <simdjson.h>

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

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

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

// A path is not looked at where there is a route. A server's peer is its client, on a new port each time.
constexpr std::uint8_t of_callee = 1, of_routed = 2;
constexpr std::uint8_t without_of(Says field) {
  if (field == Says::http_path) return of_routed;
  return field == Says::peer_port || field == Says::peer_address || field == Says::server_port ? of_callee : 0;
}

// Of texts in words, the last ones filled up with zeros: two hashes side by side, of every other word.
class Hash {
 public:
  void add(std::uint64_t word) { first_ = stirred(first_, word); }
  void add(std::string_view text) {
    const char* from = text.data();
    std::size_t left = text.size();
    for (; left > 16; from += 16, left -= 16) pair(word_at(from), word_at(from + 8));
    if (left > 8)
      pair(word_at(from), first_bytes(word_at(from + 8), left - 8));
    else if (left > 0)
      pair(first_bytes(word_at(from), left), 0);
  }
  std::uint64_t value() const { return stirred(first_, second_) | 1; }

 private:
  void pair(std::uint64_t one, std::uint64_t other) {
    first_ = stirred(first_, one);
    second_ = stirred(second_, other);
  }
  static std::uint64_t stirred(std::uint64_t h, std::uint64_t word) {
    h = (h ^ word) * 0xd6e8feb86659fd93;
    return h ^ h >> 32;
  }
  std::uint64_t first_ = 0, second_ = 0;
};

}  // namespace

const Convention* convention_of(std::string_view key) { return Keys::all().find(key); }

bool Meaning::is_utf8(std::uint8_t without) const {
  return std::ranges::all_of(said_, [&](const Said& said) {
    return (without_of(said.what->field) & without) != 0 || nsew::otlp::is_utf8(said.value);
  });
}

std::optional<Resource> Meaning::resource() {
  if (!is_utf8()) return std::nullopt;
  return resource_of(gathered());
}

const Attributes& Meaning::gathered(std::uint8_t without) {
  attributes_.clear();
  for (const Said& said : said_)
    if ((without_of(said.what->field) & without) != 0)
      continue;
    else if (said.numeric)
      attributes_.add(*said.what, said.number);
    else
      attributes_.add(*said.what, said.value);
  return attributes_;
}

std::uint8_t Meaning::what_says_nothing(SpanKind kind) const {
  const bool callee = kind == SpanKind::server || kind == SpanKind::internal;
  return static_cast<std::uint8_t>((callee ? of_callee : 0) | (routed_ ? of_routed : 0));
}

// What tells one field from the next: which one it is, and its length, or that it is a number.
std::uint64_t Meaning::mark(const Said& said) {
  const std::uint64_t size = said.numeric ? ~std::uint64_t{0} : said.value.size();
  return size << 16 | static_cast<std::uint64_t>(said.what->field) << 8 | said.what->rank;
}

std::uint64_t Meaning::hash(SpanKind kind, std::string_view name) const {
  Hash hash;
  hash.add(name.size() << 16 | static_cast<std::uint64_t>(kind));
  hash.add(name);
  const std::uint8_t without = what_says_nothing(kind);
  for (const Said& said : said_) {
    if ((without_of(said.what->field) & without) != 0) continue;
    hash.add(mark(said));
    if (said.numeric)
      hash.add(std::bit_cast<std::uint64_t>(said.number));
    else
      hash.add(said.value);
  }
  return hash.value();
}

const SpanMeaning& Meaning::meaning(SpanKind kind, std::string_view name, RecordSink& sink) {
  auto& memo = sink.store().meanings;
  if (memo.empty()) memo.resize(8192);
  const std::uint64_t key = hash(kind, name);
  SpanMeaning& means = memo[(key >> 8) % memo.size()];
  if (means.hash == key) return means;
  const std::uint8_t without = what_says_nothing(kind);
  means.hash = key;
  const Attributes& attributes = gathered(without);
  means.is_utf8 = is_utf8(without) && nsew::otlp::is_utf8(name);
  means.operation = sink.operation(operation_of(attributes, name, buffer_));
  means.peer = sink.peer(peer_of(attributes, kind));
  means.error = error_of(attributes);
  means.probability = probability_of(attributes).value_or(0);
  return means;
}

// Whatever kind, name and attributes mean depends on nothing else, and repeats from span to span.
bool Meaning::interpret(Span& span, std::string_view name, std::string_view trace_state, bool failed,
                        RecordSink& sink) {
  const SpanMeaning& means = meaning(span.kind, name, sink);
  span.operation = means.operation;
  span.peer = means.peer;
  span.error = failed || means.error;
  const auto by_state = trace_state.empty() ? std::nullopt : tracestate_probability(trace_state);
  span.probability_known = by_state || means.probability > 0;
  if (span.probability_known) span.probability = by_state.value_or(means.probability);
  return means.is_utf8;
}

}  // namespace nsew::otlp
