#include <simdjson.h>

#include <cstring>

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
    while (const void* found = std::memchr(line_start_, '\n', static_cast<std::size_t>(position - line_start_))) {
      line_start_ = static_cast<const char*>(found) + 1;
      ++line_;
    }
    return {line_, static_cast<std::uint32_t>(position - line_start_) + 1};
  }

 private:
  const char* line_start_;
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
        if (!from.is_null()) throw Broken{simdjson::N_ATOM_ERROR};
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

std::string field_text(od::document& document, const char* name) {
  std::string_view text;
  if (document.find_field_unordered(name).get_string().get(text)) text = {};
  std::string copy(text);  // rewinding gives the buffer back
  document.rewind();
  return copy;
}

class Walk {
 public:
  Walk(od::document& document, Lines& lines, const TakeItem& take) : document_(document), lines_(lines), take_(take) {}

  void run() {
    od::json_type type{};
    check(document_.type().get(type));
    if (type == od::json_type::array) {
      od::array elements;
      check(document_.get_array().get(elements));
      return items(elements);
    }
    const std::string kind = field_text(document_, "kind");
    if (kind.ends_with("List")) {
      inherited_.kind = kind.substr(0, kind.size() - 4);
      inherited_.api_version = field_text(document_, "apiVersion");
      return list();
    }
    single();
  }

 private:
  void single() {
    Document tree;
    od::object object;
    const Place place = lines_.at(document_.raw_json_token().value().data());
    check(document_.get_object().get(object));
    Converter(tree, lines_).object(object, place);
    take_(tree, {});
  }
  void list() {
    od::object object;
    check(document_.get_object().get(object));
    for (auto field : object) {
      check(field.error());
      std::string_view key;
      check(field.unescaped_key().get(key));
      if (key != "items") continue;
      od::array elements;
      if (!field.value().get_array().get(elements)) items(elements);
    }
  }
  void items(od::array elements) {
    for (auto element : elements) {
      check(element.error());
      Document tree;
      Converter(tree, lines_).value(element.value_unsafe());
      take_(tree, inherited_);
    }
  }

  od::document& document_;
  Lines& lines_;
  const TakeItem& take_;
  Inherited inherited_;
};

class Reader {
 public:
  Reader(const Piece& piece, const TakeItem& take) : text_(piece.text), take_(take), lines_(nullptr, 1) {
    text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
    lines_ = Lines(text_.data(), piece.first_line);
  }

  std::vector<Parsed> run() {
    std::size_t at = read(0, text_.size());
    while ((at = text_.find_first_not_of(" \t\r\n", at)) < text_.size()) at = read(at, next_start(at));
    return std::move(outcomes_);
  }

 private:
  // Reads the document at `from`; where the next one may start. Behind a broken one that is the next line that starts
  // with a bracket: the brackets of an indented document do not.
  std::size_t read(std::size_t from, std::size_t to) {
    od::document document;
    const char* stopped = text_.data() + from;
    try {
      check(parser_.iterate(text_.data() + from, to - from, text_.capacity() - from).get(document));
      Walk(document, lines_, take_).run();
      outcomes_.push_back({});
      const bool more = !document.current_location().get(stopped);
      return more ? static_cast<std::size_t>(stopped - text_.data()) : to;
    } catch (const Broken& broken) {
      if (document.is_alive() && document.current_location().get(stopped)) stopped = text_.data() + to;
      const auto offset = std::min<std::size_t>(static_cast<std::size_t>(stopped - text_.data()), text_.size());
      outcomes_.push_back(
          {true, {lines_.at(text_.data() + offset), message_of(broken.code), "is the file cut short?"}});
      return next_start(std::max(offset, from));
    }
  }

  static std::string message_of(simdjson::error_code code) {
    if (code == simdjson::DEPTH_ERROR) return "nested too deep for a manifest";
    return "not JSON: " + lower(simdjson::error_message(code));
  }

  std::size_t next_start(std::size_t after) const {
    for (auto at = text_.find('\n', after); at != std::string::npos; at = text_.find('\n', at + 1))
      if (at + 1 < text_.size() && (text_[at + 1] == '{' || text_[at + 1] == '[')) return at + 1;
    return text_.size();
  }

  std::string text_;
  const TakeItem& take_;
  Lines lines_;
  od::parser parser_;
  std::vector<Parsed> outcomes_;
};

}  // namespace

std::vector<Parsed> parse_json(const Piece& piece, const TakeItem& take) { return Reader(piece, take).run(); }

}  // namespace nsew
