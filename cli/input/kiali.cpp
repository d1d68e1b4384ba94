// Kiali's graph (GET /kiali/api/namespaces/graph), any graphType. Rates are texts, per second over `duration`; an edge
// carries one protocol. https://kiali.io/docs/features/topology/ and kiali/graph/config/cytoscape of its sources.
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <unordered_map>

#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr double assumed_seconds = 60, most_calls = 1e15;

std::string_view text(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  const std::string_view said = value ? text_of(*value).value_or("") : std::string_view{};
  return said == "unknown" ? std::string_view{} : said;
}

bool flag(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  bool set = false;
  return value && value->get_bool().get(set) == simdjson::SUCCESS && set;
}

std::optional<dom::object> inner(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  dom::object found;
  if (!value || value->get_object().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

struct Node {
  PartyId party = 0;
  bool service = false;  // stands between a caller and the workloads behind it
  bool egress = false;   // an egress gateway: mesh plumbing
  bool nowhere = false;  // BlackHoleCluster
  bool called = false;
};

bool names_hosts(dom::object gateway, std::string_view kind) {
  const auto info = inner(gateway, kind);
  const auto hosts = info ? field(*info, "hostnames") : std::nullopt;
  dom::array list;
  return hosts && hosts->get_array().get(list) == simdjson::SUCCESS && list.size() != 0;
}

// All kinds are there; those that it is name their hosts.
bool is_egress(dom::object data) {
  const auto gateway = inner(data, "isGateway");
  return gateway && names_hosts(*gateway, "egressInfo") && !names_hosts(*gateway, "ingressInfo") &&
         !names_hosts(*gateway, "gatewayAPIInfo");
}

bool is_external(dom::object data) {
  const auto entry = inner(data, "isServiceEntry");
  return entry && text(*entry, "location") != "MESH_INTERNAL";
}

std::string_view role_of(dom::object data) {
  if (flag(data, "isWaypoint")) return "waypoint";
  if (is_egress(data)) return "egress-gateway";
  return field(data, "isGateway") ? "gateway" : "";
}

// What a service node is called: a Service, or the host of something that is none.
Party service_party(dom::object data) {
  Party party;
  const std::string_view name = text(data, "service"), ns = text(data, "namespace");
  const bool dotted = name.find('.') != std::string_view::npos;
  if (name == "PassthroughCluster" || is_external(data)) {
    party.reserved = "external";
    if (dotted) party.host = name;
  } else if (dotted) {
    party.host = name;
  } else if (!ns.empty()) {  // without namespace no pod answered for it
    party.ns = ns, party.service = name;
  }
  return party;
}

Party party_of(dom::object data) {
  Party party;
  if (text(data, "nodeType") == "service") {
    party = service_party(data);
  } else {
    party.ns = text(data, "namespace");
    party.workload = text(data, "workload");
    party.app = text(data, "app");
    if (party.workload.empty() && party.app.empty()) party = service_party(data);
  }
  if (party.reserved.empty()) party.reserved = role_of(data);
  party.cluster = text(data, "cluster");
  return party;
}

// One graph. Edges name nodes by id.
class GraphReader {
 public:
  explicit GraphReader(JsonFrame& json) : json_(json) {}
  void read(dom::object document);

 private:
  void read_time(dom::object document);
  void add_nodes(dom::array nodes);
  void mark_called(dom::array edges);
  void read_edge(dom::object data, const std::string& at);
  bool second_half(dom::object data, const Node& source) const;
  void count(dom::object rates, std::string_view protocol, EdgeCount& edge) const;
  std::uint64_t times(double rate) const;

  JsonFrame& json_;
  std::unordered_map<std::string_view, Node> nodes_;
  double seconds_ = assumed_seconds;
  std::uint64_t from_ns_ = 0, to_ns_ = 0;
  bool services_only_ = false;
};

void GraphReader::read_time(dom::object document) {
  const auto duration = field(document, "duration"), timestamp = field(document, "timestamp");
  const auto seconds = duration ? number_of(*duration) : std::nullopt;
  if (seconds && *seconds > 0 && *seconds < 1e9) seconds_ = *seconds;
  json_.note("", Severity::info,
             seconds && *seconds > 0
                 ? fmt::format("calls are estimates: rates per second, times the {} s of the graph", seconds_)
                 : fmt::format("calls are estimates: rates per second, taken for {} s, for the graph gives no duration",
                               seconds_));
  const auto at = timestamp ? count_of(*timestamp) : std::nullopt;
  if (!at || *at > 10'000'000'000 || static_cast<double>(*at) < seconds_) return;
  to_ns_ = *at * 1'000'000'000;
  from_ns_ = to_ns_ - static_cast<std::uint64_t>(seconds_ * 1e9);
}

std::optional<dom::object> data_of(dom::element element) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  return inner(object, "data");
}

void GraphReader::add_nodes(dom::array nodes) {
  for (const dom::element element : nodes) {
    const auto data = data_of(element);
    if (!data || flag(*data, "isBox") || text(*data, "nodeType") == "box") continue;
    const std::string_view id = text(*data, "id");
    if (id.empty()) continue;
    Node node;
    const Party party = party_of(*data);
    node.party = json_.sink().party(party);
    node.service = text(*data, "nodeType") == "service";
    node.egress = party.reserved == "egress-gateway" || text(*data, "workload") == "istio-egressgateway";
    node.nowhere = text(*data, "service") == "BlackHoleCluster";
    nodes_.emplace(id, node);
  }
}

void GraphReader::mark_called(dom::array edges) {
  for (const dom::element element : edges)
    if (const auto data = data_of(element))
      if (const auto target = nodes_.find(text(*data, "target")); target != nodes_.end()) target->second.called = true;
}

// A call through a service node, a waypoint or an egress gateway is drawn as two edges.
bool GraphReader::second_half(dom::object data, const Node& source) const {
  if (field(data, "waypoint")) return true;
  return source.called && ((source.service && !services_only_) || source.egress);
}

std::uint64_t GraphReader::times(double rate) const {
  const double count = rate * seconds_;
  if (!(count > 0) || count > most_calls) return 0;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(count)));
}

