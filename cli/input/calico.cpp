// Calico's flow logs: JSON lines of Calico Enterprise and Cloud, and what Whisker and Goldmane of Calico give out. A
// record sums up the flows of an interval; "-" and null are what was summed over. Fields:
// https://docs.tigera.io/calico-enterprise/latest/observability/elastic/flow/datatypes and goldmane/proto/api.proto
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_json.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

using Names = std::array<std::string_view, 2>;  // as files have it, as gRPC's JSON has it

std::string_view text_in(object record, const Names& names) {
  for (const std::string_view name : names)
    if (const std::string_view text = text_at(record, name); !text.empty()) return text == "-" ? "" : text;
  return {};
}
std::uint64_t count_in(object record, const Names& names) {
  return std::max(count_at(record, names[0]), count_at(record, names[1]));
}

struct End {
  Names ip, name, summed_name, ns, type, labels;
};
constexpr End source_end = {{{"source_ip", "sourceIp"}},
                            {{"source_name", "sourceName"}},
                            {{"source_name_aggr", "sourceNameAggr"}},
                            {{"source_namespace", "sourceNamespace"}},
                            {{"source_type", "sourceType"}},
                            {{"source_labels", "sourceLabels"}}};
constexpr End destination_end = {{{"dest_ip", "destIp"}},
                                 {{"dest_name", "destName"}},
                                 {{"dest_name_aggr", "destNameAggr"}},
                                 {{"dest_namespace", "destNamespace"}},
                                 {{"dest_type", "destType"}},
                                 {{"dest_labels", "destLabels"}}};

// "frontend-5f7b9c8d64-*" is of frontend, "redis-*" of redis.
std::string_view workload_of(std::string_view summed) {
  if (!summed.ends_with("-*")) return summed;
  summed.remove_suffix(2);
  const std::size_t dash = summed.rfind('-');
  const std::string_view last = dash == std::string_view::npos ? std::string_view{} : summed.substr(dash + 1);
  const bool hash = last.size() >= 6 && last.size() <= 10 &&
                    last.find_first_not_of("bcdfghjklmnpqrstvwxz0123456789") == std::string_view::npos &&
                    last.find_first_of("0123456789") != std::string_view::npos;
  return hash ? summed.substr(0, dash) : summed;
}

constexpr std::array<std::string_view, 4> app_labels = {"app.kubernetes.io/name", "app", "k8s-app", "name"};

struct AppLabel {
  std::size_t rank = app_labels.size();
  std::string_view value;

  void take(std::string_view label) {
    const std::size_t equals = label.find('=');
    if (equals == std::string_view::npos) return;
    const auto* found = std::ranges::find(app_labels, label.substr(0, equals));
    const auto place = static_cast<std::size_t>(found - app_labels.begin());
    if (place < rank) rank = place, value = label.substr(equals + 1);
  }
};

// {"labels":["app=cart"]}, ["app=cart"] or "app=cart | tier=back".
std::string_view app_of(object record, const Names& names) {
  AppLabel best;
  auto said = field(record, names[0]);
  if (!said) said = field(record, names[1]);
  if (!said) return {};
  if (object inner; said->get_object().get(inner) == simdjson::SUCCESS) said = field(inner, "labels");
  simdjson::dom::array list;
  if (said && said->get_array().get(list) == simdjson::SUCCESS) {
    for (const element label : list) best.take(text_of(label).value_or(""));
  } else if (said) {
    for (const std::string_view label : split(text_of(*said).value_or(""), '|')) best.take(trim(label));
  }
  return best.value;
}

enum class Kind : std::uint8_t { workload, host, network_set, network };

Kind kind_of(std::string_view type, std::string_view ns) {
  const std::string small = lower(type);
  if (small == "wep" || small == "workloadendpoint") return Kind::workload;
  if (small == "hep" || small == "hostendpoint") return Kind::host;
  if (small == "ns" || small == "networkset") return Kind::network_set;
  if (small == "net" || small == "network") return Kind::network;
  return ns.empty() ? Kind::network : Kind::workload;  // Whisker's answers leave it out
}

Party party_of(object record, const End& end) {
  const std::string_view ns = text_in(record, end.ns), name = text_in(record, end.name);
  std::string_view summed = text_in(record, end.summed_name);
  if (summed.empty()) summed = name;
  Party party{.address = text_in(record, end.ip)};
  switch (kind_of(text_in(record, end.type), ns)) {
    case Kind::host:
      party.reserved = "host";
      break;
    case Kind::network:
      if (summed == "pub") party.reserved = "world";
      break;
    case Kind::network_set:
      break;
    case Kind::workload:
      party.ns = ns, party.app = app_of(record, end.labels);
      if (name.find('*') == std::string_view::npos) party.pod = name;
      if (party.pod.empty()) party.workload = workload_of(summed);
  }
  return party;
}

