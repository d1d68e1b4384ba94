// What formats share that write each span as one JSON object of its own.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/conventions.hpp"
#include "input/json_values.hpp"

namespace nsew {

// Reads one span object, with its pointer for what has to be said, and puts it into the sink.
class JsonSpan {
 public:
  using Names = std::initializer_list<std::string_view>;  // of one field, in the order in which they are tried

  JsonSpan(JsonFrame& json, simdjson::dom::object object, std::string at)
      : json_(json), object_(object), at_(std::move(at)) {}

  simdjson::dom::object object() const { return object_; }
  std::string_view text(Names names) { return text(object_, names); }
  std::string_view text(simdjson::dom::object owner, Names names);
  SpanKind kind(Names names);
  std::uint64_t time(Names names);
  std::uint64_t count(Names names);
  void add_link(std::string_view trace, std::string_view span);
  // {"http.method": "GET"}, {"http@method": "GET"} and {"http": {"method": "GET"}} alike.
  static void add(Attributes& to, simdjson::dom::object attributes);
  static void add(Attributes& to, std::string_view key, simdjson::dom::element value);

  // Skips the span when one of its ids is missing.
  void put(std::string_view trace, std::string_view id, std::string_view parent);

  Span span;
  Attributes resource, attributes;
  std::string_view name, trace_state;

 private:
  void wrong(Names names, std::string_view wanted, simdjson::dom::element found);

  JsonFrame& json_;
  simdjson::dom::object object_;
  std::string at_;
  std::vector<Link> links_;
};

std::optional<simdjson::dom::object> object_in(simdjson::dom::object owner, std::string_view key);

// "Error", "STATUS_CODE_ERROR" and 2.
bool is_failure(simdjson::dom::element code);

// Lines where the first one is whole, else the elements of the outermost array, of those under a key, or of no array:
// objects one after the other.
Framing framing_of_objects(std::string_view head, std::span<const std::string_view> keys);

// Calls read(object, pointer) for an object, or for the objects of a list; skips what is neither.
template <class Read>
void each_object(JsonFrame& json, simdjson::dom::element item, const std::string& at, const Read& read,
                 unsigned deepest = 2) {
  simdjson::dom::object object;
  simdjson::dom::array list;
  if (item.get_object().get(object) == simdjson::SUCCESS) return read(object, at);
  if (deepest == 0 || item.get_array().get(list) != simdjson::SUCCESS)
    return json.skip(at, std::string(type_of(item)) + " where a span should be", "it was left out");
  std::size_t place = 0;
  for (const simdjson::dom::element inner : list)
    each_object(json, inner, at + "/" + std::to_string(place++), read, deepest - 1);
}

}  // namespace nsew
