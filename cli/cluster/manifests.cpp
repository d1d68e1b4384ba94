#include "cluster/manifests.hpp"

#include <simdjson.h>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "cluster/kinds.hpp"
#include "cluster/kustomize.hpp"
#include "cluster/parse.hpp"

namespace nsew {

namespace {

using Type = Node::Type;

bool carries_helm_markup(const Node& node) {
  const bool one_line = node.text.find('\n') == std::string_view::npos;
  if (one_line && node.text.find("{{") != std::string_view::npos && has_helm_markup(node.text)) return true;
  for (const Node& child : node)
    if (carries_helm_markup(child)) return true;
  return false;
}

class FileReader {
 public:
  FileReader(const ManifestFile& file, Inventory& inventory, Diagnostics& diagnostics)
      : file_(file), inventory_(inventory), diagnostics_(diagnostics), fields_(file.name, diagnostics) {}

  ManifestSummary run() {
    std::string converted;
    for (const Piece& piece : cut_documents(plain_text(converted))) is_json(piece.text) ? json(piece) : yaml(piece);
    return summary_;
  }

 private:
  static constexpr int deepest_list = 16;

  std::string_view plain_text(std::string& converted);
  void report_bytes(std::string_view text);
  void yaml(const Piece&);
  void json(const Piece&);
  void outcome(const Parsed&);
  void refuse_template(const Piece&);
  void complain(const Complaint&, Severity);
  void document(const Node& root, const Inherited&, int depth);
  void object(const Node& root, std::string kind, std::string api_version);
  void keep(Reading);

