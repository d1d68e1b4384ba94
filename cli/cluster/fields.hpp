// Typed fields of an object. A field of another type than nsew reads is reported with its place and path; what can be
// made of it is used all the same, and the rest of the object is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "cluster/inventory.hpp"
#include "cluster/node.hpp"

namespace nsew {

// Every function takes a map, or null for "not there": absence is carried along.
class Fields {
 public:
  Fields(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  void start(const Node& object) { object_ = &object; }  // paths in messages begin here
  Location at(const Node&) const;

  const Node* map(const Node* in, std::string_view key);
  const Node* map_at(const Node* in, std::initializer_list<std::string_view> path);
  std::vector<const Node*> maps(const Node* in, std::string_view key);  // a list's elements that are maps
  std::string text(const Node* in, std::string_view key);
  std::vector<std::string> texts(const Node* in, std::string_view key);
  std::string text_or_number(const Node* in, std::string_view key);  // Kubernetes' int-or-string
  std::optional<int> integer(const Node* in, std::string_view key);
  int port(const Node* in, std::string_view key);  // 0 when absent
  bool flag(const Node* in, std::string_view key);
  Labels labels(const Node* in, std::string_view key);

  void warn(const Node& where, std::string message, std::string hint = {});

 private:
  const Node* find(const Node* in, std::string_view key, Node::Type wanted);
  std::string scalar_text(const Node&);
  std::string path(const Node&) const;
  void wrong(const Node&, Node::Type wanted);

  const std::string& file_;
  Diagnostics& diagnostics_;
  const Node* object_ = nullptr;
};

}  // namespace nsew
