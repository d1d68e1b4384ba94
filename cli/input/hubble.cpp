// Cilium Hubble flows as JSON lines: what `hubble observe -o json` and the exporter write, wrapped ({"flow": …}) or
// bare, in any order of keys. Field meanings: api/v1/flow/flow.proto of Cilium; false, zero and empty fields are left
// out, 64-bit numbers are strings.
#include "input/hubble_endpoint.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_record.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

struct Flow {
  bool is_flow = false;    // has a field that only flows have
  std::string_view event;  // "lost_events", …: the line is no flow
  std::string_view verdict, time;
  std::string_view source_ip, destination_ip;
  std::string_view source, destination;  // raw endpoint objects
  std::string_view source_name, destination_name;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  Reply reply = Reply::unknown, legacy_reply = Reply::unknown;
  bool response = false;  // l7.type
  bool l7 = false;
  Operation operation;
  std::string_view url;
  std::uint64_t code = 0, latency_ns = 0;
};

std::string_view first_text(value list) {
  std::string_view first;
  for (auto text : list.get_array())
    if (first.empty()) first = text.get_string();
  return first;
}

void read_addresses(Flow& flow, object ip) {
  for (auto field : ip) {
    const std::string_view key = field.unescaped_key();
    if (key == "source")
      flow.source_ip = field.value().get_string();
    else if (key == "destination")
      flow.destination_ip = field.value().get_string();
  }
}

std::uint16_t port_of(value number) {
  const std::uint64_t port = number.get_uint64();
  if (port > 65535) throw simdjson::simdjson_error(simdjson::NUMBER_OUT_OF_RANGE);
  return static_cast<std::uint16_t>(port);
}

void read_transport(Flow& flow, object l4) {
  for (auto layer : l4) {
    const auto protocol = ip_protocol(std::string_view(layer.unescaped_key()));
    if (!protocol) continue;
    flow.protocol = *protocol;
    for (auto field : layer.value().get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "source_port")
        flow.source_port = port_of(field.value());
      else if (key == "destination_port")
        flow.destination_port = port_of(field.value());
    }
  }
}

void read_header(Flow& flow, object header) {
  std::string_view name, content;
  for (auto field : header) {
    const std::string_view key = field.unescaped_key();
    if (key == "key")
      name = field.value().get_string();
    else if (key == "value")
      content = field.value().get_string();
  }
  if (name.size() == 10 && starts_with_ignoring_case(name, "user-agent")) flow.operation.agent = agent_family(content);
  if (name.size() == 12 && starts_with_ignoring_case(name, "content-type") && content.starts_with("application/grpc"))
    flow.operation.protocol = "grpc";
}

void read_http(Flow& flow, object http) {
  if (flow.operation.protocol.empty()) flow.operation.protocol = "http";
  for (auto field : http) {
    const std::string_view key = field.unescaped_key();
    if (key == "code")
      flow.code = field.value().get_uint64();
    else if (key == "method")
      flow.operation.method = field.value().get_string();
    else if (key == "url")
      flow.url = field.value().get_string();
    else if (key == "headers" && !field.value().is_null())
      for (object header : field.value().get_array()) read_header(flow, header);
  }
}

void read_kafka(Flow& flow, object kafka) {
  flow.operation.protocol = "kafka";
  for (auto field : kafka) {
    const std::string_view key = field.unescaped_key();
    if (key == "api_key")
      flow.operation.method = field.value().get_string();
    else if (key == "topic")
      flow.operation.route = field.value().get_string();
  }
}

std::uint64_t number_or_text(value number) {
  if (number.type() == simdjson::ondemand::json_type::string) return number.get_uint64_in_string();
  return number.get_uint64();
}

void read_l7(Flow& flow, object l7) {
  flow.l7 = true;
  for (auto field : l7) {
    const std::string_view key = field.unescaped_key();
    if (key == "type")
      flow.response = std::string_view(field.value().get_string()) == "RESPONSE";
    else if (key == "latency_ns")
      flow.latency_ns = number_or_text(field.value());
    else if (key == "http")
      read_http(flow, field.value());
    else if (key == "kafka")
      read_kafka(flow, field.value());
    else if (key == "dns")
      flow.operation.protocol = "dns";  // names that are asked for are no operations: unbounded
  }
}

