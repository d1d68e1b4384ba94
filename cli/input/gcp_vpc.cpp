// Google Cloud VPC flow logs as Cloud Logging exports them, as an array or one LogEntry per line. Fields:
// https://cloud.google.com/vpc/docs/about-flow-logs-records
#include <array>
#include <string>

#include "input/flow_json.hpp"
#include "input/reader_table.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

using simdjson::dom::object;

// The keys of one end: "src_…" or "dest_…".
struct End {
  std::string_view ip, port, gke, instance, location;
};
constexpr End source_end = {"src_ip", "src_port", "src_gke_details", "src_instance", "src_location"};
constexpr End destination_end = {"dest_ip", "dest_port", "dest_gke_details", "dest_instance", "dest_location"};

// A pod in several Services, or in more than are listed, is no better named by one of them.
std::string_view only_service(object gke) {
  const auto list = field(gke, "service");
  simdjson::dom::array services;
  object service;
  if (!list || list->get_array().get(services) != simdjson::SUCCESS || services.size() != 1) return {};
  if (services.at(0).get_object().get(service) != simdjson::SUCCESS) return {};
  const std::string_view name = text_at(service, "service_name");
  return name == "MANY_SERVICES" ? std::string_view{} : name;
}

// A node of a GKE cluster, where its own processes speak: the cluster is named, no pod is.
void name_cluster_end(object gke, Party& party) {
  if (const auto cluster = object_at(gke, "cluster")) party.cluster = text_at(*cluster, "cluster_name");
  const auto pod = object_at(gke, "pod");
  party.service = only_service(gke);
  if (pod) {
    party.ns = text_at(*pod, "pod_namespace"), party.pod = text_at(*pod, "pod_name");
    if (const auto workload = object_at(*pod, "pod_workload")) party.workload = text_at(*workload, "workload_name");
  } else if (party.service.empty()) {
    party.reserved = "host";
  }
}

// Instances of a group are alike; a single one is a service of its own.
void name_instance(object instance, Party& party) {
  if (const auto group = object_at(instance, "managed_instance_group")) party.workload = text_at(*group, "name");
  if (party.workload.empty()) party.workload = text_at(instance, "vm_name");
}

Party party_of(object payload, object connection, const End& end) {
  Party party{.address = text_at(connection, end.ip)};
  if (const auto gke = object_at(payload, end.gke))
    name_cluster_end(*gke, party);
  else if (const auto instance = object_at(payload, end.instance))
    name_instance(*instance, party);
  else if (object_at(payload, end.location))  // only what lies outside of the network has one
    party.reserved = "world";
  return party;
}

void read_entry(object entry, JsonFrame& json) {
  const auto payload = object_at(entry, "jsonPayload");
  const object body = payload.value_or(entry);
  const auto connection = object_at(body, "connection");
  if (!connection) return json.skip("", "no connection: not a VPC flow log entry", "export the log vpc_flows alone");
  FlowRecord flow;
  flow.source = party_of(body, *connection, source_end);
  flow.destination = party_of(body, *connection, destination_end);
  const auto from = port_at(*connection, source_end.port), to = port_at(*connection, destination_end.port);
  const auto protocol = protocol_at(*connection, "protocol");
  if (flow.source.address.empty() || flow.destination.address.empty())
    return json.skip(payload ? "/jsonPayload/connection" : "/connection", "a connection without an address");
  if (!from || !to || !protocol)
    return json.skip(payload ? "/jsonPayload/connection" : "/connection", "a port or protocol that is none");
  flow.source_port = *from, flow.destination_port = *to, flow.protocol = *protocol;
  flow.denied = text_at(body, "disposition") == "DROPPED" || text_at(body, "disposition") == "DENIED";
  flow.point = text_at(body, "reporter");
  flow.time_ns = timestamp_ns(text_at(body, "start_time"));
  flow.bytes = count_at(body, "bytes_sent");
  observe_flow(flow, json.sink());
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  object entry;
  if (json.root()->get_object().get(entry) != simdjson::SUCCESS)
    return json.skip("", "a log entry should be an object, not " + std::string(type_of(*json.root())));
  read_entry(entry, json);
}

bool recognises(std::string_view head) {
  return all_in(head, {"\"connection\"", "\"src_ip\"", "\"dest_ip\""}) &&
         (head.find("vpc_flows") != std::string_view::npos || head.find("\"reporter\"") != std::string_view::npos) &&
         (has_key(head, "jsonPayload", 2) || has_key(head, "connection", 2));
}

Framing framing(std::string_view head) { return lines_or_elements(head, {}); }

}  // namespace

const Reader gcp_vpc{
    .name = "gcp-vpc-flow",
    .summary = "Google Cloud VPC flow logs, log entries as an array or as JSON lines",
    .unit = "connections",
    .record =
        "gcloud logging read 'logName:\"compute.googleapis.com%2Fvpc_flows\"' --freshness=1h "
        "--format=json > vpc.json",
    .enough = "A day at the full sampling rate; Google samples by itself too, so that shares hold and volumes do not.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
