// Flow records of the Network Observability operator: a Loki answer (streams whose labels are part of each record),
// `logcli -o jsonl`, or plain records as JSON lines or an array. Fields:
// https://github.com/netobserv/network-observability-operator/blob/main/docs/flows-format.adoc
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/text.hpp"
#include "input/flow_json.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

struct Fields {
  object line;
  std::optional<object> labels;

  std::optional<element> at(std::string_view key) const {
    auto value = field(line, key);
    return value || !labels ? value : field(*labels, key);
  }
  std::string_view text(std::string_view key) const {
    const auto value = at(key);
    return value ? text_of(*value).value_or("") : std::string_view{};
  }
  std::uint64_t count(std::string_view key) const {
    const auto value = at(key);
    return value ? count_of(*value).value_or(0) : 0;
  }
};

// The keys of one end; the second name is that of releases before the fields were renamed.
struct End {
  std::string_view address, port, ns, old_ns, name, old_name, type, old_type, owner, old_owner, owner_type;
};
constexpr End source_end = {"SrcAddr",          "SrcPort",     "SrcK8S_Namespace", "SrcNamespace",
                            "SrcK8S_Name",      "SrcPod",      "SrcK8S_Type",      "SrcWorkloadKind",
                            "SrcK8S_OwnerName", "SrcWorkload", "SrcK8S_OwnerType"};
constexpr End destination_end = {"DstAddr",          "DstPort",     "DstK8S_Namespace", "DstNamespace",
                                 "DstK8S_Name",      "DstPod",      "DstK8S_Type",      "DstWorkloadKind",
                                 "DstK8S_OwnerName", "DstWorkload", "DstK8S_OwnerType"};

Party party_of(const Fields& fields, const End& end) {
  const auto either = [&](std::string_view now, std::string_view before) {
    const std::string_view text = fields.text(now);
    return text.empty() ? fields.text(before) : text;
  };
  Party party{.address = fields.text(end.address)};
  const std::string_view name = either(end.name, end.old_name), owner = either(end.owner, end.old_owner);
  std::string_view type = fields.text(end.type);
  if (type.empty()) type = either(end.owner_type, end.old_type);  // lines without their stream's labels
  party.cluster = fields.text("K8S_ClusterName");
  if (type == "Node") {
    party.reserved = "host";
    return party;
  }
  if (name.empty() && owner.empty()) return party;
  party.ns = either(end.ns, end.old_ns);
  if (type == "Service" && party.ns == "default" && (name == "kubernetes" || owner == "kubernetes")) {
    party.ns = {}, party.reserved = "kube-apiserver";
  } else if (type == "Service") {
    party.service = name.empty() ? owner : name;
  } else {
    party.pod = name;
    if (owner != name) party.workload = owner;
  }
  return party;
}

// A number, or, where the operator decodes it, a list of names. The agent has a bit of its own for SYN with ACK.
Reply reply_of(const Fields& fields) {
  const auto flags = fields.at("Flags");
  if (!flags) return Reply::unknown;
  bool opens = false, answers = false;
  array names;
  if (flags->get_array().get(names) == simdjson::SUCCESS) {
    for (const element name : names) {
      opens = opens || text_of(name) == "SYN";
      answers = answers || text_of(name) == "SYN_ACK";
    }
  } else {
    constexpr std::uint64_t syn = 2, syn_ack = 256;
    const std::uint64_t bits = count_of(*flags).value_or(0);
    opens = (bits & syn) != 0, answers = (bits & syn_ack) != 0;
  }
  return answers ? Reply::yes : opens ? Reply::no : Reply::unknown;
}

// The agent of a node, and the interface where it reports each apart.
std::string_view point_of(const Fields& fields, std::string& buffer) {
  buffer.assign(fields.text("AgentIP")).append("/").append(fields.text("Interface"));
  return buffer;
}