void read_value(Flow& flow, std::string_view key, value content);

void read_fields(Flow& flow, object fields) {
  for (auto field : fields) {
    const std::string_view key = field.unescaped_key();
    value content = field.value();
    if (!content.is_null()) read_value(flow, key, content);
  }
}

Reply reply_of(value yes) { return yes.get_bool() ? Reply::yes : Reply::no; }

bool read_text(Flow& flow, std::string_view key, value content) {
  if (key == "time")
    flow.time = content.get_string();
  else if (key == "verdict")
    flow.verdict = content.get_string();
  else if (key == "is_reply")
    flow.reply = reply_of(content);
  else if (key == "reply")
    flow.legacy_reply = reply_of(content);
  else if (key == "source_names")
    flow.source_name = first_text(content);
  else if (key == "destination_names")
    flow.destination_name = first_text(content);
  else
    return false;
  flow.is_flow = flow.is_flow || key == "verdict";
  return true;
}

std::string_view raw_of(object fields) { return fields.raw_json(); }

void read_value(Flow& flow, std::string_view key, value content) {
  constexpr std::array<std::string_view, 4> events = {"node_status", "lost_events", "agent_event", "debug_event"};
  if (read_text(flow, key, content)) return;
  if (key == "IP")
    read_addresses(flow, content);
  else if (key == "l4")
    read_transport(flow, content);
  else if (key == "l7")
    read_l7(flow, content);
  else if (key == "flow")
    read_fields(flow, content);
  else if (key == "source")
    flow.source = raw_of(content);
  else if (key == "destination")
    flow.destination = raw_of(content);
  else if (const auto* event = std::ranges::find(events, key); event != events.end())
    flow.event = *event;
  flow.is_flow = flow.is_flow || key == "IP" || key == "l4" || key == "flow";
}

// One end: parsed once per endpoint and address where it is a pod, of which there are not many.
PartyId party_of(std::string_view raw, std::string_view ip, std::string_view name, RecordSink& sink) {
  thread_local std::string seen;
  seen.assign("\x01").append(ip).append("\x01").append(raw);
  if (const ResourceId* known = sink.resource_seen(seen)) return *known;
  Party party;
  if (!raw.empty()) party = hubble_party(raw);
  party.address = ip;
  if (party.pod.empty() && party.host.empty()) party.host = name;
  const PartyId id = sink.party(party);
  if (!party.pod.empty()) sink.remember(seen, id);
  return id;
}

std::uint64_t key_of(const Flow& flow) {
  const std::string_view source = flow.source_ip.empty() ? flow.source : flow.source_ip;
  const std::string_view destination = flow.destination_ip.empty() ? flow.destination : flow.destination_ip;
  return connection_key({source, flow.source_port}, {destination, flow.destination_port}, flow.protocol);
}

OperationId operation_of(Flow& flow, RecordSink& sink) {
  if (!flow.l7 || flow.operation.protocol.empty()) return 0;
  thread_local std::string path;
  if (!flow.url.empty()) {
    flow.operation.host = authority_of(flow.url).host;
    flow.operation.route = path_template(path_of(flow.url), path);
  }
  if (flow.operation.protocol == "grpc") {
    flow.operation.method = {};
    if (flow.operation.route.starts_with('/')) flow.operation.route.remove_prefix(1);
  }
  return sink.operation(flow.operation);
}

// is_reply is absent on some observation points and in old versions, where `reply` may say it.
Reply reply_of(const Flow& flow) {
  if (flow.reply != Reply::unknown) return flow.reply;
  if (flow.legacy_reply == Reply::yes || flow.response) return Reply::yes;
  return Reply::unknown;
}

bool is_denied(std::string_view verdict) { return verdict == "DROPPED" || verdict == "ERROR" || verdict == "AUDIT"; }

