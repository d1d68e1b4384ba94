// SkyWalking's spans as a table. https://github.com/FudanSELab/DeepTraLog: ids are <segment>.<number>, -1 is no parent
#include <array>

#include "base/text.hpp"
#include "input/conventions.hpp"
#include "input/csv_line.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

struct Component {
  std::string_view part;  // of its name in lower case
  std::string_view store, broker;
};
constexpr Component components[] = {{"mysql", "mysql", ""},           {"mariadb", "mariadb", ""},
                                    {"postgresql", "postgresql", ""}, {"mongo", "mongodb", ""},
                                    {"redis", "redis", ""},           {"jedis", "redis", ""},
                                    {"lettuce", "redis", ""},         {"redisson", "redis", ""},
                                    {"memcache", "memcached", ""},    {"elasticsearch", "elasticsearch", ""},
                                    {"cassandra", "cassandra", ""},   {"h2-jdbc", "h2", ""},
                                    {"oracle", "oracle", ""},         {"rabbitmq", "", "rabbitmq"},
                                    {"kafka", "", "kafka"},           {"rocketmq", "", "rocketmq"},
                                    {"activemq", "", "activemq"},     {"pulsar", "", "pulsar"}};

Component component_of(std::string_view name) {
  const std::string text = lower(name);
  for (const Component& known : components)
    if (text.find(known.part) != std::string::npos) return known;
  return {};
}

SpanKind kind_of(std::string_view type, const Component& component) {
  const bool message = !component.broker.empty();
  if (type == "Entry") return message ? SpanKind::consumer : SpanKind::server;
  if (type == "Exit") return message ? SpanKind::producer : SpanKind::client;
  return type == "Local" ? SpanKind::internal : SpanKind::absent;
}

std::uint64_t nanoseconds(std::string_view milliseconds) {
  const auto number = to_integer(milliseconds);
  return number && *number > 0 && *number < 18'000'000'000'000 ? static_cast<std::uint64_t>(*number) * 1'000'000 : 0;
}

// A broker's host is its name, where it has one.
Peer peer_of(const CsvRecord& line, const Component& component) {
  const std::string_view said = line["peer"];
  const Authority authority = authority_of(said.substr(0, said.find_first_of(",;")));
  const bool named = !component.broker.empty() && authority.host.find_first_not_of("0123456789.:") != std::string::npos;
  return {.service = named ? authority.host : std::string_view{},
          .address = authority.host,
          .port = authority.port,
          .db_system = component.store,
          .messaging_system = component.broker};
}

// {GET}/api/v1/orders, or the name of what was called.
Operation operation_of_name(std::string_view name, std::string& buffer) {
  Operation said;
  const auto end = name.find('}');
  if (name.starts_with('{') && end != std::string_view::npos && name.substr(end + 1).starts_with('/'))
    said.protocol = "http", said.method = name.substr(1, end - 1), name.remove_prefix(end + 1);
  said.route = name.starts_with('/') ? path_template(name, buffer) : name;
  return said;
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local CsvRecord line;
  if (!line.read(frame, sink)) return;
  Span span;
  const std::string_view trace = line["traceid"], parent = line["parentspan"];
  if (trace.empty()) return sink.skip(frame, nullptr, "a span without TraceId", "the rest is read");
  if (line["spanid"].empty()) return sink.skip(frame, nullptr, "a span without SpanId", "the rest is read");
  const Component component = component_of(line["component"]);
  span.trace = trace_id(trace);
  span.id = span_id(line["spanid"]);
  if (parent != "-1" && !parent.ends_with(".-1")) span.parent = span_id(parent);
  span.kind = kind_of(line["spantype"], component);
  span.error = lower(line["iserror"]) == "true" || line["iserror"] == "1";
  span.start_ns = nanoseconds(line["starttime"]);
  const std::uint64_t end = nanoseconds(line["endtime"]);
  if (span.start_ns != 0 && end > span.start_ns) span.duration_ns = end - span.start_ns;
  span.resource = sink.resource({.service = line["service"]});
  std::string buffer;
  span.operation = sink.operation(operation_of_name(line["url"], buffer));
  const bool calls = span.kind != SpanKind::server && span.kind != SpanKind::internal;
  span.peer = sink.peer(calls ? peer_of(line, component) : Peer{});
  sink.span(span);
}

bool recognises(std::string_view head) {
  return has_columns(csv_columns(head), {"spantype", "service", "spanid", "traceid", "parentspan"});
}

Framing framing(std::string_view head) {
  return {.cut = Framing::Cut::lines, .keys = {}, .columns = csv_columns(head)};
}

}  // namespace

const Reader skywalking_csv{.name = "skywalking-csv",
                            .summary = "tables of SkyWalking spans, as the DeepTraLog data set has them",
                            .unit = "requests",
                            .record =
                                "git clone https://github.com/FudanSELab/DeepTraLog && "
                                "unzip -d deeptralog DeepTraLog/TraceLogData/F01.zip",
                            .recognises = recognises,
                            .framing = framing,
                            .read = read};

}  // namespace nsew
