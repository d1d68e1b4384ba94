#include "cluster/node.hpp"

#include <algorithm>

#include "base/escape.hpp"

namespace nsew {

namespace {

Node* last_child(const Node& node) {
  Node* last = node.first;
  while (last && last->next) last = last->next;
  return last;
}

std::uint32_t add_weights(std::uint32_t a, std::uint32_t b) {
  return a > Document::most_values ? a : a + std::min(b, Document::most_values);
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  if (type != Type::map) return nullptr;
  const Node* found = nullptr;
  for (const Node& child : *this)
    if (child.key == name) found = &child;
  return found && found->type != Type::null ? found : nullptr;
}

std::string_view name_of(Node::Type type) {
  switch (type) {
    case Node::Type::null:
      return "empty";
    case Node::Type::boolean:
      return "a boolean";
    case Node::Type::number:
      return "a number";
    case Node::Type::text:
      return "a string";
    case Node::Type::list:
      return "a list";
    case Node::Type::map:
      return "a map";
  }
  return "";
}

bool Document::wants_key() const {
  return !open_.empty() && open_.back().node->type == Node::Type::map && !open_.back().has_key;
}

void Document::key(std::string_view name, Place place) {
  open_.back().key = name;
  open_.back().key_place = place;
  open_.back().has_key = true;
}

Node* Document::add(Node::Type type, Place place) {
  Node& node = nodes_.emplace_back();
  node.type = type;
  node.place = place;
  if (open_.empty()) {
    root_ = &node;
    return &node;
  }
  Open& parent = open_.back();
  if (parent.has_key) {
    node.key = parent.key;
    node.place = parent.key_place;
    parent.has_key = false;
  }
  node.parent = parent.node;
  (parent.last ? parent.last->next : parent.node->first) = &node;
  parent.last = &node;
  return &node;
}

Node* Document::scalar(Node::Type type, std::string_view text, Place place) {
  Node* node = add(type, place);
  node->text = text;
  return node;
}

Node* Document::open(Node::Type type, Place place) {
  Node* node = add(type, place);
  node->open = true;
  open_.push_back({node});
  return node;
}

void Document::close() {
  Node& node = *open_.back().node;
  open_.pop_back();
  node.open = false;
  if (node.type == Node::Type::map) {
    report_repeated_keys(node);
    merge(node);
  }
  for (const Node& child : node) node.weight = add_weights(node.weight, child.weight);
  if (node.weight > most_values) too_large_ = true;
}

Node* Document::alias(const Node* anchor, Place place) {
  Node* node = add(Node::Type::null, place);
  if (!anchor || anchor->open) {
    complain(node->place, anchor ? "an alias inside of its own anchor" : "an alias without anchor");
    return node;
  }
  node->type = anchor->type;
  node->text = anchor->text;
  node->first = anchor->first;
  node->weight = anchor->weight;
  return node;
}

std::string_view Document::keep(std::string_view text) {
  return text.empty() ? std::string_view{} : std::string_view(texts_.emplace_back(text));
}

void Document::complain(Place where, std::string message, std::string hint) {
  complaints_.push_back({where, std::move(message), std::move(hint)});
}

void Document::report_repeated_keys(const Node& map) {
  std::vector<const Node*> children;
  for (const Node& child : map) children.push_back(&child);
  std::ranges::stable_sort(children, {}, &Node::key);
  for (std::size_t i = 1; i < children.size(); ++i) {
    if (children[i]->key == children[i - 1]->key && children[i]->key != "<<") {
      complain(children[i]->place,
               "key '" + escape::terminal(children[i]->key) + "' is given twice; the last one counts",
               "kubectl refuses it: remove one");
    }
  }
}

// YAML's merge key: what the map says itself wins, then what an earlier source says.
void Document::merge(Node& map) {
  std::vector<const Node*> sources;
  for (const Node& child : map) {
    if (child.key != "<<") continue;
    if (child.is(Node::Type::map)) sources.push_back(&child);
    if (!child.is(Node::Type::list)) continue;
    for (const Node& source : child)
      if (source.is(Node::Type::map)) sources.push_back(&source);
  }
  if (sources.empty()) return;
  for (const Node* source : sources) merge_from(map, *source);
  for (Node** link = &map.first; *link;)
    if ((*link)->key == "<<")
      *link = (*link)->next;
    else
      link = &(*link)->next;
}

void Document::merge_from(Node& map, const Node& source) {
  std::vector<std::string_view> known;
  for (const Node& child : map) known.push_back(child.key);
  std::ranges::sort(known);
  Node* last = last_child(map);
  merge_steps_ += known.size();
  for (const Node& child : source) {
    if (++merge_steps_ > most_merge_steps) too_large_ = true;
    if (too_large_) return;
    if (child.key == "<<" || std::ranges::binary_search(known, child.key)) continue;
    Node& copy = nodes_.emplace_back(child);
    copy.parent = &map;
    copy.next = nullptr;
    last = last->next = &copy;
  }
}

}  // namespace nsew
