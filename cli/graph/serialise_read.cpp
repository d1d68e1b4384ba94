#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "graph/merge.hpp"
#include "graph/serialise.hpp"
#include "graph/serialise_element.hpp"

namespace nsew {

using serialised::Element;
using serialised::Json;

namespace {

// The parser's own position: its iterators tell how far they have come, and its callback where an element begins.
class Position {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Position(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Position& operator++() {
    ++at_;
    *reached_ = at_;
    return *this;
  }
  Position operator++(int) {
    Position before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Position& other) const { return at_ == other.at_; }
  bool operator!=(const Position& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

Location place_of(std::string_view text, std::size_t offset, const std::string& name) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const auto start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return {name, line, static_cast<std::uint32_t>(column)};
}

template <class Enum>
Enum known(Element& element, std::string_view key, const std::optional<Enum>& value, Enum otherwise) {
  if (!value) element.wrong(key, "a word that this version knows");
  return value.value_or(otherwise);
}

LatencySketch latency_of(Element& element) {
  LatencySketch sketch;
  element.pairs<std::uint32_t>("latency", [&](std::uint32_t bucket, const Json& count) {
    element.require(bucket < LatencySketch::buckets, "latency", "a list of buckets below 511");
    sketch.add(bucket, element.count_of(count, "latency"));
  });
  return sketch;
}

Node node_of(Element& element) {
  Node node;
  node.id = element.text("id");
  node.kind = known(element, "kind", node_kind(element.text("kind")), NodeKind::unknown);
  node.ns = element.text("namespace");
  node.name = element.text("name");
  node.why = element.text("why");
  node.workload = element.text("workload");
  node.traced = element.truth("traced");
  node.languages = element.texts("languages");
  node.clusters = element.texts("clusters");
  node.names = element.texts("names");
  element.members("claims", [&](const std::string& name, const Json& why) {
    element.require(why.is_string(), "claims", "an object of texts");
    if (why.is_string())
      node.claims[known(element, "claims", claim_called(name), Claim::named)] = why.get<std::string>();
  });
  element.require(!node.id.empty(), "id", "the node's name");
  return node;
}

void add_operation(Element& element, std::map<OperationKey, OperationStats>& operations) {
  OperationStats& stats = operations[{.protocol = element.text("protocol"),
                                      .host = element.text("host"),
                                      .method = element.text("method"),
                                      .route = element.text("route")}];
  stats.calls = element.tally("calls");
  stats.errors = element.tally("errors");
  stats.latency = latency_of(element);
  element.pairs<std::uint32_t>("minutes", [&](std::uint32_t minute, const Json& count) {
    stats.minutes[minute] += element.count_of(count, "minutes");
  });
}

std::map<std::uint32_t, Tally> levels_of(Element& element, const char* key) {
  std::map<std::uint32_t, Tally> levels;
  element.pairs<std::uint32_t>(
      key, [&](std::uint32_t level, const Json& tally) { levels[level] = element.tally_of(tally, key); });
  return levels;
}

Edge::Seen seen_of(Element& element) {
  Edge::Seen seen;
  seen.calls = element.tally("calls");
  seen.errors = element.tally("errors");
  seen.bytes = element.count("bytes");
  seen.latency = latency_of(element);
  seen.levels = levels_of(element, "levels");
  element.members("reasons", [&](const std::string& reason, const Json& tally) {
    seen.reasons[reason] = element.tally_of(tally, "reasons");
  });
  element.members("flags", [&](const std::string& name, const Json& count) {
    seen.flags[known(element, "flags", edge_flag(name), EdgeFlag::inferred)] = element.count_of(count, "flags");
  });
  seen.one_sided = element.count("one_sided");
  element.for_each("operations", [&](const Json& one) {
    Element operation(one);
    add_operation(operation, seen.operations);
    element.adopt(operation);
  });
  element.for_each("requests", [&](const Json& one) {
    Element operation(one);
    add_operation(operation, seen.requests);
    element.adopt(operation);
  });
  return seen;
}

std::pair<EdgeKey, Edge> edge_of(Element& element) {
  EdgeKey key{element.text("from"), element.text("to"), CallClass::unknown};
  key.cls = known(element, "class", call_class(element.text("class")), CallClass::unknown);
  Edge edge;
  edge.ports = element.texts("ports");
  edge.declared = element.truth("declared");
  element.members("seen", [&](const std::string& name, const Json& json) {
    Element inner(json);
    edge.seen[known(element, "seen", source_called(name), Source::graph)] = seen_of(inner);
    element.adopt(inner);
  });
  return {std::move(key), std::move(edge)};
}

std::pair<std::string, TraceGroup> traces_of(Element& element) {
  TraceGroup group;
  element.for_each("sums", [&](const Json& one) {
    Element sums(one);
    TraceSums& s = group.sums[sums.probability("probability")];
    s.merge({.k = sums.count("k"),
             .e = sums.count("e"),
             .m = sums.count("m"),
             .ee = sums.count("ee"),
             .em = sums.count("em"),
             .mm = sums.count("mm")});
    element.adopt(sums);
  });
  group.depth = levels_of(element, "depth");
  return {element.text("entry"), std::move(group)};
}

std::map<std::string, std::uint64_t> counts_of(Element& element, const char* key) {
  std::map<std::string, std::uint64_t> counts;
  element.members(key,
                  [&](const std::string& name, const Json& count) { counts[name] = element.count_of(count, key); });
  return counts;
}

template <class Add>
void by_source(Element& element, const char* key, Add add) {
  element.members(key, [&](const std::string& name, const Json& value) {
    add(known(element, key, source_called(name), Source::graph), value);
  });
}

void read_books(Element& element, CallGraph& graph) {
  graph.inputs_by_format = element.texts("inputs_by_format");
  by_source(element, "records",
            [&](Source source, const Json& count) { graph.records[source] = element.count_of(count, "records"); });
  by_source(element, "windows", [&](Source source, const Json& json) {
    Element window(json);
    graph.windows[source] = {window.count("from_ns"), window.count("to_ns")};
    element.adopt(window);
  });
  by_source(element, "probabilities_known", [&](Source source, const Json& truth) {
    element.require(truth.is_boolean(), "probabilities_known", "true or false");
    graph.probabilities_known[source] = truth.is_boolean() && truth.get<bool>();
  });
  graph.repeated = element.count("repeated");
  graph.intra_pod = element.count("intra_pod");
  graph.denied = element.count("denied");
  graph.unrouted = element.count("unrouted");
  graph.gateway_answered = element.count("gateway_answered");
  graph.environments = counts_of(element, "environments");
  graph.blind = counts_of(element, "blind");
  graph.not_observable = counts_of(element, "not_observable");
  element.members("joined", [&](const std::string& bare, const Json& id) {
    element.require(id.is_string(), "joined", "an object of texts");
    if (id.is_string()) graph.joined[bare] = id.get<std::string>();
  });
}

void read_unmatched(const Json& document, Element& books, CallGraph& graph) {
  const auto at = document.find("unmatched");
  if (at == document.end()) return;
  Element element(*at);
  graph.unmatched = {.server_without_parent = element.count("server_without_parent"),
                     .client_without_server = element.count("client_without_server"),
                     .consumer_without_producer = element.count("consumer_without_producer"),
                     .all_halves = element.count("all_halves")};
  books.adopt(element);
}

class Reading {
 public:
  Reading(std::string_view text, const std::string& name, Diagnostics& diagnostics)
      : text_(text), name_(name), diagnostics_(diagnostics) {}
  std::optional<CallGraph> read();

 private:
  static constexpr int deepest = 12;
  bool parse();
  bool of_a_known_version();
  using Begins = std::map<std::string, std::vector<std::size_t>>;  // where the elements of each list begin
  void content(const Json& object, CallGraph&, const Begins&, std::size_t otherwise);
  template <class Take>
  void elements(const Json& object, const char* list, const Begins&, std::size_t otherwise, Take take);
  void alternatives(CallGraph&);
  void complain(std::size_t offset, std::string message, std::string hint = {}) {
    diagnostics_.report(Severity::error, place_of(text_, offset, name_), std::move(message), std::move(hint));
  }

  std::string_view text_;
  const std::string& name_;
  Diagnostics& diagnostics_;
  Json document_;
  Begins begins_;
};

bool Reading::parse() {
  const char* reached = text_.data();
  std::string list;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) list = parsed.get<std::string>();
    if (event == Json::parse_event_t::object_start && depth == 2)
      begins_[list].push_back(static_cast<std::size_t>(reached - text_.data()) - 1);
    too_deep = too_deep || depth > deepest;
    return depth <= deepest;
  };
  const char* end = text_.data() + text_.size();
  try {
    document_ = Json::parse(Position(text_.data(), &reached), Position(end, &reached), watch);
  } catch (const Json::exception&) {
    complain(static_cast<std::size_t>(reached - text_.data()), "not JSON from here on",
             "write it again with `-o graph`");
    return false;
  }
  if (too_deep) complain(0, "nested deeper than a call graph is", "write it again with `-o graph`");
  return !too_deep;
}

bool Reading::of_a_known_version() {
  const bool object = document_.is_object();
  const auto text_at = [&](const char* key) {
    return object && document_.contains(key) && document_[key].is_string() ? document_[key].get<std::string>() : "";
  };
  if (text_at("document") != "nsew-call-graph") {
    complain(0, "not a call graph of nsew", "`nsew schema graph` prints what one looks like");
    return false;
  }
  const std::string version = text_at("schema_version");
  if (version.starts_with("1.")) return true;
  complain(0, fmt::format("a call graph of version '{}', and this nsew reads 1.x", version),
           "write it again with this version's `-o graph`");
  return false;
}

template <class Take>
void Reading::elements(const Json& object, const char* list, const Begins& begins, std::size_t otherwise, Take take) {
  const auto at = object.find(list);
  if (at == object.end()) return;
  if (!at->is_array()) return complain(otherwise, fmt::format("'{}' should be a list", list));
  const auto places = begins.find(list);
  std::size_t objects = 0;
  for (const Json& json : *at) {
    const bool placed = json.is_object() && places != begins.end() && objects < places->second.size();
    const std::size_t begin = placed ? places->second[objects++] : otherwise;
    Element element(json);
    take(element);
    if (!element.complaint().empty()) complain(begin, fmt::format("{}: {}", list, element.complaint()));
  }
}

void Reading::content(const Json& object, CallGraph& graph, const Begins& begins, std::size_t otherwise) {
  Element books(object);
  read_books(books, graph);
  read_unmatched(object, books, graph);
  if (!books.complaint().empty()) complain(otherwise, books.complaint());
  elements(object, "nodes", begins, otherwise, [&](Element& element) {
    Node node = node_of(element);
    if (element.complaint().empty()) graph.nodes.insert_or_assign(node.id, std::move(node));
  });
  elements(object, "edges", begins, otherwise, [&](Element& element) {
    auto [key, edge] = edge_of(element);
    const bool known_ends = graph.nodes.contains(key.from) && graph.nodes.contains(key.to);
    element.require(known_ends, "from' and 'to", "ids of nodes");
    if (element.complaint().empty()) graph.edges.insert_or_assign(std::move(key), std::move(edge));
  });
  elements(object, "traces", begins, otherwise, [&](Element& element) {
    auto [entry, group] = traces_of(element);
    if (element.complaint().empty()) graph.traces.insert_or_assign(std::move(entry), std::move(group));
  });
}

void Reading::alternatives(CallGraph& graph) {
  const auto& places = begins_["alternatives"];
  std::size_t place = 0;
  elements(document_, "alternatives", {}, 0, [&](Element& element) {
    CallGraph& alternative = graph.alternatives.emplace_back();
    alternative.without = element.texts("without");
    if (element.complaint().empty())
      content(element.json(), alternative, {}, place < places.size() ? places[place] : 0);
    ++place;
  });
}

std::optional<CallGraph> Reading::read() {
  if (!parse() || !of_a_known_version()) return std::nullopt;
  CallGraph graph;
  content(document_, graph, begins_, 0);
  alternatives(graph);
  return graph;
}

}  // namespace

std::optional<CallGraph> graph_from_json(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  return Reading(text, name, diagnostics).read();
}

}  // namespace nsew
