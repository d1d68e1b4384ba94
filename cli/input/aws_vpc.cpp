// AWS VPC flow logs, versions 2 to 10, as S3 files, CloudWatch text and CloudWatch's JSON answers. Fields and default
// order: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_record.hpp"
#include "input/flow_table.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

enum Field : std::uint8_t {
  version,
  account_id,
  interface_id,
  srcaddr,
  dstaddr,
  srcport,
  dstport,
  protocol,
  packets,
  bytes,
  start,
  end,
  action,
  log_status,
  tcp_flags,
  pkt_srcaddr,
  pkt_dstaddr,
  flow_direction,
  ecs_cluster_name,
  ecs_service_name,
  fields
};
constexpr std::array<std::string_view, fields> names = {
    "version",     "account-id",  "interface-id",   "srcaddr",          "dstaddr",
    "srcport",     "dstport",     "protocol",       "packets",          "bytes",
    "start",       "end",         "action",         "log-status",       "tcp-flags",
    "pkt-srcaddr", "pkt-dstaddr", "flow-direction", "ecs-cluster-name", "ecs-service-name"};
using Row = TableRow<fields>;

// Without a header only the default order is believed, and what follows it where all of it is in documented order: up
// to version 5, every field from the 15th on.
constexpr std::array<std::string_view, 29> documented = {"version",
                                                         "account-id",
                                                         "interface-id",
                                                         "srcaddr",
                                                         "dstaddr",
                                                         "srcport",
                                                         "dstport",
                                                         "protocol",
                                                         "packets",
                                                         "bytes",
                                                         "start",
                                                         "end",
                                                         "action",
                                                         "log-status",
                                                         "vpc-id",
                                                         "subnet-id",
                                                         "instance-id",
                                                         "tcp-flags",
                                                         "type",
                                                         "pkt-srcaddr",
                                                         "pkt-dstaddr",
                                                         "region",
                                                         "az-id",
                                                         "sublocation-type",
                                                         "sublocation-id",
                                                         "pkt-src-aws-service",
                                                         "pkt-dst-aws-service",
                                                         "flow-direction",
                                                         "traffic-path"};
constexpr std::size_t default_columns = 14;

constexpr std::string_view header_hint =
    "put the log's format in front as first line: aws ec2 describe-flow-logs --query 'FlowLogs[].LogFormat' --output "
    "text";

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_address_or_none(std::string_view text) {
  return text == "-" || (text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
                         text.find_first_of(".:") != std::string_view::npos);
}

bool fits_default(std::string_view line) {
  const auto columns = columns_of(line, ' ');
  const auto number = columns.size() < default_columns ? std::nullopt : whole_number(columns[version]);
  return number && *number >= 2 && *number <= 99 && is_address_or_none(columns[srcaddr]) &&
         is_address_or_none(columns[dstaddr]) && any_of(columns[action], {"ACCEPT", "REJECT", "-"}) &&
         any_of(columns[log_status], {"OK", "NODATA", "SKIPDATA"});
}

bool is_documented(std::string_view line) {
  const auto columns = columns_of(line, ' ');
  return columns.size() == documented.size() && any_of(columns[18], {"IPv4", "IPv6", "EFA", "-"}) &&
         is_address_or_none(columns[19]) && is_address_or_none(columns[20]);
}

// The header of an S3 file, or the format as the AWS API prints it: ${version} ${account-id} …
std::string plain_name(std::string_view column) {
  if (column.starts_with("${") && column.ends_with('}')) column = column.substr(2, column.size() - 3);
  std::string name = lower(column);
  std::ranges::replace(name, '_', '-');
  return name;
}

char separator_of(std::string_view line) {
  for (const char separator : {',', '\t'})
    if (line.find(separator) != std::string_view::npos) return separator;
  return ' ';
}

std::optional<TableLayout> layout_of(std::string_view line) {
  const char separator = separator_of(line);
  std::vector<std::string> plain;
  for (const std::string_view column : columns_of(line, separator)) plain.push_back(plain_name(column));
  const std::vector<std::string_view> columns(plain.begin(), plain.end());
  TableLayout layout = TableLayout::of(separator, columns, names);
  const bool source = layout.names(srcaddr) || layout.names(pkt_srcaddr);
  const bool destination = layout.names(dstaddr) || layout.names(pkt_dstaddr);
  return source && destination ? std::optional(std::move(layout)) : std::nullopt;
}