void emit(Flow& flow, RecordSink& sink) {
  Observation o;
  o.reply = reply_of(flow);
  if (o.reply == Reply::yes) {  // the source of every observation is who asked
    std::swap(flow.source, flow.destination), std::swap(flow.source_ip, flow.destination_ip);
    std::swap(flow.source_name, flow.destination_name), std::swap(flow.source_port, flow.destination_port);
  }
  o.unit = Unit::connections;
  o.recorder = Recorder::network;
  o.denied = is_denied(flow.verdict);
  o.error = flow.code >= 500;
  o.protocol = flow.protocol;
  o.source_port = flow.source_port, o.destination_port = flow.destination_port;
  o.source = party_of(flow.source, flow.source_ip, flow.source_name, sink);
  o.destination = party_of(flow.destination, flow.destination_ip, flow.destination_name, sink);
  o.key = key_of(flow);
  o.operation = operation_of(flow, sink);
  o.time_ns = timestamp_ns(flow.time);
  o.duration_ns = flow.latency_ns;
  sink.observation(o);
}

void take(Flow& flow, const Frame& frame, RecordSink& sink) {
  if (!flow.event.empty()) {
    ++sink.store().records;
    if (flow.event == "lost_events")
      sink.note(frame, frame.text.data(), Severity::warning, "hubble lost flows here: counts are too low",
                "raise hubble's event buffer (hubble.eventBufferCapacity)");
    return;
  }
  if (!flow.is_flow)
    return sink.skip(frame, frame.text.data(), "not a hubble flow", "record with `hubble observe -o json`");
  if (flow.verdict == "TRACED" || flow.verdict == "TRANSLATED") {  // said again under another verdict
    ++sink.store().records;
    return;
  }
  emit(flow, sink);
}

const char* place_of(simdjson::ondemand::document& document, const Frame& frame) {
  const char* at = nullptr;
  if (!document.is_alive()) return frame.text.data();  // not even begun: asking for its place would crash
  if (document.current_location().get(at) != simdjson::SUCCESS) return frame.text.data();
  return at;
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view line = trim(frame.text);
  if (line.empty()) return;
  thread_local simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  try {
    document = parser.iterate(
        simdjson::padded_string_view(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING));
    Flow flow;
    read_fields(flow, document.get_object());
    if (document.current_location().error() == simdjson::SUCCESS)  // more text after the object
      throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    take(flow, frame, sink);
  } catch (const simdjson::simdjson_error& error) {
    sink.skip(frame, place_of(document, frame), std::string("not readable as a hubble flow: ") + error.what(),
              "each line is one JSON object, as `hubble observe -o json` writes it");
  }
}

// A flow names itself by "flow" with an endpoint or verdict inside, or, bare, by its verdict beside an endpoint.
bool is_flow_line(std::string_view line) {
  const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
  if (!line.starts_with('{')) return false;
  if (has("\"resourceSpans\"") || has("\"resourceLogs\"") || has("\"log\":\"")) return false;
  const bool verdict = has("\"verdict\":"), ends = has("\"source\":") || has("\"destination\":");
  if (has("\"flow\":{") || has("\"flow\": {")) return verdict || ends || has("\"IP\":");
  return (verdict && (ends || has("\"IP\":"))) ||
         (has("\"trace_observation_point\":") && (ends || has("\"node_name\":")));
}

bool is_event_line(std::string_view line) {
  return line.starts_with('{') && (line.find("\"lost_events\":{") != std::string_view::npos ||
                                   line.find("\"node_status\":{") != std::string_view::npos);
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 50; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = trim(head.substr(0, end));
    if (is_flow_line(line)) return true;
    if (!line.empty() && !is_event_line(line)) return false;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

Framing framing(std::string_view) { return {.cut = Framing::Cut::lines, .keys = {}}; }

}  // namespace

const Reader hubble{.name = "hubble",
                    .summary = "Cilium Hubble flows, JSON lines",
                    .unit = "connections",
                    .record = "hubble observe --last 10000 -o json > flows.jsonl",
                    .enough = "An hour of the busiest time, of every node.",
                    .recognises = recognises,
                    .framing = framing,
                    .read = read};

}  // namespace nsew
