// Text to trees: cuts a file into documents and parses each once, so that a broken one loses only itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/node.hpp"

namespace nsew {

// Text of a file as UTF-8 without byte order mark (UTF-16 with a mark is converted).
std::string to_utf8_text(std::string text);

inline namespace manifest_tree {
struct Piece {
  std::string_view text;
  std::uint32_t first_line = 1;
};
}  // namespace manifest_tree
// At `---` and behind `...` in column 1; pieces of blanks and comments only are left out.
std::vector<Piece> cut_documents(std::string_view text);

struct Parsed {
  bool broken = false;
  Complaint why;  // of a broken one
};

// `take` gets the tree; it is gone afterwards.
using TakeDocument = std::function<void(const Document&)>;
Parsed parse_yaml(const Piece&, const TakeDocument& take);

// JSON documents one after the other. The items of a list (`items` under a kind that ends in List) are handed over one
// by one, with the kind and apiVersion that the list gives to items without.
struct Inherited {
  std::string api_version, kind;
};
using TakeItem = std::function<void(const Document&, const Inherited&)>;
std::vector<Parsed> parse_json(const Piece&, const TakeItem& take);

bool is_json(std::string_view text);

// Go template markup of a Helm chart, outside of texts that merely carry one.
bool has_helm_markup(std::string_view text);      // {{ .Values…, {{ include …
bool has_template_markup(std::string_view text);  // any {{ … }}

}  // namespace nsew
