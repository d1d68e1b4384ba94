// An object of a JSON document with its place in it: fields by name, and what is wrong with one is said where it
// stands.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "input/conventions.hpp"
#include "input/json_values.hpp"

namespace nsew {

class JsonObject {
 public:
  using Element = simdjson::dom::element;

  // Of a document, at a JSON pointer; and below `key`, or at `index` there, of `above`, which has to live as long.
  JsonObject(JsonFrame& json, simdjson::dom::object object, std::string at = {})
      : json_(&json), object_(object), at_(std::move(at)) {}
  JsonObject(const JsonObject& above, simdjson::dom::object object, std::string_view key)
      : json_(above.json_), object_(object), above_(&above), key_(key) {}
  JsonObject(const JsonObject& above, simdjson::dom::object object, std::string_view key, std::size_t index)
      : JsonObject(above, object, key) {
    index_ = index;
  }

  bool has(std::string_view key) const { return field(object_, key).has_value(); }
  std::optional<Element> raw(std::string_view key) const { return field(object_, key); }
  // Absent or of a wrong type: empty, and the latter is said.
  std::string_view text(std::string_view key) const;
  std::string id(std::string_view key) const;    // text, or a whole number as hex
  std::string name(std::string_view key) const;  // text, or a whole number as decimal digits
  std::optional<std::uint64_t> count(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  bool flag(std::string_view key) const;
  std::optional<JsonObject> object(std::string_view key) const;
  // Calls each(JsonObject) for the objects of an array; what is none is said, and skipped where it would be a record.
  template <class Each>
  void each(std::string_view key, const Each& each) const;
  // Adds every member, or every {"key": …, "value": …} of an array.
  void add_to(Attributes& attributes) const;

  void skip(std::string_view message, std::string_view hint = "the rest is read") const;
  void note(std::string_view message, std::string_view hint) const;
  void wrong(std::string_view key, std::string_view wanted, Element found) const;
  simdjson::dom::object inside() const { return object_; }
  std::string pointer() const;
  JsonFrame& json() const { return *json_; }

 private:
  static constexpr std::size_t no_index = ~std::size_t{0};

  JsonFrame* json_;
  simdjson::dom::object object_;
  std::string at_;
  const JsonObject* above_ = nullptr;
  std::string_view key_;
  std::size_t index_ = no_index;
};

// One value of a tag: text, number or truth value; anything else says nothing.
void add_value(Attributes& attributes, std::string_view key, simdjson::dom::element value);

template <class Each>
void JsonObject::each(std::string_view key, const Each& each) const {
  const auto value = raw(key);
  simdjson::dom::array list;
  if (!value) return;
  if (value->get_array().get(list) != simdjson::SUCCESS) return wrong(key, "an array", *value);
  std::size_t place = 0;
  for (const Element item : list) {
    simdjson::dom::object object;
    if (item.get_object().get(object) == simdjson::SUCCESS)
      each(JsonObject(*this, object, key, place));
    else
      wrong(key, "an array of objects", item);
    ++place;
  }
}

// The frame's object, or each object of its array, or of arrays in its array; what is none is skipped as "`what`".
void each_object(JsonFrame& json, std::string_view what, const std::function<void(const JsonObject&)>& each);

// How most JSON formats are written: an array, one document, or a document on each line.
Framing list_or_lines(std::string_view head);

}  // namespace nsew
