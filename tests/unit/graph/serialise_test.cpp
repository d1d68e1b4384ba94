#include "graph/serialise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

using namespace nsew;

namespace {

Node named(const char* ns, const char* name, NodeKind kind) {
  Node node;
  node.ns = ns;
  node.name = name;
  node.id = *ns == 0 ? std::string(name) : std::string(ns) + "/" + name;
  node.kind = kind;
  return node;
}

CallGraph sample() {
  CallGraph graph;
  Node cart = named("shop", "cart", NodeKind::service);
  cart.why = "emitted spans";
  cart.traced = true;
  cart.languages = {"go"};
  cart.clusters = {"east"};
  cart.names = {"cart-v1"};
  cart.workload = "Deployment/cart";
  cart.claims = {{Claim::inside, "emitted spans"}};
  graph.nodes = {{cart.id, cart}, {"outside", named("", "outside", NodeKind::outside)}};
  Edge& edge = graph.edges[{"outside", "shop/cart", CallClass::north_south}];
  edge.ports = {"8080"};
  Edge::Seen& seen = edge.seen[Source::traces];
  seen.calls.add(1, 3);
  seen.calls.add(0.1, 18446744073709551615ULL);
  seen.errors.add(1.0 / 3, 1);
  seen.bytes = 9007199254740993ULL;
  seen.latency.add(42, 4);
  seen.levels[0].add(1, 3);
  seen.reasons["a trace begins with it"].add(1, 3);
  seen.flags[EdgeFlag::synthetic] = 2;
  seen.one_sided = 1;
  OperationStats& operation = seen.operations[{"http", "shop.example.com", "GET", "/cart/\x1b\"</script>"}];
  operation.calls.add(1, 3);
  operation.minutes[29000000] = 3;
  graph.traces[""].sums[0.5].add(2, 3);
  graph.traces["shop/cart"].depth[4].add(1, 2);
  graph.unmatched = {1, 2, 3, 40};
  graph.windows[Source::traces] = {1700000000000000001ULL, 1700000000000000002ULL};
  graph.records[Source::flows] = 7;
  graph.probabilities_known[Source::traces] = false;
  graph.repeated = 1, graph.intra_pod = 2, graph.denied = 3, graph.unrouted = 4, graph.gateway_answered = 5;
  graph.environments = {{"prod", 6}};
  graph.blind = {{"east-west", 7}};
  graph.not_observable = {{"east-west", 7}};
  graph.joined = {{"cart", "shop/cart"}};
  graph.inputs_by_format = {"otlp-json"};
  return graph;
}

// The place of the first key that the schema does not name, or value that is of another type; "" when there is none.
// Knows the few words of JSON Schema that the graph's schema is written in.
std::string unnamed(const nlohmann::json& value, nlohmann::json rule, const nlohmann::json& root,
                    const std::string& at) {
  if (rule.contains("$ref")) {
    const std::string name = rule["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    rule = root["$defs"][name];
  }
  if (rule.contains("enum") && std::ranges::find(rule["enum"], value) == rule["enum"].end()) return at;
  if (value.is_array()) {
    if (rule.value("type", "") != "array") return at;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto& item = rule.contains("prefixItems") ? rule["prefixItems"][i] : rule["items"];
      if (auto bad = unnamed(value[i], item, root, at + "[]"); !bad.empty()) return bad;
    }
  }
  if (!value.is_object()) return {};
  if (rule.value("type", "") != "object") return at;
  for (const auto& [key, inner] : value.items()) {
    const bool named = rule.contains("properties") && rule["properties"].contains(key);
    if (!named && (!rule.contains("additionalProperties") || !rule["additionalProperties"].is_object()))
      return at + "." + key;
    if (rule.contains("propertyNames") && std::ranges::count(rule["propertyNames"]["enum"], nlohmann::json(key)) == 0)
      return at + "." + key;
    const auto& next = named ? rule["properties"][key] : rule["additionalProperties"];
    if (auto bad = unnamed(inner, next, root, at + "." + key); !bad.empty()) return bad;
  }
  return {};
}

}  // namespace

TEST_CASE("a graph written and read back is written as the same bytes") {
  const std::string text = to_json(sample());
  Diagnostics said;
  const auto graph = graph_from_json(text, "graph.json", said);
  REQUIRE(graph);
  CHECK(said.list().empty());
  CHECK(to_json(*graph) == text);
  CHECK(graph->edges.begin()->second.seen == sample().edges.begin()->second.seen);
  CHECK(looks_like_graph(text));
  CHECK_FALSE(looks_like_graph("{\"resourceSpans\": []}"));
  CHECK(to_json(*graph_from_json(to_json(CallGraph{}), "empty.json", said)) == to_json(CallGraph{}));
}