const TableLayout& default_layout(bool whole) {
  static const TableLayout whole_one = TableLayout::of(' ', documented, names);
  static const TableLayout first = TableLayout::of(' ', std::span(documented).first(default_columns), names);
  return whole ? whole_one : first;
}

// What `aws logs tail` and exports of CloudWatch put in front: a time, then perhaps the name of the stream.
std::string_view without_prefix_of_cloudwatch(std::string_view line) {
  const bool dated = line.size() > 20 && line[4] == '-' && line[10] == 'T';
  if (!dated) return line;
  take_column(line, ' ');
  std::string_view rest = line;
  const std::string_view stream = take_column(rest, ' ');
  return stream.starts_with("eni-") && stream.ends_with("-all") ? rest : line;
}

std::string_view said(std::string_view field) { return field == "-" ? std::string_view{} : field; }

std::string_view packet_address(const Row& row, Field of_packet, Field of_interface) {
  const std::string_view address = said(row[of_packet]);
  return address.empty() ? said(row[of_interface]) : address;
}

// ECS names the task behind the interface: the sender of what leaves it, the receiver of what comes in.
void name_task(const Row& row, FlowRecord& flow) {
  const std::string_view service = said(row[ecs_service_name]), direction = row[flow_direction];
  if (service.empty() || (direction != "egress" && direction != "ingress")) return;
  Party& own = direction == "egress" ? flow.source : flow.destination;
  own.ns = said(row[ecs_cluster_name]), own.workload = service;
}

std::optional<FlowRecord> flow_of(const Row& row) {
  FlowRecord flow;
  flow.source.address = packet_address(row, pkt_srcaddr, srcaddr);
  flow.destination.address = packet_address(row, pkt_dstaddr, dstaddr);
  const auto from = port_of(row[srcport]), to = port_of(row[dstport]);
  const auto number = row[protocol].empty() ? std::optional<std::uint8_t>(0) : ip_protocol(row[protocol]);
  if (flow.source.address.empty() || flow.destination.address.empty() || !from || !to || !number) return std::nullopt;
  if (!is_address_or_none(flow.source.address) || !is_address_or_none(flow.destination.address)) return std::nullopt;
  flow.source_port = *from, flow.destination_port = *to, flow.protocol = *number;
  flow.reply = reply_of_tcp_flags(whole_number(row[tcp_flags]).value_or(0));
  flow.denied = row[action] == "REJECT";
  flow.point = row[interface_id];
  flow.time_ns = seconds_as_ns(whole_number(row[start]).value_or(0));
  flow.bytes = whole_number(row[bytes]).value_or(0);
  name_task(row, flow);
  return flow;
}

void read_row(const Row& row, const Frame& frame, const char* at, RecordSink& sink) {
  if (row[log_status] == "NODATA" || row[log_status] == "SKIPDATA") {
    ++sink.store().records;
    if (row[log_status] == "SKIPDATA")
      sink.note(frame, at, Severity::warning, "AWS skipped records here: counts are too low");
    return;
  }
  const auto flow = flow_of(row);
  if (!flow)
    return sink.skip(frame, at, "not a VPC flow log record: an address, port or protocol is none", header_hint);
  observe_flow(*flow, sink);
}

void read_line(std::string_view line, const Frame& frame, const char* at, RecordSink& sink) {
  line = without_prefix_of_cloudwatch(line);
  if (!frame.columns.empty()) {
    const std::string_view layout = frame.columns.front();
    const Row row = table_row<fields>(line, layout[0], layout.substr(1));
    if (row.columns >= layout.size() - 1 && !any_of(row[srcport], {"srcport", "${srcport}"}))
      return read_row(row, frame, at, sink);
    if (layout_of(line)) return;  // the header, or that of a file behind another one
    return sink.skip(frame, at, "a VPC flow log record with fewer fields than the header names");
  }
  if (fits_default(line))
    return read_row(table_row<fields>(line, ' ', default_layout(is_documented(line)).places()), frame, at, sink);
  sink.skip(frame, at, "a VPC flow log record whose order of fields no header tells", header_hint);
}

