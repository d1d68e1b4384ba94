#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.hpp"
#include "cluster/parse.hpp"

namespace nsew {

namespace {

namespace od = simdjson::ondemand;
using Type = Node::Type;

// Offsets grow while a document is walked, so that counting lines is one pass over the text.
class Lines {
 public:
  Lines(const char* text, std::uint32_t first_line) : line_start_(text), line_(first_line) {}
  Place at(const char* position) {
    if (position < line_start_) return {line_, 1};
    last_ = position;
    while (const void* found = std::memchr(line_start_, '\n', static_cast<std::size_t>(position - line_start_))) {
      line_start_ = static_cast<const char*>(found) + 1;
      ++line_;
    }
    return {line_, static_cast<std::uint32_t>(position - line_start_) + 1};
  }
  const char* last() const { return last_; }  // the last position asked for

 private:
  const char* line_start_;
  const char* last_ = nullptr;
  std::uint32_t line_;
};

struct Broken {
  simdjson::error_code code;
};

void check(simdjson::error_code code) {
  if (code) throw Broken{code};
}

std::string_view trimmed_token(od::value& value) { return trim(value.raw_json_token()); }

class Converter {
 public:
  Converter(Document& tree, Lines& lines) : tree_(tree), lines_(lines) {}

  void value(od::value from) {
    if (tree_.depth() >= Document::deepest) throw Broken{simdjson::DEPTH_ERROR};
    od::json_type type{};
    check(from.type().get(type));
    const Place place = lines_.at(from.raw_json_token().data());
    switch (type) {
      case od::json_type::object:
        return object(from, place);
      case od::json_type::array:
        return array(from, place);
      case od::json_type::string:
        return string(from, place);
      case od::json_type::number:
        return number(from, place);
      case od::json_type::boolean:
        return boolean(from, place);
      case od::json_type::null:
        if (bool null = false; from.is_null().get(null) || !null) throw Broken{simdjson::N_ATOM_ERROR};
        tree_.scalar(Type::null, {}, place);
    }
  }

  void object(od::object object, Place place) {
    tree_.open(Type::map, place);
    for (auto field : object) {
      check(field.error());
      const char* key_at = field.key().value_unsafe().raw() - 1;
      std::string_view key;
      check(field.unescaped_key().get(key));
      if (key == "managedFields") continue;  // half of a dump, and nothing here reads it
      tree_.key(key, lines_.at(key_at));
      value(field.value());
    }
    tree_.close();
  }

 private:
  void object(od::value& from, Place place) {
    od::object inside;
    check(from.get_object().get(inside));
    object(inside, place);
  }
  void array(od::value& from, Place place) {
    od::array inside;
    check(from.get_array().get(inside));
    tree_.open(Type::list, place);
    for (auto element : inside) {
      check(element.error());
      value(element.value_unsafe());
    }
    tree_.close();
  }
  void string(od::value& from, Place place) {
    std::string_view text;
    check(from.get_string().get(text));
    tree_.scalar(Type::text, text, place);
  }
  void number(od::value& from, Place place) {
    const std::string_view token = trimmed_token(from);
    double ignored = 0;
    check(from.get_double().get(ignored));
    tree_.scalar(Type::number, token, place);
  }
  void boolean(od::value& from, Place place) {
    bool truth = false;
    check(from.get_bool().get(truth));
    tree_.scalar(Type::boolean, truth ? "true" : "false", place);
  }

  Document& tree_;
  Lines& lines_;
};

// Nothing where the document turns out to be broken on the way to the field.
std::optional<std::string> field_text(od::document& document, const char* name) {
  std::string_view text;
  const auto error = document.find_field_unordered(name).get_string().get(text);
  if (error && error != simdjson::NO_SUCH_FIELD && error != simdjson::INCORRECT_TYPE) return std::nullopt;
  std::string copy(error ? std::string_view{} : text);  // rewinding gives the buffer back
  document.rewind();
  return copy;
}

class Walk {
 public:
  Walk(od::document& document, Lines& lines, const TakeItem& take) : document_(document), lines_(lines), take_(take) {}

  void single() {
    Document tree;
    od::object object;
    const Place place = lines_.at(document_.raw_json_token().value().data());
    check(document_.get_object().get(object));
    Converter(tree, lines_).object(object, place);
    take_(tree, {});
  }
  void list(const Inherited& inherited) {
    od::object object;
    check(document_.get_object().get(object));
    for (auto field : object) {
      check(field.error());
      std::string_view key;
      check(field.unescaped_key().get(key));
      if (key != "items") continue;
      od::array elements;
      if (!field.value().get_array().get(elements)) items(elements, inherited);
    }
  }
  void elements() {
    od::array all;
    check(document_.get_array().get(all));
    items(all, {});
  }

