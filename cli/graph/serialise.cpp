#include "graph/serialise.hpp"

#include <nlohmann/json.hpp>

namespace nsew {
namespace {

using Json = nlohmann::ordered_json;

// Probability and count; bucket, level or minute and count: pairs, because JSON's keys are texts.
Json json_of(const Tally& tally) {
  Json pairs = Json::array();
  for (const auto& [probability, count] : tally.by_probability()) pairs.push_back(Json::array({probability, count}));
  return pairs;
}

template <class Counts>
Json pairs_of(const Counts& counts) {
  Json pairs = Json::array();
  for (const auto& [key, count] : counts) pairs.push_back(Json::array({key, count}));
  return pairs;
}

Json levels_of(const std::map<std::uint32_t, Tally>& levels) {
  Json pairs = Json::array();
  for (const auto& [level, tally] : levels) pairs.push_back(Json::array({level, json_of(tally)}));
  return pairs;
}

Json nullable(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Node& node) {
  Json claims = Json::object();
  for (const auto& [claim, why] : node.claims) claims[std::string(name_of(claim))] = why;
  return {{"id", node.id},
          {"kind", name_of(node.kind)},
          {"namespace", nullable(node.ns)},
          {"name", node.name},
          {"why", node.why},
          {"workload", nullable(node.workload)},
          {"traced", node.traced},
          {"languages", node.languages},
          {"clusters", node.clusters},
          {"names", node.names},
          {"claims", claims}};
}

Json json_of(const OperationKey& key, const OperationStats& stats) {
  return {{"protocol", nullable(key.protocol)},
          {"host", nullable(key.host)},
          {"method", nullable(key.method)},
          {"route", nullable(key.route)},
          {"calls", json_of(stats.calls)},
          {"errors", json_of(stats.errors)},
          {"latency", pairs_of(stats.latency.by_bucket())},
          {"minutes", pairs_of(stats.minutes)}};
}

Json json_of(const Edge::Seen& seen) {
  Json reasons = Json::object(), flags = Json::object(), operations = Json::array();
  for (const auto& [reason, tally] : seen.reasons) reasons[reason] = json_of(tally);
  for (const auto& [flag, count] : seen.flags) flags[std::string(name_of(flag))] = count;
  for (const auto& [key, stats] : seen.operations) operations.push_back(json_of(key, stats));
  Json json{{"calls", json_of(seen.calls)},
            {"errors", json_of(seen.errors)},
            {"bytes", seen.bytes},
            {"latency", pairs_of(seen.latency.by_bucket())},
            {"levels", levels_of(seen.levels)},
            {"reasons", reasons},
            {"flags", flags},
            {"one_sided", seen.one_sided},
            {"operations", operations}};
  for (const auto& [key, stats] : seen.requests) json["requests"].push_back(json_of(key, stats));
  return json;
}

Json json_of(const EdgeKey& key, const Edge& edge) {
  Json seen = Json::object();
  for (const auto& [source, one] : edge.seen) seen[std::string(name_of(source))] = json_of(one);
  return {{"from", key.from},          {"to", key.to}, {"class", name_of(key.cls)}, {"ports", edge.ports},
          {"declared", edge.declared}, {"seen", seen}};
}

Json json_of(const std::string& entry, const TraceGroup& group) {
  Json sums = Json::array();
  for (const auto& [probability, s] : group.sums)
    sums.push_back(
        {{"probability", probability}, {"k", s.k}, {"e", s.e}, {"m", s.m}, {"ee", s.ee}, {"em", s.em}, {"mm", s.mm}});
  return {{"entry", nullable(entry)}, {"sums", sums}, {"depth", levels_of(group.depth)}};
}

template <class Value, class Shown>
Json by_source(const std::map<Source, Value>& values, Shown shown) {
  Json object = Json::object();
  for (const auto& [source, value] : values) object[std::string(name_of(source))] = shown(value);
  return object;
}

Json books_of(const CallGraph& graph) {
  const auto same = [](const auto& value) { return Json(value); };
  const UnmatchedHalves& u = graph.unmatched;
  return {{"inputs_by_format", graph.inputs_by_format},
          {"records", by_source(graph.records, same)},
          {"windows", by_source(graph.windows,
                                [](const CallGraph::Window& w) {
                                  return Json{{"from_ns", w.from_ns}, {"to_ns", w.to_ns}};
                                })},
          {"probabilities_known", by_source(graph.probabilities_known, same)},
          {"repeated", graph.repeated},
          {"intra_pod", graph.intra_pod},
          {"denied", graph.denied},
          {"unrouted", graph.unrouted},
          {"gateway_answered", graph.gateway_answered},
          {"unmatched",
           {{"server_without_parent", u.server_without_parent},
            {"client_without_server", u.client_without_server},
            {"consumer_without_producer", u.consumer_without_producer},
            {"all_halves", u.all_halves}}},
          {"environments", graph.environments},
          {"blind", graph.blind},
          {"not_observable", graph.not_observable},
          {"joined", graph.joined}};
}

Json alternative_of(const CallGraph& graph) {
  Json nodes = Json::array(), edges = Json::array(), traces = Json::array();
  for (const auto& [id, node] : graph.nodes) nodes.push_back(json_of(node));
  for (const auto& [key, edge] : graph.edges) edges.push_back(json_of(key, edge));
  for (const auto& [entry, group] : graph.traces) traces.push_back(json_of(entry, group));
  Json object = {{"without", graph.without}};
  object.update(books_of(graph));
  object.update(Json{{"nodes", nodes}, {"edges", edges}, {"traces", traces}});
  return object;
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// One element a line, so that graphs can be compared with diff.
void add_list(std::string& text, std::string_view name, const std::vector<std::string>& elements) {
  text += ",\n\"";
  text += name;
  text += "\": [";
  for (std::size_t i = 0; i < elements.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += elements[i];
  }
  text += elements.empty() ? "]" : "\n]";
}

}  // namespace

std::string to_json(const CallGraph& graph) {
  std::vector<std::string> nodes, edges, traces, alternatives;
  for (const auto& [id, node] : graph.nodes) nodes.push_back(dumped(json_of(node)));
  for (const auto& [key, edge] : graph.edges) edges.push_back(dumped(json_of(key, edge)));
  for (const auto& [entry, group] : graph.traces) traces.push_back(dumped(json_of(entry, group)));
  for (const CallGraph& alternative : graph.alternatives) alternatives.push_back(dumped(alternative_of(alternative)));
  std::string text = "{\"document\": \"nsew-call-graph\",\n\"schema_version\": \"";
  text += CallGraph::schema_version;
  text += '"';
  const Json books = books_of(graph);
  for (const auto& [name, value] : books.items()) text += ",\n\"" + name + "\": " + dumped(value);
  add_list(text, "nodes", nodes);
  add_list(text, "edges", edges);
  add_list(text, "traces", traces);
  add_list(text, "alternatives", alternatives);
  text += "\n}\n";
  return text;
}

bool looks_like_graph(std::string_view head) {
  const std::string_view start = head.substr(0, 4096);
  return start.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == start.find('{') &&
         start.find("\"nsew-call-graph\"") != std::string_view::npos;
}

}  // namespace nsew
