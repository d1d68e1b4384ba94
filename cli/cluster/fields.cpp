#include "cluster/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/escape.hpp"
#include "base/text.hpp"

namespace nsew {

using Type = Node::Type;

namespace {

std::string step(const Node& node) {
  if (!node.parent || node.parent->is(Type::map)) return "." + escape::terminal(node.key);
  std::size_t index = 0;
  for (const Node& sibling : *node.parent) {
    if (&sibling == &node) break;
    ++index;
  }
  return fmt::format("[{}]", index);
}

}  // namespace

Location Fields::at(const Node& node) const { return {file_, node.place.line, node.place.column}; }

void Fields::warn(const Node& where, std::string message, std::string hint) {
  diagnostics_.report(Severity::warning, at(where), std::move(message), std::move(hint));
}

std::string Fields::path(const Node& node) const {
  std::vector<std::string> steps;
  for (const Node* at = &node; at && at != object_ && at->parent; at = at->parent) steps.push_back(step(*at));
  std::ranges::reverse(steps);
  const std::string whole = join(steps, "");
  return whole.starts_with('.') ? whole.substr(1) : whole;
}

void Fields::wrong(const Node& node, Type wanted) {
  warn(node, fmt::format("{} is {}, not {}", path(node), name_of(node.type), name_of(wanted)));
}

const Node* Fields::find(const Node* in, std::string_view key, Type wanted) {
  const Node* node = in ? in->find(key) : nullptr;
  if (!node || node->is(wanted)) return node;
  wrong(*node, wanted);
  return nullptr;
}

const Node* Fields::map(const Node* in, std::string_view key) { return find(in, key, Type::map); }

const Node* Fields::map_at(const Node* in, std::initializer_list<std::string_view> path) {
  for (const auto key : path) in = map(in, key);
  return in;
}

std::vector<const Node*> Fields::maps(const Node* in, std::string_view key) {
  std::vector<const Node*> found;
  const Node* list = find(in, key, Type::list);
  if (!list) return found;
  for (const Node& element : *list) {
    if (element.is(Type::map)) found.push_back(&element);
    if (!element.is(Type::map) && !element.is(Type::null)) wrong(element, Type::map);
  }
  return found;
}

std::string Fields::scalar_text(const Node& node) {
  if (node.is(Type::null)) return {};
  if (!node.is(Type::text)) wrong(node, Type::text);
  return std::string(node.text);
}

std::string Fields::text(const Node* in, std::string_view key) {
  const Node* node = in ? in->find(key) : nullptr;
  return node ? scalar_text(*node) : std::string{};
}

std::vector<std::string> Fields::texts(const Node* in, std::string_view key) {
  std::vector<std::string> found;
  if (const Node* list = find(in, key, Type::list))
    for (const Node& element : *list)
      if (std::string text = scalar_text(element); !text.empty()) found.push_back(std::move(text));
  return found;
}

std::string Fields::text_or_number(const Node* in, std::string_view key) {
  const Node* node = in ? in->find(key) : nullptr;
  if (!node) return {};
  return node->is(Type::number) ? std::string(node->text) : scalar_text(*node);
}

std::optional<int> Fields::integer(const Node* in, std::string_view key) {
  const Node* node = in ? in->find(key) : nullptr;
  if (!node) return std::nullopt;
  if (!node->is(Type::number)) wrong(*node, Type::number);
  const auto value = to_integer(node->text);
  if (value && *value >= std::numeric_limits<int>::min() && *value <= std::numeric_limits<int>::max())
    return static_cast<int>(*value);
  if (node->is(Type::number)) warn(*node, fmt::format("{} is no whole number that fits", path(*node)));
  return std::nullopt;
}

int Fields::port(const Node* in, std::string_view key) {
  const auto value = integer(in, key).value_or(0);
  if (value >= 0 && value <= 65535) return value;
  warn(*in->find(key), fmt::format("{} is {}, which is no port", path(*in->find(key)), value));
  return 0;
}

bool Fields::flag(const Node* in, std::string_view key) {
  const Node* node = in ? in->find(key) : nullptr;
  if (!node) return false;
  if (!node->is(Type::boolean)) wrong(*node, Type::boolean);
  return lower(node->text) == "true";
}

Labels Fields::labels(const Node* in, std::string_view key) {
  Labels found;
  if (const Node* node = map(in, key))
    for (const Node& label : *node) found[std::string(label.key)] = scalar_text(label);
  return found;
}

}  // namespace nsew
