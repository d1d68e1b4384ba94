#include "input/elasticsearch.hpp"

#include <algorithm>

namespace nsew {
namespace {

namespace dom = simdjson::dom;
using Each = std::function<void(const JsonObject&)>;

// {"index":{"_index":"…"}} before a document of a bulk request.
bool is_action(const JsonObject& object) {
  constexpr std::string_view actions[] = {"index", "create", "update", "delete"};
  if (object.inside().size() != 1) return false;
  const auto [key, value] = *object.inside().begin();
  return value.type() == dom::element_type::OBJECT && std::ranges::find(actions, key) != std::end(actions);
}

bool is_object(const JsonObject& object, std::string_view key) {
  const auto value = object.raw(key);
  return value && value->type() == dom::element_type::OBJECT;
}

bool is_array(const JsonObject& object, std::string_view key) {
  const auto value = object.raw(key);
  return value && value->type() == dom::element_type::ARRAY;
}

void unwrap(const JsonObject& object, const Each& each, unsigned depth) {
  constexpr std::string_view inner[] = {"_source", "doc", "hits"}, lists[] = {"hits", "responses", "docs", "events"};
  if (is_action(object)) return;
  if (depth == document_depth) return each(object);
  for (const std::string_view key : inner)
    if (is_object(object, key)) return unwrap(*object.object(key), each, depth + 1);
  for (const std::string_view key : lists)
    if (is_array(object, key)) return object.each(key, [&](const JsonObject& item) { unwrap(item, each, depth + 1); });
  each(object);
}

}  // namespace

void each_document(JsonFrame& json, const Each& each) {
  each_object(json, "a document", [&](const JsonObject& object) { unwrap(object, each, 0); });
}

Framing documents_framing(std::string_view head) {
  static constexpr std::string_view keys[] = {"hits", "events"};
  const bool listed = has_key(head, "hits", 1) || has_key(head, "events", 1);
  return listed ? Framing{.cut = Framing::Cut::elements, .keys = keys} : list_or_lines(head);
}

}  // namespace nsew