  const ManifestFile& file_;
  Inventory& inventory_;
  Diagnostics& diagnostics_;
  Fields fields_;
  ManifestSummary summary_;
};

std::string_view FileReader::plain_text(std::string& converted) {
  std::string_view text = file_.text;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) text = converted = to_utf8_text(file_.text);
  if (simdjson::validate_utf8(text.data(), text.size())) return text;
  report_bytes(text);
  return converted = escape::utf8(text);
}

void FileReader::report_bytes(std::string_view text) {
  std::uint32_t number = 1;
  for (const std::string_view line : split(text, '\n')) {
    if (!simdjson::validate_utf8(line.data(), line.size()))
      complain(
          {{number, 0}, "bytes that are not UTF-8, read as U+FFFD", "kubectl refuses them: save the file as UTF-8"},
          Severity::warning);
    ++number;
  }
}

void FileReader::complain(const Complaint& what, Severity level) {
  diagnostics_.report(level, {file_.name, what.place.line, what.place.column}, what.message, what.hint);
}

void FileReader::outcome(const Parsed& parsed) {
  if (!parsed.broken) return;
  ++summary_.skipped;
  complain(parsed.why, Severity::warning);
}

void FileReader::refuse_template(const Piece& piece) {
  ++summary_.skipped;
  summary_.unrendered = true;
  if (!file_.named) {
    inventory_.unrendered.insert(file_.name);
  } else {
    diagnostics_.report(Severity::error, {file_.name, piece.first_line, 1}, "an unrendered Helm template",
                        "render them first: helm template CHART > manifests.yaml");
  }
}

void FileReader::yaml(const Piece& piece) {
  const bool markup = piece.text.find("{{") != std::string_view::npos && has_template_markup(piece.text);
  const bool helm = markup && has_helm_markup(piece.text);
  bool unrendered = false;
  const Parsed parsed = parse_yaml(piece, [&](const Document& tree) {
    unrendered = markup && (tree.complex_key() || (helm && carries_helm_markup(*tree.root())));
    if (unrendered) return;
    for (const Complaint& complaint : tree.complaints()) complain(complaint, Severity::warning);
    document(*tree.root(), {}, 0);
  });
  if (unrendered || (parsed.broken && markup)) return refuse_template(piece);
  outcome(parsed);
}

void FileReader::json(const Piece& piece) {
  const auto outcomes = parse_json(piece, [&](const Document& tree, const Inherited& inherited) {
    for (const Complaint& complaint : tree.complaints()) complain(complaint, Severity::warning);
    document(*tree.root(), inherited, 0);
  });
  for (const Parsed& parsed : outcomes) outcome(parsed);
}

void FileReader::document(const Node& root, const Inherited& inherited, int depth) {
  if (root.is(Type::null) || depth > deepest_list) return;
  if (root.is(Type::list)) {
    for (const Node& element : root) document(element, inherited, depth + 1);
    return;
  }
  if (!root.is(Type::map)) {
    ++summary_.skipped;
    return complain({root.place, "a document that is " + std::string(name_of(root.type)) + ", not an object", {}},
                    Severity::warning);
  }
  fields_.start(root);
  std::string kind = root.find("kind") ? fields_.text(&root, "kind") : inherited.kind;
  std::string api_version = root.find("apiVersion") ? fields_.text(&root, "apiVersion") : inherited.api_version;
  const Node* items = root.find("items");
  if (kind.ends_with("List") && items && items->is(Type::list)) {
    const Inherited of_items{api_version, kind == "List" ? "" : kind.substr(0, kind.size() - 4)};
    return document(*items, of_items, depth + 1);
  }
  object(root, std::move(kind), std::move(api_version));
}

void FileReader::object(const Node& root, std::string kind, std::string api_version) {
  const Node* kind_key = root.find("kind");
  Object object{std::move(api_version), std::move(kind), {}, {}, {}, {}, fields_.at(kind_key ? *kind_key : root)};
  if (is_kustomization(root, object.kind, object.api_version)) {
    inventory_.kustomizations.push_back(read_kustomization(root, std::move(object), fields_));
    ++summary_.records;
    return;
  }
  if (object.kind.empty()) {
    ++summary_.skipped;
    return complain({root.place, "a document without kind, which no object is", {}}, Severity::info);
  }
  const Node* metadata = fields_.map(&root, "metadata");
  object.name = fields_.text(metadata, "name");
  object.ns = fields_.text(metadata, "namespace");
  if (object.name.empty()) object.name = fields_.text(metadata, "generateName");
  object.labels = fields_.labels(metadata, "labels");
  object.annotations = fields_.labels(metadata, "annotations");
  object.annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
  ++summary_.records;
  ++inventory_.objects;
  const Node* spec = root.find("spec");
  keep({&root, spec && spec->is(Type::map) ? spec : nullptr, std::move(object), fields_, inventory_});
}

void FileReader::keep(Reading reading) {
  if (const Kind* kind = kind_of(reading.object.api_version, reading.object.kind)) {
    fields_.map(reading.root, "spec");
    return kind->read(reading);
  }
  ++inventory_.unknown_kinds[reading.object.api_version + "/" + reading.object.kind];
}

bool has_key(std::string_view line, std::string_view key) {
  line = trim(line);
  while (line.starts_with("- ")) line = trim(line.substr(2));
  if (line.starts_with('"') || line.starts_with('\'')) line.remove_prefix(1);
  if (!line.starts_with(key)) return false;
  line.remove_prefix(key.size());
  if (line.starts_with('"') || line.starts_with('\'')) line.remove_prefix(1);
  return line.starts_with(':');
}

// A kustomization.yaml without kind: `resources:` and a list below it (in a Helm values file there is a map).
bool starts_list(std::string_view line, std::string_view next) {
  return (line.starts_with("resources:") || line.starts_with("bases:")) && trim(next).starts_with("- ");
}

}  // namespace

bool looks_like_manifest(std::string_view head) {
  const std::string text = to_utf8_text(std::string(head));
  if (is_json(text))
    return text.find("\"kind\"") != std::string::npos && text.find("\"apiVersion\"") != std::string::npos;
  bool kind = false, version = false;
  std::string_view before;
  for (const std::string_view line : split(text, '\n')) {
    kind = kind || has_key(line, "kind");
    version = version || has_key(line, "apiVersion") || has_key(line, "metadata");
    if ((kind && version) || starts_list(before, line)) return true;
    before = line;
  }
  return false;
}

ManifestSummary read_manifest(const ManifestFile& file, Inventory& inventory, Diagnostics& diagnostics) {
  return FileReader(file, inventory, diagnostics).run();
}

}  // namespace nsew
