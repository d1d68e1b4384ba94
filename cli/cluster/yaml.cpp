#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>

#include "base/text.hpp"
#include "cluster/parse.hpp"

namespace nsew {

namespace {

using Type = Node::Type;

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool looks_numeric(std::string_view text) {
  const auto digits = text.find_first_not_of("+-.");
  if (digits > 2 || text[digits] < '0' || text[digits] > '9') return false;
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
  return to_number(text[0] == '+' ? text.substr(1) : text).has_value();
}

// YAML 1.2 core schema; yes, no, on and off are texts, as JSON manifests cannot have meant them otherwise.
Type plain_type(std::string_view text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return Type::null;
  if (one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Type::boolean;
  return looks_numeric(text) ? Type::number : Type::text;
}

struct TooDeep {};

// Events and not YAML::Node: half the memory, exact places of keys, and an alias stays one.
class TreeHandler final : public YAML::EventHandler {
 public:
  TreeHandler(Document& tree, std::uint32_t first_line) : tree_(tree), first_line_(first_line) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (skipping()) return;
    if (tree_.wants_key()) return tree_.key({}, place(mark));
    remember(anchor, tree_.scalar(Type::null, {}, place(mark)));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (skipping()) return;
    const auto at = anchors_.find(anchor);
    const Node* node = at == anchors_.end() ? nullptr : at->second;
    if (tree_.wants_key()) return tree_.key(node ? node->text : std::string_view{}, place(mark));
    tree_.alias(node, place(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (skipping()) return;
    const std::string_view text = tree_.keep(value);
    if (tree_.wants_key()) return tree_.key(text, place(mark));
    const Type type = tag == "?" ? plain_type(text) : tagged_type(tag, text);
    remember(anchor, tree_.scalar(type, text, place(mark)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Type::list, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Type::map, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  static Type tagged_type(std::string_view tag, std::string_view text) {
    const bool core =
        tag.ends_with(":int") || tag.ends_with(":float") || tag.ends_with(":bool") || tag.ends_with(":null");
    return core ? plain_type(text) : Type::text;
  }
  Place place(const YAML::Mark& mark) const {
    return {first_line_ + static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column) + 1};
  }
  bool skipping() const { return skipped_ > 0; }

  void open(Type type, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (skipping() || tree_.wants_key()) {  // inside of a key that is a map or list
      if (!skipping()) tree_.note_complex_key();
      ++skipped_;
      return;
    }
    if (tree_.depth() >= Document::deepest) throw YAML::ParserException(mark, "nested too deep");
    remember(anchor, tree_.open(type, place(mark)));
  }
  void close() {
    if (!skipping()) return tree_.close();
    if (--skipped_ == 0) tree_.key({}, {});
  }
  void remember(YAML::anchor_t anchor, const Node* node) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  }

  Document& tree_;
  std::uint32_t first_line_;
  std::size_t skipped_ = 0;
  std::unordered_map<YAML::anchor_t, const Node*> anchors_;
};

std::string_view line_at(std::string_view text, std::uint32_t line) {
  std::size_t at = 0;
  while (line-- > 0 && at < text.size()) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return text.substr(at, text.find('\n', at) - at);
}

Parsed broken(Place where, std::string message, std::string hint = {}) {
  return {true, {where, std::move(message), std::move(hint)}};
}

Place place_of(const Piece& piece, std::size_t offset) {
  const auto before = piece.text.substr(0, offset);
  const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {piece.first_line + line, static_cast<std::uint32_t>(offset - line_start) + 1};
}

// yaml-cpp takes 0x04 for the end of the text and lets other control characters pass.
std::optional<std::size_t> control_character(std::string_view text) {
  const auto at = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  if (at == text.end()) return std::nullopt;
  return at - text.begin();
}

// The nesting of flow brackets and of block dashes on one line, an upper bound: yaml-cpp recurses into both.
bool nested_too_deep(std::string_view text) {
  std::size_t brackets = 0, dashes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[' || c == '{') ++brackets;
    if ((c == ']' || c == '}') && brackets > 0) --brackets;
    if (c == '\n') dashes = 0;
    if ((c == '-' || c == '?' || c == ':') && i + 1 < text.size() && text[i + 1] == ' ') ++dashes;
    if (brackets > Document::deepest || dashes > Document::deepest) return true;
  }
  return false;
}

Parsed explain(const Piece& piece, const YAML::Exception& error) {
  if (error.mark.is_null()) return broken({piece.first_line, 1}, "not YAML: " + error.msg);
  const auto line = static_cast<std::uint32_t>(error.mark.line);
  const std::string_view text = line_at(piece.text, line);
  const auto blanks = text.substr(0, text.find_first_not_of(" \t"));
  const Place where{piece.first_line + line, static_cast<std::uint32_t>(error.mark.column) + 1};
  if (const auto tab = blanks.find('\t'); tab != std::string_view::npos)
    return broken({where.line, static_cast<std::uint32_t>(tab) + 1}, "not YAML: a tab in the indentation",
                  "indent with spaces");
  return broken(where, "not YAML: " + error.msg, "check the indentation and quotes near this line");
}

// yaml-cpp stops at the end of the first value and takes what follows for another document: `--` in the first line
// would hide a whole object. Asked once and never in a loop, in which a lone comma has no end.
std::optional<Parsed> text_behind(YAML::Parser& parser, const Piece& piece) {
  Document rest;
  TreeHandler handler(rest, piece.first_line);
  if (!parser.HandleNextDocument(handler)) return std::nullopt;
  const Place where = rest.root() ? rest.root()->place : Place{piece.first_line, 1};
  return broken(where, "not YAML: text that belongs to nothing before it", "check the indentation near this line");
}

}  // namespace

Parsed parse_yaml(const Piece& piece, const TakeDocument& take) {
  if (const auto at = control_character(piece.text))
    return broken(place_of(piece, *at), "a control character, which no text has", "save the file as UTF-8 text");
  if (nested_too_deep(piece.text)) return broken({piece.first_line, 1}, "nested too deep for a manifest");
  Document tree;
  TreeHandler handler(tree, piece.first_line);
  std::istringstream stream{std::string(piece.text)};
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(handler);
    if (const auto rest = text_behind(parser, piece)) return *rest;
  } catch (const YAML::Exception& error) {
    return explain(piece, error);
  }
  if (tree.too_large()) return broken({piece.first_line, 1}, "aliases unfold to millions of values");
  if (tree.root()) take(tree);
  return {};
}

}  // namespace nsew
