// Azure network flow logs: NSG flow logs, versions 1 and 2, and virtual network flow logs, version 4, as whole blobs or
// one record per line. Tuples: https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview and
// https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview
#include <array>
#include <string>

#include <fmt/format.h>

#include "input/flow_json.hpp"
#include "input/flow_table.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

using simdjson::dom::array;
using simdjson::dom::object;

// NSG: s,src,dst,sport,dport,T|U,I|O,A|D[,B|C|E,packets,bytes,packets back,bytes back]
// VNet: ms,src,dst,sport,dport,number,I|O,B|C|E|D,encryption,packets,bytes,packets back,bytes back
constexpr std::string_view begin = "B", denied = "D";
constexpr std::size_t nsg_columns = 8, vnet_columns = 9;

struct Tuple {
  std::vector<std::string_view> columns;
  bool vnet = false;

  std::string_view at(std::size_t column) const {
    return column < columns.size() ? columns[column] : std::string_view{};
  }
  std::string_view state() const { return at(vnet ? 7 : 8); }
};

std::optional<std::uint8_t> protocol_of(std::string_view text) {
  if (text == "T") return 6;
  if (text == "U") return 17;
  return ip_protocol(text);
}

// A connection's states are begin, continuing and end: each `begin` of one interface is a connection that was opened.
std::optional<FlowRecord> flow_of(const Tuple& tuple) {
  if (tuple.columns.size() < (tuple.vnet ? vnet_columns : nsg_columns)) return std::nullopt;
  FlowRecord flow;
  flow.source.address = tuple.at(1), flow.destination.address = tuple.at(2);
  const auto time = whole_number(tuple.at(0)), bytes = whole_number(tuple.at(10)), back = whole_number(tuple.at(12));
  const auto from = port_of(tuple.at(3)), to = port_of(tuple.at(4));
  const auto protocol = protocol_of(tuple.at(5));
  if (!time || !from || !to || !protocol || flow.source.address.empty() || flow.destination.address.empty())
    return std::nullopt;
  flow.source_port = *from, flow.destination_port = *to, flow.protocol = *protocol;
  flow.reply = Reply::no;  // the first address opened the flow, whichever way it crosses the interface
  flow.denied = tuple.at(7) == denied;
  flow.opened = tuple.state() == begin ? 1 : 0;
  flow.time_ns = tuple.vnet ? milliseconds_as_ns(*time) : seconds_as_ns(*time);
  flow.bytes = bytes.value_or(0) + back.value_or(0);
  return flow;
}

class Record {
 public:
  Record(JsonFrame& json, std::string_view point, bool vnet) : json_(json), point_(point), vnet_(vnet) {}

  // flows[] holds flows[] (NSG) or flowGroups[] (VNet), those hold flowTuples[].
  void read(array flows, const std::string& pointer) {
    std::size_t place = 0;
    for (const simdjson::dom::element outer : flows) {
      object rule;
      const std::string here = fmt::format("{}/{}", pointer, place++);
      if (outer.get_object().get(rule) != simdjson::SUCCESS) {
        json_.skip(here, "a flow that is no object");
        continue;
      }
      for (const std::string_view key : {"flows", "flowGroups"}) read_groups(rule, key, here);
    }
  }
  bool empty() const { return !any_; }

 private:
  void read_groups(object rule, std::string_view key, const std::string& pointer) {
    const auto list = field(rule, key);
    array groups;
    if (!list || list->get_array().get(groups) != simdjson::SUCCESS) return;
    std::size_t place = 0;
    for (const simdjson::dom::element inner : groups) {
      object group;
      const std::string here = fmt::format("{}/{}/{}", pointer, key, place++);
      const auto tuples =
          inner.get_object().get(group) == simdjson::SUCCESS ? field(group, "flowTuples") : std::nullopt;
      if (tuples && tuples->is_array()) read_tuples(tuples->get_array(), here + "/flowTuples");
    }
  }

  void read_tuples(array tuples, const std::string& pointer) {
    std::size_t place = 0;
    for (const simdjson::dom::element text : tuples) {
      const std::size_t here = place++;
      any_ = true;
      Tuple tuple{{}, vnet_};
      if (const auto line = text_of(text)) tuple.columns = columns_of(*line, ',');
      auto flow = flow_of(tuple);
      if (!flow) {
        json_.skip(fmt::format("{}/{}", pointer, here), "not a flow tuple");
        continue;
      }
      flow->point = point_;
      observe_flow(*flow, json_.sink());
    }
  }

  JsonFrame& json_;
  std::string_view point_;
  bool vnet_, any_ = false;
};

std::string_view point_of(object record) {
  for (const std::string_view key : {"macAddress", "targetResourceID", "resourceId"})
    if (const std::string_view point = text_at(record, key); !point.empty()) return point;
  return {};
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  object record;
  if (json.root()->get_object().get(record) != simdjson::SUCCESS)
    return json.skip("", "a record should be an object, not " + std::string(type_of(*json.root())));
  for (const std::string_view key : {"flowRecords", "properties"}) {
    const auto body = object_at(record, key);
    const auto list = body ? field(*body, "flows") : std::nullopt;
    array flows;
    if (!list || list->get_array().get(flows) != simdjson::SUCCESS) continue;
    Record reading(json, point_of(record), key == "flowRecords");
    reading.read(flows, fmt::format("/{}/flows", key));
    if (reading.empty()) ++sink.store().records;  // an hour without traffic
    return;
  }
  json.skip("", "neither flowRecords nor properties with flows", "a record of a flow log's PT1H.json has one of them");
}

bool recognises(std::string_view head) {
  return has_key(head, "flowTuples", 9) && (has_key(head, "flowRecords", 3) || has_key(head, "properties", 3));
}

Framing framing(std::string_view) {
  static constexpr std::array<std::string_view, 1> keys = {"records"};
  return {.cut = Framing::Cut::elements, .keys = keys};
}

}  // namespace

const Reader azure_flow{
    .name = "azure-flow",
    .summary = "Azure flow logs: network security groups (v1, v2) and virtual networks (v4)",
    .unit = "connections",
    .record =
        "az storage blob download-batch --account-name ACCOUNT --source "
        "insights-logs-flowlogflowevent --destination flows",
    .enough = "A day of every network interface; flows are connections, so add traces for requests.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