 private:
  void items(od::array elements, const Inherited& inherited) {
    for (auto element : elements) {
      check(element.error());
      Document tree;
      Converter(tree, lines_).value(element.value_unsafe());
      take_(tree, inherited);
    }
  }

  od::document& document_;
  Lines& lines_;
  const TakeItem& take_;
};

class JsonReader {
 public:
  JsonReader(const Piece& piece, const TakeItem& take) : text_(piece.text), take_(take), lines_(nullptr, 1) {
    text_.reserve(text_.size() + 2 + simdjson::SIMDJSON_PADDING);
    lines_ = Lines(text_.data(), piece.first_line);
    whole_ = text_.size();
  }

  std::vector<Parsed> run() {
    close_what_is_open();
    std::size_t at = read(0, text_.size());
    while ((at = text_.find_first_not_of(" \t\r\n", at)) < whole_) at = read(at, next_start(at));
    return std::move(outcomes_);
  }

 private:
  simdjson::error_code iterate(std::size_t from, std::size_t to, od::document& document) {
    return parser_.iterate(text_.data() + from, to - from, text_.capacity() - from).get(document);
  }

  // simdjson refuses a text without its last bracket at once; with one it reads up to where something is missing, so
  // that of a dump that was cut short the items before the cut are kept.
  void close_what_is_open() {
    const auto last = text_.find_last_not_of(" \t\r\n");
    const char bracket = text_[text_.find_first_not_of(" \t\r\n")] == '[' ? ']' : '}';
    if (text_[last] == bracket) return;
    od::document document;
    if (iterate(0, text_.size(), document) == simdjson::UNCLOSED_STRING) text_ += '"';
    text_ += bracket;
  }

  void walk_or_break(std::size_t from, std::size_t to, od::document& document) {
    try {
      walk(from, to, document);
    } catch (const simdjson::simdjson_error& error) {
      throw Broken{error.error()};
    }
  }
  void walk(std::size_t from, std::size_t to, od::document& document) {
    check(iterate(from, to, document));
    Walk walk(document, lines_, take_);
    od::json_type type{};
    check(document.type().get(type));
    if (type == od::json_type::array) return walk.elements();
    const auto kind = field_text(document, "kind");
    if (!kind) {  // kubectl writes the kind of a list behind its items
      check(iterate(from, to, document));
      return walk.list({});
    }
    if (!kind->ends_with("List")) return walk.single();
    const auto api_version = field_text(document, "apiVersion");
    if (!api_version) check(iterate(from, to, document));
    walk.list({api_version.value_or(""), *kind == "List" ? "" : kind->substr(0, kind->size() - 4)});
  }

  // Reads the document at `from`; where the next one may start. Behind a broken one that is the next line that starts
  // with a bracket: the brackets of an indented document do not.
  std::size_t read(std::size_t from, std::size_t to) {
    od::document document;
    const char* stopped = text_.data() + from;
    try {
      walk_or_break(from, to, document);
      const bool more = !document.current_location().get(stopped);
      if (!more && to > whole_) throw Broken{simdjson::INCOMPLETE_ARRAY_OR_OBJECT};
      outcomes_.push_back({});
      return more ? static_cast<std::size_t>(stopped - text_.data()) : to;
    } catch (const Broken& broken) {
      stopped = std::max<const char*>(stopped, lines_.last());
      const auto offset = std::min(static_cast<std::size_t>(stopped - text_.data()), whole_);
      outcomes_.push_back({true, explain(broken.code, offset)});
      return next_start(std::max(offset, from));
    }
  }

  Complaint explain(simdjson::error_code code, std::size_t offset) {
    const Place where = lines_.at(text_.data() + offset);
    if (code == simdjson::DEPTH_ERROR) return {where, "nested too deep for a manifest", {}};
    if (text_.size() > whole_ && next_start(offset) >= whole_)
      return {where, "not JSON: cut short", "was the file copied whole?"};
    if (code == simdjson::TAPE_ERROR)
      return {where, "not JSON: a comma, bracket or key too many or too few", "was the file copied whole?"};
    std::string message = lower(simdjson::error_message(code));
    if (message.ends_with('.')) message.pop_back();
    return {where, "not JSON: " + message, "check the brackets and commas near this place"};
  }

  std::size_t next_start(std::size_t after) const {
    for (auto at = text_.find('\n', after); at != std::string::npos; at = text_.find('\n', at + 1))
      if (at + 1 < text_.size() && (text_[at + 1] == '{' || text_[at + 1] == '[')) return at + 1;
    return text_.size();
  }

  std::string text_;
  std::size_t whole_ = 0;  // of the text as it was given
  const TakeItem& take_;
  Lines lines_;
  od::parser parser_;
  std::vector<Parsed> outcomes_;
};

}  // namespace

std::vector<Parsed> parse_json(const Piece& piece, const TakeItem& take) { return JsonReader(piece, take).run(); }

}  // namespace nsew
