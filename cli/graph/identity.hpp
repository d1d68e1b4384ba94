// Who is who (definitions.md §2): one ordered table of rules turns what a span's resource, a log line's or flow's end,
// or a caller's attributes say into a node. The first rule that knows decides.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/call_graph.hpp"
#include "graph/identity_directory.hpp"
#include "graph/stitch.hpp"
#include "input/record.hpp"

namespace nsew {

std::string node_id(std::string_view ns, std::string_view name);

// Nodes by number while a graph is built. The first two are always outside and unknown.
class NodeTable {
 public:
  static constexpr std::uint32_t outside = 0, unknown = 1;
  NodeTable();
  std::uint32_t at(std::string_view ns, std::string_view name);  // found or added
  const std::uint32_t* find(std::string_view id) const;
  Node& operator[](std::uint32_t number) { return nodes_[number]; }
  const Node& operator[](std::uint32_t number) const { return nodes_[number]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  void absorb(std::uint32_t into, std::uint32_t other);  // adds what is known of `other`, which nothing uses any more

 private:
  std::vector<Node> nodes_;
  std::map<std::string, std::uint32_t, std::less<>> ids_;
};

// Which of the three a rule may look at.
enum class Subject : std::uint8_t { emitter, end, callee };

// What is said of one of them, in one shape.
struct Clues {
  Subject subject = Subject::end;
  std::string_view ns{}, workload{}, pod{}, service{}, app{}, reserved{}, host{}, address{};
  std::string_view path{};       // callee: what is asked for, to tell the backends of a host apart
  std::string_view caller_ns{};  // callee: where its caller lives, if that is a Kubernetes namespace
  std::string_view db_system{}, messaging_system{}, destination{};
};

// Pods of Gateway objects and of Istio Gateways' selectors: ids of gateways and of waypoints, with why (gateways.cpp).
struct DeclaredGateways {
  std::map<std::string, std::string, std::less<>> gateways, plumbing;
};
DeclaredGateways declared_gateways(const Inventory&);

struct Who {
  std::string ns, name;  // both empty: nobody that could be named
  Claim claim = Claim::inside;
  std::string why;
  const Declared* declared = nullptr;
  enum class Place : std::uint8_t { node, outside, unknown, itself } place = Place::node;
};

// The result of a call's ends: a node, and for the unresolved what would settle it.
struct Resolved {
  std::uint32_t node = NodeTable::unknown;
  std::string why;      // of outside and unknown
  bool itself = false;  // the caller's own pod
};

class Identity {
 public:
  Identity(const Inventory&, const PlatformKnowledge&, const GraphOptions&);

  // Node numbers by resource; names without namespace are joined with the only service of that name.
  std::vector<std::uint32_t> emitters(const Names&);
  Resolved end(const Party&);
  Resolved callee(const Peer&, std::string_view route, std::uint32_t caller, bool message);

  // A gateway that wrote a log line which does not name it: the only one declared, else "gateway".
  std::uint32_t unnamed_gateway();

  const Directory& directory() const { return directory_; }
  bool traced_name(std::string_view name) const { return traced_names_.contains(name); }
  const Declared* declared(std::uint32_t node) const;

  NodeTable nodes;
  std::map<std::string, std::string> joined;

 private:
  Resolved settle(const Clues&);
  std::uint32_t node_of(const Who&);
  void describe(Node&, const Resource&) const;
  std::vector<std::uint32_t> join_bare(std::vector<std::uint32_t>);

  const PlatformKnowledge& known_;
  const GraphOptions& options_;
  Directory directory_;
  DeclaredGateways gateways_;
  std::set<std::string, std::less<>> traced_names_;
  std::map<std::uint32_t, const Declared*> declared_;
  std::set<std::uint32_t>
      kubernetes_;  // nodes whose namespace is one of Kubernetes, so that short host names are in it
};

struct IdentityRule {
  std::string_view name;  // what it looks at
  bool emitter, end, callee;
  std::optional<Who> (*applies)(const Clues&, const Identity&);
};
std::span<const IdentityRule> identity_rules();

// "reviews.default.svc.cluster.local", "reviews.default.svc", "outbound|9080||reviews.default.svc.cluster.local" and,
// in a namespace that is known, "reviews.default".
struct ClusterName {
  std::string_view ns, service;
};
std::optional<ClusterName> cluster_name(std::string_view host, const Directory&, std::string_view caller_ns);
// A name that public DNS could know: dotted, and not under a name reserved for other uses.
bool public_host(std::string_view host);

}  // namespace nsew
