// Zeek's conn.log, as tab-separated columns with or without their header, or as JSON lines. Fields:
// https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html#type-Conn::Info
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_json.hpp"
#include "input/flow_table.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

enum Field : std::uint8_t {
  ts,
  uid,
  orig_h,
  orig_p,
  resp_h,
  resp_p,
  proto,
  service,
  duration,
  orig_bytes,
  resp_bytes,
  conn_state,
  system_name,
  fields
};
// In the order of the columns of a log without header, as far as it is read.
constexpr std::array<std::string_view, fields> names = {
    "ts",      "uid",      "id.orig_h",  "id.orig_p",  "id.resp_h",  "id.resp_p",   "proto",
    "service", "duration", "orig_bytes", "resp_bytes", "conn_state", "_system_name"};
constexpr std::size_t default_columns = 12;
using Row = TableRow<fields>;

std::string_view said(std::string_view field) {
  return field == "-" || field == "(empty)" ? std::string_view{} : field;
}

// Seconds with decimals, or a time of day as JSON may have it.
std::uint64_t nanoseconds_of(std::string_view text) {
  if (text.find('T') != std::string_view::npos) return timestamp_ns(text);
  const auto seconds = to_number(text);
  if (!seconds || *seconds <= 0 || *seconds > 1.8e10) return 0;
  return static_cast<std::uint64_t>(*seconds * 1e6) * 1000;
}

// Attempts that were refused, or that nobody answered.
bool failed(std::string_view state) {
  constexpr std::array<std::string_view, 5> states = {"REJ", "S0", "RSTOS0", "RSTRH", "SH"};
  return std::ranges::find(states, state) != states.end();
}

std::optional<FlowRecord> flow_of(const Row& row) {
  FlowRecord flow;
  flow.source.address = said(row[orig_h]), flow.destination.address = said(row[resp_h]);
  const auto from = port_of(row[orig_p]), to = port_of(row[resp_p]);
  const auto protocol = row[proto] == "unknown_transport" ? std::optional<std::uint8_t>(0) : ip_protocol(row[proto]);
  if (flow.source.address.empty() || flow.destination.address.empty() || !from || !to || !protocol) return std::nullopt;
  flow.source_port = *from, flow.destination_port = *to, flow.protocol = *protocol;
  flow.reply = row[conn_state] == "OTH" ? Reply::unknown : Reply::no;  // OTH: its beginning was not seen
  flow.error = failed(row[conn_state]);
  flow.dns = row[service] == "dns";
  flow.opened = 1;  // each line is a connection of its own, even where ports repeat
  flow.point = said(row[system_name]);
  flow.time_ns = nanoseconds_of(row[ts]);
  flow.duration_ns = nanoseconds_of(said(row[duration]));
  flow.bytes = whole_number(row[orig_bytes]).value_or(0) + whole_number(row[resp_bytes]).value_or(0);
  return flow;
}

void read_row(const Row& row, const Frame& frame, RecordSink& sink) {
  const auto flow = flow_of(row);
  if (!flow) return sink.skip(frame, frame.text.data(), "not a connection of Zeek's conn.log");
  observe_flow(*flow, sink);
}

bool is_number(std::string_view text) { return to_number(text).has_value(); }

bool fits_default(std::string_view line) {
  const auto columns = columns_of(line, '\t');
  return columns.size() >= default_columns && is_number(columns[ts]) && columns[uid].starts_with('C') &&
         port_of(columns[orig_p]) && port_of(columns[resp_p]) && ip_protocol(columns[proto]);
}

constexpr std::string_view fields_line = "#fields\t";

const TableLayout& default_layout() {
  static const TableLayout layout = TableLayout::of('\t', std::span(names).first(default_columns), names);
  return layout;
}

TableLayout layout_of(std::string_view header) {
  return TableLayout::of('\t', columns_of(header.substr(fields_line.size()), '\t'), names);
}

void read_text(const Frame& frame, RecordSink& sink) {
  const std::string own = frame.columns.empty() ? "\t" + std::string(default_layout().places()) : std::string();
  const std::string_view layout = frame.columns.empty() ? std::string_view(own) : frame.columns.front();
  if (frame.text.starts_with(fields_line) && layout_of(frame.text).places() != layout.substr(1))
    return sink.note(frame, frame.text.data(), Severity::warning, "columns in another order from here on",
                     "give logs of different Zeek configurations as files of their own");
  if (frame.text.starts_with('#')) return;
  read_row(table_row<fields>(frame.text, '\t', layout.substr(1)), frame, sink);
}

// A JSON line has the same names; numbers are numbers.
class JsonRow {
 public:
  explicit JsonRow(simdjson::dom::object line) {
    for (std::size_t place = 0; place < fields; ++place)
      if (const auto value = field(line, names[place])) row_.fields[place] = text_of_any(*value, place);
  }
  const Row& row() const { return row_; }

 private:
  std::string_view text_of_any(simdjson::dom::element value, std::size_t place) {
    if (const auto text = text_of(value)) return *text;
    const auto number = number_of(value);
    return number ? (texts_[place] = nsew::number(*number)) : std::string_view{};
  }
  Row row_;
  std::array<std::string, fields> texts_;
};

void read_json(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (!json.root()) return;
  simdjson::dom::object line;
  if (json.root()->get_object().get(line) != simdjson::SUCCESS) return json.skip("", "a line that is no object");
  const std::string_view path = text_at(line, "_path");
  if (!path.empty() && path != "conn") {  // one file for all of Zeek's logs
    ++sink.store().records;
    return;
  }
  read_row(JsonRow(line).row(), frame, sink);
}

void read(const Frame& frame, RecordSink& sink) {
  trim(frame.text).starts_with('{') ? read_json(frame, sink) : read_text(frame, sink);
}

bool is_json_line(std::string_view line) {
  return line.starts_with('{') && has_key(line, "id.orig_h", 1) && has_key(line, "id.resp_h", 1) &&
         (has_key(line, "conn_state", 1) || line.find("\"conn\"") != std::string_view::npos);
}

bool recognises(std::string_view head) {
  for (const std::string_view line : first_lines(head, 20)) {
    if (is_json_line(line)) return true;
    if (line.starts_with(fields_line)) {
      const TableLayout layout = layout_of(line);
      return layout.names(orig_h) && layout.names(resp_h) && layout.names(conn_state);
    }
    if (!line.starts_with('#') && !line.starts_with('{')) return fits_default(line);
  }
  return false;
}

Framing framing(std::string_view head) {
  Framing lines{.cut = Framing::Cut::lines, .keys = {}};
  for (const std::string_view line : first_lines(head, 20))
    if (line.starts_with(fields_line)) {
      lines.columns = layout_of(line).as_columns();
      break;
    }
  return lines;
}

}  // namespace

const Reader zeek_conn{.name = "zeek-conn",
                       .summary = "Zeek's conn.log, tab-separated or JSON",
                       .unit = "connections",
                       .record = "zeek -i INTERFACE LogAscii::use_json=T; its conn.log, of every node",
                       .enough = "A day of every sensor; flows are connections, so add traces for requests.",
                       .recognises = recognises,
                       .framing = framing,
                       .read = read};

}  // namespace nsew