TEST_CASE("what a written graph holds is what the schema names, and nothing it does not") {
  std::ifstream file(NSEW_SOURCE_DIR "/cli/report/graph.schema.json");
  const auto schema = nlohmann::json::parse(file);
  CallGraph full = sample();
  full.alternatives.push_back(sample());
  const auto document = nlohmann::json::parse(to_json(full));
  CHECK(unnamed(document, schema, schema, "$") == "");
  for (const auto& property : schema["properties"].items())
    CHECK_MESSAGE(document.contains(property.key()), property.key());
  CHECK(document["nodes"].size() == 2);
  CHECK(document["edges"][0]["seen"]["traces"]["calls"] ==
        nlohmann::json::parse("[[0.1,18446744073709551615],[1.0,3]]"));
  CHECK(document["windows"]["traces"]["from_ns"] == 1700000000000000001ULL);
  CHECK(document["traces"][0]["entry"] == nullptr);
}

TEST_CASE("a graph that is wrong is reported with its place, and what is right is read") {
  struct Case {
    const char *name, *from, *to;  // a replacement in the sample's text
    const char* says;
    bool read;
  };
  const Case cases[] = {
      {"other document", "nsew-call-graph", "something", "graph.json:1:1: not a call graph of nsew", false},
      {"other version", "\"1.0\"", "\"2.0\"", "graph.json:1:1: a call graph of version '2.0', and this nsew reads 1.x",
       false},
      {"negative count", "[1.0,3]],\"errors\":[[0.33", "[1.0,-3]],\"errors\":[[0.33",
       "edges: 'calls' should be a whole number that is not negative", true},
      {"fraction of a call", "[1.0,3]],\"errors\":[[0.33", "[1.0,2.5]],\"errors\":[[0.33",
       "edges: 'calls' should be a whole number that is not negative", true},
      {"huge number", "[1.0,3]],\"errors\":[[0.33", "[1.0,1e400]],\"errors\":[[0.33", "not JSON from here on", false},
      {"number beyond 64 bits", "18446744073709551615", "18446744073709551616",
       "edges: 'calls' should be a whole number that is not negative", true},
      {"probability of zero", "[0.1,", "[0,", "edges: 'calls' should be a probability above 0 and up to 1", true},
      {"class that is none", "\"north-south\"", "\"up-down\"",
       "edges: 'class' should be a word that this version knows", true},
      {"edge to nowhere", "\"to\":\"shop/cart\"", "\"to\":\"shop/gone\"",
       "edges: 'from' and 'to' should be ids of nodes", true},
      {"text for a list", "\"languages\":[\"go\"]", "\"languages\":\"go\"", "nodes: 'languages' should be a list",
       true},
      {"list for an object", "\"records\": {\"flows\":7}", "\"records\": [7]", "'records' should be an object", true},
      {"cut short", "\"traces\": [", "", "not JSON from here on", false},
      {"bucket out of range", "[[42,4]]", "[[511,4]]", "edges: 'latency' should be a list of buckets below 511", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::string text = to_json(sample());
    const auto at = text.find(c.from);
    REQUIRE(at != std::string::npos);
    text.replace(at, std::string_view(c.from).size(), c.to);
    Diagnostics said;
    const auto graph = graph_from_json(text, "graph.json", said);
    CHECK(graph.has_value() == c.read);
    REQUIRE_FALSE(said.list().empty());
    const std::string message = to_string(said.list()[0].location) + ": " + said.list()[0].message;
    CAPTURE(message);
    CHECK(message.find(c.says) != std::string::npos);
    CHECK(said.list()[0].location.line > 0);
  }
}

TEST_CASE("a wrong element is placed at its own line") {
  std::string text = to_json(sample());
  const auto at = text.find("\"kind\":\"service\"");
  text.replace(at, 16, "\"kind\":\"villain\"");
  Diagnostics said;
  graph_from_json(text, "g", said);
  const auto list = said.list();
  REQUIRE(list.size() == 2);  // the node, and the edge that named it
  const auto line =
      static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
  CHECK(list[0].location.line == line);
  CHECK(list[0].location.column == 1);
}

TEST_CASE("a document nested 100,000 deep is refused and not followed") {
  const std::string deep(100000, '[');
  for (const std::string& text :
       {deep, "{\"document\":\"nsew-call-graph\",\"nodes\":" + deep + std::string(100000, ']') + "}"}) {
    Diagnostics said;
    CHECK_FALSE(graph_from_json(text, "deep", said));
    CHECK_FALSE(said.list().empty());
  }
}