// What tells apart the flows that are summed up in one record.
std::string key_text(const Party& party, std::string_view summed) {
  std::string text(party.address);
  for (const std::string_view part : {party.ns, party.pod, party.workload, party.reserved, summed})
    text.append("\x1f").append(part);
  return text;
}

std::uint64_t time_of(object record) {
  for (const std::string_view key : {"start_time", "startTime"}) {
    const auto value = field(record, key);
    if (!value) continue;
    if (const auto seconds = count_of(*value)) return seconds_as_ns(*seconds);
    if (const auto text = text_of(*value)) return timestamp_ns(*text);
  }
  return 0;
}

std::optional<std::uint16_t> port_in(object record, const Names& names) {
  const auto port = port_at(record, names[0]);
  return port && *port == 0 ? port_at(record, names[1]) : port;
}

void name_service(object record, Party& destination) {
  const std::string_view name = text_in(record, {{"dest_service_name", "destServiceName"}});
  if (name.empty() || name == "*") return;
  destination.service = name;
  if (destination.ns.empty()) destination.ns = text_in(record, {{"dest_service_namespace", "destServiceNamespace"}});
}

bool take(object record, std::uint64_t time_ns, object sums, RecordSink& sink) {
  FlowRecord flow;
  flow.source = party_of(record, source_end), flow.destination = party_of(record, destination_end);
  const auto from = port_in(record, {{"source_port", "sourcePort"}}), to = port_in(record, {{"dest_port", "destPort"}});
  const std::string_view word = text_in(record, {{"proto", "protocol"}});
  const auto protocol = word.empty() ? protocol_at(record, "proto") : ip_protocol(word);
  if (!from || !to || !protocol || (!field(record, "dest_port") && !field(record, "destPort"))) return false;
  name_service(record, flow.destination);
  flow.source_port = *from, flow.destination_port = *to, flow.protocol = *protocol;
  const std::string source = key_text(flow.source, text_in(record, source_end.summed_name));
  const std::string destination = key_text(flow.destination, text_in(record, destination_end.summed_name));
  if (*from == 0 || flow.source.address.empty() || flow.destination.address.empty())
    flow.source_key = {source, *from}, flow.destination_key = {destination, *to};
  flow.reply = Reply::no;
  const std::string action = lower(text_in(record, {{"action", "action"}}));
  flow.denied = action == "deny";
  const std::uint64_t opened = std::max(count_in(sums, {{"num_flows_started", "numFlowsStarted"}}),
                                        count_in(sums, {{"num_connections_started", "numConnectionsStarted"}}));
  flow.opened = static_cast<std::uint32_t>(std::min<std::uint64_t>(opened, 1U << 30));
  flow.point = text_in(record, {{"reporter", "reporter"}});
  flow.time_ns = time_ns;
  flow.bytes = count_in(sums, {{"bytes_in", "bytesIn"}}) + count_in(sums, {{"bytes_out", "bytesOut"}});
  observe_flow(flow, sink);
  return true;
}

// A line, a document of Elasticsearch ("_source"), or a result of Goldmane ("flow" with its "Key").
void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  object record;
  constexpr std::string_view message = "not a flow log record of Calico";
  if (json.root()->get_object().get(record) != simdjson::SUCCESS) return json.skip("", message);
  for (const std::string_view wrapper : {"_source", "result", "flow"})
    if (const auto inner = object_at(record, wrapper)) record = *inner;
  const object sums = record;
  const std::uint64_t time_ns = time_of(record);
  for (const std::string_view key : {"Key", "key"})
    if (const auto inner = object_at(record, key)) record = *inner;
  if (!take(record, time_ns, sums, sink)) json.skip("", message, "the files of /var/log/calico/flowlogs");
}

bool recognises(std::string_view head) {
  const bool files = has_key(head, "source_namespace", 5) && has_key(head, "dest_namespace", 5) &&
                     (has_key(head, "dest_port", 5) || has_key(head, "dest_name", 5));
  const bool of_grpc = has_key(head, "sourceNamespace", 5) && has_key(head, "destNamespace", 5);
  return (files || of_grpc) && has_key(head, "reporter", 5) && has_key(head, "action", 5);
}

Framing framing(std::string_view head) {
  static constexpr std::array<std::string_view, 3> keys = {"items", "hits", "flows"};
  return lines_or_elements(head, keys);
}

}  // namespace

const Reader calico{.name = "calico-flow",
                    .summary = "Calico flow logs: Enterprise and Cloud (JSON lines), Whisker and Goldmane",
                    .unit = "connections",
                    .record =
                        "kubectl exec -n calico-system ds/calico-node -- cat /var/log/calico/flowlogs/flows.log, "
                        "of every node",
                    .enough = "A day of every node; flows are connections, so add traces for requests.",
                    .recognises = recognises,
                    .framing = framing,
                    .read = read};

}  // namespace nsew
