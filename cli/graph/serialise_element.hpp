// One node, edge or other element of a serialised graph while it is read.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "graph/sketch.hpp"

namespace nsew::serialised {

using Json = nlohmann::json;

// Reads typed values out of one element; the first thing that does not fit is remembered with its path.
class Element {
 public:
  explicit Element(const Json& json) : json_(&json) {}

  std::string text(const char* key) {
    const Json* value = member(key);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) wrong(key, "a text");
    return value->is_string() ? value->get<std::string>() : std::string();
  }
  std::uint64_t count(const char* key) {
    const Json* value = member(key);
    return value == nullptr ? 0 : count_of(*value, key);
  }
  bool truth(const char* key) {
    const Json* value = member(key);
    if (value != nullptr && !value->is_boolean()) wrong(key, "true or false");
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  double probability(const char* key) {
    const Json* value = member(key);
    return value == nullptr ? 1 : probability_of(*value, key);
  }
  std::set<std::string> texts(const char* key) {
    std::set<std::string> all;
    for_each(key, [&](const Json& one) {
      if (!one.is_string()) return wrong(key, "a list of texts");
      all.insert(one.get<std::string>());
    });
    return all;
  }
  Tally tally(const char* key) {
    const Json* value = member(key);
    return value == nullptr ? Tally{} : tally_of(*value, key);
  }
  template <class Key, class Add>
  void pairs(const char* key, Add add) {
    for_each(key, [&](const Json& pair) {
      if (!is_pair(pair)) return wrong(key, "a list of pairs");
      const std::uint64_t first = count_of(pair[0], key);
      if (first > std::numeric_limits<Key>::max()) return wrong(key, "a smaller number");
      add(static_cast<Key>(first), pair[1]);
    });
  }
  template <class Add>
  void members(const char* key, Add add) {
    const Json* value = member(key);
    if (value == nullptr) return;
    if (!value->is_object()) return wrong(key, "an object");
    for (const auto& [name, one] : value->items()) add(name, one);
  }
  template <class Add>
  void for_each(const char* key, Add add) {
    const Json* value = member(key);
    if (value == nullptr) return;
    if (!value->is_array()) return wrong(key, "a list");
    for (const Json& one : *value) add(one);
  }
  std::uint64_t count_of(const Json& value, std::string_view key) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    wrong(key, "a whole number that is not negative");
    return 0;
  }
  Tally tally_of(const Json& value, std::string_view key) {
    Tally tally;
    if (!value.is_array()) wrong(key, "a list of probability and count");
    if (!value.is_array()) return tally;
    for (const Json& pair : value) {
      if (!is_pair(pair)) {
        wrong(key, "a list of probability and count");
        continue;
      }
      tally.add(probability_of(pair[0], key), count_of(pair[1], key));
    }
    return tally;
  }
  void wrong(std::string_view key, std::string_view expected) {
    if (complaint_.empty()) complaint_ = fmt::format("'{}' should be {}", key, expected);
  }
  void require(bool fits, std::string_view key, std::string_view expected) {
    if (!fits) wrong(key, expected);
  }
  const std::string& complaint() const { return complaint_; }
  const Json& json() const { return *json_; }
  void adopt(const Element& inner) {
    if (complaint_.empty()) complaint_ = inner.complaint_;
  }

 private:
  static bool is_pair(const Json& json) { return json.is_array() && json.size() == 2; }
  const Json* member(const char* key) {
    if (!json_->is_object()) {
      wrong(key, "in an object");
      return nullptr;
    }
    const auto at = json_->find(key);
    return at == json_->end() ? nullptr : &*at;
  }
  double probability_of(const Json& value, std::string_view key) {
    const double p = value.is_number() ? value.get<double>() : 0;
    if (p > 0 && p <= 1) return p;
    wrong(key, "a probability above 0 and up to 1");
    return 1;
  }

  const Json* json_;
  std::string complaint_;
};

}  // namespace nsew::serialised
