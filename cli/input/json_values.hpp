// JSON documents as trace formats write them: numbers may be text, ids may be numbers, and what is wrong is said with
// its place.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "input/reader.hpp"

namespace nsew {

// Whether `key` is the key of an object at most `depth` containers deep, in a document of which `head` may be only the
// beginning. Strings that merely contain the word do not count.
bool has_key(std::string_view head, std::string_view key, unsigned depth);

// Whether the input that begins with `head` is one JSON document, and not one on each line.
bool is_one_document(std::string_view head);

// One frame as a document. What has to be said of it is placed by its JSON pointer, which is looked up again only then.
class JsonFrame {
 public:
  // Skips the frame, with the place of what is wrong, when it is not JSON.
  JsonFrame(const Frame&, RecordSink&, simdjson::dom::parser&);
  // A document that `outer` holds as text at `pointer`, where everything that is said about it is placed.
  JsonFrame(const JsonFrame& outer, std::string pointer, simdjson::dom::element root)
      : frame_(outer.frame_), sink_(outer.sink_), root_(root), as_text_at_(std::move(pointer)) {}

  std::optional<simdjson::dom::element> root() const { return root_; }
  void skip(std::string_view pointer, std::string_view message, std::string_view hint = {});
  void note(std::string_view pointer, Severity, std::string_view message, std::string_view hint = {});
  RecordSink& sink() { return sink_; }

 private:
  const char* place_of(std::string_view pointer);

  const Frame& frame_;
  RecordSink& sink_;
  std::optional<simdjson::dom::element> root_;
  std::optional<std::string> as_text_at_;
  unsigned places_ = 0;
};

std::optional<simdjson::dom::element> field(simdjson::dom::object, std::string_view key);  // null counts as absent
std::optional<std::string_view> text_of(simdjson::dom::element);
std::optional<double> number_of(simdjson::dom::element);        // a number, or text that is one
std::optional<std::uint64_t> count_of(simdjson::dom::element);  // a whole number from 0 on, or text that is one
std::string_view type_of(simdjson::dom::element);               // "a number", as messages say it

// The count under a key; 0 when there is none.
std::uint64_t count_at(simdjson::dom::object object, std::string_view key);

}  // namespace nsew
