// One read-only view over YAML and JSON: a tree of values, each with the place of its key (of itself in a list).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace nsew {
inline namespace manifest_tree {  // other rooms have Nodes and Complaints of their own

struct Place {
  std::uint32_t line = 0, column = 0;
};

struct Node {
  enum class Type : std::uint8_t { null, boolean, number, text, list, map };
  Type type = Type::null;
  bool open = false;         // its end has not been read
  std::uint32_t weight = 1;  // values below it and itself, aliases counted each time; saturates
  Place place;
  std::string_view key;   // in a map
  std::string_view text;  // of a scalar, as written
  const Node* parent = nullptr;
  Node* first = nullptr;  // shared with the anchor's value where this is an alias
  Node* next = nullptr;

  bool is(Type wanted) const { return type == wanted; }
  // In a map; of repeated keys the last. Null when absent or without value.
  const Node* find(std::string_view name) const;

  class Iterator {
   public:
    explicit Iterator(const Node* at) : at_(at) {}
    const Node& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ = at_->next;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Node* at_;
  };
  Iterator begin() const { return Iterator(first); }
  Iterator end() const { return Iterator(nullptr); }
};

}  // namespace manifest_tree

std::string_view name_of(Node::Type);  // "a map", "a string", …

inline namespace manifest_tree {

struct Complaint {
  Place place;
  std::string message, hint;
};

// A tree under construction, then the tree. Nesting and what aliases unfold to are bounded; what is beyond is null.
class Document {
 public:
  static constexpr std::size_t deepest = 400;
  static constexpr std::uint32_t most_values = 4'000'000;
  static constexpr std::size_t most_merge_steps = 1'000'000;

  const Node* root() const { return root_; }
  const std::vector<Complaint>& complaints() const { return complaints_; }
  bool complex_key() const { return complex_key_; }  // a map or list as key: no manifest has one
  bool too_large() const { return too_large_; }

  void key(std::string_view name, Place);  // of the next value
  Node* scalar(Node::Type, std::string_view text, Place);
  Node* open(Node::Type, Place);
  void close();
  Node* alias(const Node* anchor, Place);
  bool wants_key() const;
  std::size_t depth() const { return open_.size(); }
  std::string_view keep(std::string_view text);  // a copy that lives as long as the tree
  void complain(Place where, std::string message, std::string hint = {});
  void note_complex_key() { complex_key_ = true; }

 private:
  struct Open {
    Node* node;
    Node* last = nullptr;
    Place key_place{};
    std::string_view key{};
    bool has_key = false;
  };
  Node* add(Node::Type, Place);
  void merge(Node& map);
  void merge_from(Node& map, const Node& source);
  void report_repeated_keys(const Node& map);

  Node* root_ = nullptr;
  std::deque<Node> nodes_;
  std::deque<std::string> texts_;
  std::vector<Open> open_;
  std::vector<Complaint> complaints_;
  std::size_t merge_steps_ = 0;
  bool complex_key_ = false, too_large_ = false;
};

}  // namespace manifest_tree
}  // namespace nsew