// `aws logs … --output text` writes all records into one line, with tabs between them.
void read_text(const Frame& frame, RecordSink& sink) {
  const char separator = frame.columns.empty() || frame.columns.front()[0] == ' ' ? '\t' : '\n';
  std::string_view rest = trim(frame.text);
  while (!rest.empty()) {
    const char* at = rest.data();
    const std::string_view line = trim(take_column(rest, separator));
    if (!line.empty()) read_line(line, frame, at, sink);
  }
}

// An event of filter-log-events and get-log-events, or a row of a CloudWatch Logs Insights answer.
std::optional<std::string_view> message_of(simdjson::dom::element root) {
  simdjson::dom::object event;
  if (root.get_object().get(event) == simdjson::SUCCESS) {
    const auto message = field(event, "message");
    return message ? text_of(*message) : std::nullopt;
  }
  simdjson::dom::array row;
  if (root.get_array().get(row) != simdjson::SUCCESS) return std::nullopt;
  for (const simdjson::dom::element cell : row) {
    if (cell.get_object().get(event) != simdjson::SUCCESS) continue;
    const auto name = field(event, "field"), value = field(event, "value");
    if (name && value && text_of(*name) == "@message") return text_of(*value);
  }
  return std::nullopt;
}

void read_event(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  const auto message = message_of(*json.root());
  if (!message) return json.skip("", "no message of a log event", "aws logs filter-log-events --log-group-name GROUP");
  read_line(trim(*message), frame, frame.text.data(), sink);
}

void read(const Frame& frame, RecordSink& sink) {
  const std::size_t begin = frame.text.find_first_not_of(" \t\r\n");
  const bool json = begin != std::string_view::npos && (frame.text[begin] == '{' || frame.text[begin] == '[');
  json ? read_event(frame, sink) : read_text(frame, sink);
}

bool is_json(std::string_view head) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && head[begin] == '{';
}

bool is_event_list(std::string_view head) {
  const bool messages = has_key(head, "message", 3) || has_key(head, "field", 5);
  if (!messages || !(has_key(head, "events", 1) || has_key(head, "results", 1))) return false;
  return head.find("ACCEPT OK") != std::string_view::npos || head.find("REJECT OK") != std::string_view::npos ||
         head.find(" eni-") != std::string_view::npos;
}

// A record in an order of its own: it names an interface and what became of the packets.
bool is_custom(std::string_view line) {
  if (line.find_first_of("\"{}[]=<>") != std::string_view::npos) return false;
  bool resource = false, outcome = false;
  for (const std::string_view column : columns_of(line, ' ')) {
    resource = resource || column.starts_with("eni-") || column.starts_with("vpc-") || column.starts_with("subnet-");
    outcome = outcome || any_of(column, {"ACCEPT", "REJECT", "OK", "NODATA", "SKIPDATA"});
  }
  return resource && outcome;
}

bool recognises(std::string_view head) {
  if (is_json(head)) return is_event_list(head);
  for (const std::string_view line : first_lines(head, 5)) {
    std::string_view rest = line;
    const std::string_view record = without_prefix_of_cloudwatch(trim(take_column(rest, '\t')));
    if (fits_default(record) || is_custom(record) || layout_of(line)) return true;
  }
  return false;
}

Framing framing(std::string_view head) {
  static constexpr std::array<std::string_view, 2> keys = {"events", "results"};
  if (is_json(head)) return {.cut = Framing::Cut::elements, .keys = keys};
  Framing lines{.cut = Framing::Cut::lines, .keys = {}};
  for (const std::string_view line : first_lines(head, 5))
    if (const auto layout = layout_of(line)) {
      lines.columns = layout->as_columns();
      break;
    }
  return lines;
}

}  // namespace

const Reader aws_vpc{.name = "aws-vpc-flow",
                     .summary = "AWS VPC flow logs, versions 2 to 10: text with or without header, CloudWatch's JSON",
                     .unit = "connections",
                     .record =
                         "aws logs filter-log-events --log-group-name GROUP --query 'events[].message' "
                         "--output text > vpc.log",
                     .enough = "A day of every network interface; flows are connections, so add traces for requests.",
                     .recognises = recognises,
                     .framing = framing,
                     .read = read};

}  // namespace nsew