bool take(const Fields& fields, RecordSink& sink) {
  thread_local std::string point;
  constexpr std::uint64_t arp = 2054;
  FlowRecord flow;
  flow.source = party_of(fields, source_end), flow.destination = party_of(fields, destination_end);
  const bool addressed = !flow.source.address.empty() && !flow.destination.address.empty();
  if (!addressed && (fields.count("Etype") == arp || (fields.at("SrcMac") && fields.at("DstMac")))) {
    ++sink.store().records;  // not IP
    return true;
  }
  const std::uint64_t from = fields.count(source_end.port), to = fields.count(destination_end.port);
  const std::uint64_t protocol = fields.count("Proto");
  if (!addressed || from > 65535 || to > 65535 || protocol > 255) return false;
  flow.source_port = static_cast<std::uint16_t>(from), flow.destination_port = static_cast<std::uint16_t>(to);
  const bool icmp = protocol == 1 || protocol == 58;
  flow.protocol = icmp && from != 0 && to != 0 ? 0 : static_cast<std::uint8_t>(protocol);  // ICMP has no ports
  flow.reply = reply_of(fields);
  flow.dns = fields.count("DnsId") != 0;
  flow.point = point_of(fields, point);
  flow.time_ns = milliseconds_as_ns(fields.count("TimeFlowStartMs"));
  flow.bytes = fields.count("Bytes");
  observe_flow(flow, sink);
  return true;
}

constexpr std::string_view no_record = "not a flow record of the Network Observability operator";

void take_text(std::string_view text, std::optional<object> labels, const std::string& pointer, JsonFrame& json) {
  thread_local simdjson::dom::parser parser;
  element root;
  object line;
  const bool read = parser.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS &&
                    root.get_object().get(line) == simdjson::SUCCESS;
  if (!read || !take({line, labels}, json.sink())) json.skip(pointer, no_record);
}

// A stream of a Loki answer: values are pairs of a time and a line.
void take_stream(object stream, array values, JsonFrame& json) {
  const auto labels = object_at(stream, "stream");
  std::size_t place = 0;
  for (const element value : values) {
    const std::string pointer = fmt::format("/values/{}", place++);
    array pair;
    std::string_view line;
    if (value.get_array().get(pair) != simdjson::SUCCESS || pair.at(1).get_string().get(line) != simdjson::SUCCESS)
      json.skip(pointer, no_record);
    else
      take_text(line, labels, pointer, json);
  }
}

// A whole answer in one frame, as where several stand in one file; often one without streams.
void take_answer(object data, JsonFrame& json) {
  array streams, values;
  const auto list = field(data, "result");
  if (!list || list->get_array().get(streams) != simdjson::SUCCESS) return;
  for (const element stream : streams) {
    object one;
    const bool good = stream.get_object().get(one) == simdjson::SUCCESS;
    const auto lines = good ? field(one, "values") : std::nullopt;
    if (lines && lines->get_array().get(values) == simdjson::SUCCESS)
      take_stream(one, values, json);
    else
      json.skip("/data/result", no_record);
  }
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  object root;
  if (json.root()->get_object().get(root) != simdjson::SUCCESS) return json.skip("", no_record);
  array values;
  if (const auto list = field(root, "values"); list && list->get_array().get(values) == simdjson::SUCCESS)
    return take_stream(root, values, json);
  if (const auto line = field(root, "line"); line && text_of(*line))
    return take_text(*text_of(*line), object_at(root, "labels"), "/line", json);
  if (const auto data = object_at(root, "data"); data && !text_at(root, "status").empty())
    return take_answer(*data, json);
  if (!take({root, {}}, sink)) json.skip("", no_record, "record with `oc netobserv flows` or `logcli query -o jsonl`");
}

// Records name themselves; a Loki answer does so by its labels, or is an empty one of the operator's.
bool recognises(std::string_view head) {
  if (all_in(head, {"\"resultType\"", "\"streams\"", "\"totalLinesProcessed\""}) &&
      head.find("\"values\"") == std::string_view::npos && has_key(head, "result", 2))
    return true;
  const bool escaped = all_in(head, {"\\\"SrcAddr\\\"", "\\\"DstAddr\\\""});
  if (escaped) return has_key(head, "values", 5) || has_key(head, "line", 1);
  return has_key(head, "SrcAddr", 2) && has_key(head, "DstAddr", 2) &&
         (head.find("TimeFlow") != std::string_view::npos || head.find("\"Proto\"") != std::string_view::npos);
}

Framing framing(std::string_view head) {
  static constexpr std::array<std::string_view, 1> keys = {"result"};
  return lines_or_elements(head, keys);
}

}  // namespace

const Reader netobserv{
    .name = "netobserv",
    .summary = "OpenShift Network Observability flows: Loki answers, JSON lines",
    .unit = "connections",
    .record =
        "logcli query '{app=\"netobserv-flowlogs\"}' --since=1h --limit=100000 -o jsonl > "
        "flows.jsonl",
    .enough = "A day of every node; it samples (1 in 50 unless set), so that shares hold and volumes do not.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