void GraphReader::count(dom::object rates, std::string_view protocol, EdgeCount& edge) const {
  const auto rate = [&](const std::string& key) {
    const auto value = field(rates, key);
    return value ? number_of(*value).value_or(0) : 0;
  };
  const std::string name(protocol);
  if (protocol == "tcp") {
    edge.unit = Unit::connections;
    edge.bytes = times(rate(name));
    return;
  }
  edge.calls = times(rate(name));
  const double failed = rate(name + "5xx") + rate(name + "Err") + rate(name + "NoResponse");
  edge.errors = std::min(edge.calls, times(failed));
}

void GraphReader::read_edge(dom::object data, const std::string& at) {
  const auto source = nodes_.find(text(data, "source")), target = nodes_.find(text(data, "target"));
  if (source == nodes_.end() || target == nodes_.end())
    return json_.skip(at, "an edge whose source or target is no node of the graph", "the rest is read");
  const auto traffic = inner(data, "traffic");
  const auto rates = traffic ? inner(*traffic, "rates") : std::nullopt;
  EdgeCount edge;
  edge.source = source->second.party, edge.destination = target->second.party;
  edge.unrouted = target->second.nowhere;
  edge.from_ns = from_ns_, edge.to_ns = to_ns_;
  const auto mutual = field(data, "isMTLS");
  edge.mesh = mutual && number_of(*mutual).value_or(0) > 0;
  if (second_half(data, source->second)) {  // counted on the way in
    ++json_.sink().store().records;
    return;
  }
  if (rates) {
    const std::string_view protocol = text(*traffic, "protocol");
    count(*rates, protocol, edge);
    Operation operation;
    if (protocol == "http" || protocol == "grpc") operation.protocol = protocol;
    edge.operation = json_.sink().operation(operation);
  }
  json_.sink().edge(edge);
}

void GraphReader::read(dom::object document) {
  const auto elements = inner(document, "elements");
  dom::array nodes, edges;
  const auto lists = [&](std::string_view key, dom::array& list) {
    const auto value = elements ? field(*elements, key) : std::nullopt;
    return value && value->get_array().get(list) == simdjson::SUCCESS;
  };
  services_only_ = text(document, "graphType") == "service";
  if (!lists("nodes", nodes)) return json_.skip("/elements", "no list of nodes", "is the graph whole?");
  add_nodes(nodes);
  read_time(document);
  if (!lists("edges", edges)) return;  // Kiali leaves an empty list out
  mark_called(edges);
  std::size_t place = 0;
  for (const dom::element element : edges) {
    const std::string at = fmt::format("/elements/edges/{}", place++);
    if (const auto data = data_of(element))
      read_edge(*data, at);
    else
      json_.skip(at, "an edge without data", "the rest is read");
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  dom::object document;
  if (!json.root()) return;
  if (json.root()->get_object().get(document) != simdjson::SUCCESS)
    return json.skip("", fmt::format("a graph should be an object, not {}", type_of(*json.root())), "");
  GraphReader(json).read(document);
}

bool recognises(std::string_view head) {
  return has_key(head, "elements", 1) && (has_key(head, "graphType", 1) || has_key(head, "nodeType", 5)) &&
         has_key(head, "nodes", 2);
}

Framing framing(std::string_view head) {
  return {is_one_document(head) ? Framing::Cut::whole : Framing::Cut::lines, {}};
}

}  // namespace

const Reader kiali{
    .name = "kiali",
    .summary = "graph of Kiali: request rates and TCP bytes between workloads",
    .unit = "requests/s",
    .record =
        "curl -s 'http://kiali:20001/kiali/api/namespaces/graph?namespaces=NS1,NS2"
        "&graphType=workload&duration=86400s&injectServiceNodes=true' > kiali.json",
    .enough = "A day in one graph: a rate has two decimals, so that of a shorter graph rare calls are lost.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
