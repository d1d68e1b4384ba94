// The access log of ztunnel (Istio ambient): a line for each connection and end, as text (tab separated head, then
// logfmt) or JSON. https://github.com/istio/ztunnel, src/proxy/metrics.rs: ConnectionResult.
//
// Tunnels are shared, so that the two lines of one connection have no port in common: they become ready-made edges of
// one call each, of which the client's side speaks.
#include <simdjson.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/ids.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

constexpr std::string_view complete = "connection complete";

struct Fields {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  std::string_view operator[](std::string_view key) const {
    for (const auto& [name, value] : pairs)
      if (name == key) return value;
    return {};
  }
};

// key=value key="a value": values were bare in older builds.
Fields logfmt(std::string_view text) {
  Fields fields;
  while (!(text = trim(text)).empty()) {
    const std::size_t equals = text.find_first_of("= \t");
    if (equals == std::string_view::npos || text[equals] != '=') {
      text.remove_prefix(std::min(equals, text.size()));
      if (equals == std::string_view::npos) break;
      continue;
    }
    const std::string_view key = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    std::size_t end = 0;
    while (end < text.size() && (quoted ? text[end] != '"' : text[end] != ' ' && text[end] != '\t'))
      end += quoted && text[end] == '\\' ? 2 : 1;
    end = std::min(end, text.size());
    fields.pairs.emplace_back(key, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

struct Service {
  std::string_view name, ns;
};
Service service_of(std::string_view host) {
  const std::size_t dot = host.find('.'), svc = host.find(".svc");
  if (svc == std::string_view::npos || dot >= svc) return {};
  return {host.substr(0, dot), host.substr(dot + 1, svc - dot - 1)};
}

std::string_view address_in(std::string_view endpoint) {
  const std::string_view host = authority_of(endpoint).host;
  return host.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos ? host : std::string_view{};
}

Party source_of(const Fields& f) {
  Party party;
  party.address = address_in(f["src.addr"]);
  party.ns = f["src.namespace"], party.pod = f["src.workload"], party.identity = f["src.identity"];
  return party;
}

// A waypoint stands for the service that was asked; its own call of it is a line of its own.
Party destination_of(const Fields& f) {
  Party party;
  const Service service = service_of(f["dst.service"]);
  const bool waypoint = f["dst.workload"].find("waypoint") != std::string_view::npos;
  party.address = address_in(f["dst.hbone_addr"].empty() ? f["dst.addr"] : f["dst.hbone_addr"]);
  party.host = f["dst.service"];
  party.service = service.name;
  party.ns = service.ns.empty() ? f["dst.namespace"] : service.ns;
  if (!waypoint || service.name.empty()) party.pod = f["dst.workload"];
  if (party.service.empty()) party.identity = f["dst.identity"];
  return party;
}

std::uint64_t count_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::max(0LL, to_integer(text).value_or(0)));
}

void add_connection(const Fields& f, std::string_view time, RecordSink& sink) {
  EdgeCount edge;
  edge.unit = Unit::connections;
  edge.calls = 1;
  if (f["direction"] == "outbound") edge.recorder = Recorder::client_side;
  if (f["direction"] == "inbound") edge.recorder = Recorder::server_side;
  edge.source = sink.party(source_of(f)), edge.destination = sink.party(destination_of(f));
  edge.destination_port = authority_of(f["dst.hbone_addr"].empty() ? f["dst.addr"] : f["dst.hbone_addr"]).port;
  edge.mesh = !f["src.identity"].empty();
  const std::string_view error = f["error"];
  edge.denied = error.find("polic") != std::string_view::npos;
  edge.errors = error.empty() ? 0 : 1;
  edge.bytes = count_in(f["bytes_sent"]) + count_in(f["bytes_recv"]);
  edge.from_ns = edge.to_ns = timestamp_ns(time);
  sink.edge(edge);
}

void read_json(const Frame& frame, std::string_view text, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size(), true).get_object().get(object) != simdjson::SUCCESS)
    return sink.skip(frame, text.data(), "not readable as a line of ztunnel's log", "each line is one JSON object");
  Fields fields;
  std::vector<std::string> numbers;
  numbers.reserve(8);
  for (const auto& [key, value] : object) {
    if (const auto said = text_of(value))
      fields.pairs.emplace_back(key, *said);
    else if (const auto count = count_of(value); count && numbers.size() < numbers.capacity())
      fields.pairs.emplace_back(key, numbers.emplace_back(std::to_string(*count)));
  }
  if (fields["message"] != complete) {
    ++sink.store().records;  // of ztunnel's own log
    return;
  }
  if (fields["src.addr"].empty() || fields["dst.addr"].empty())
    return sink.skip(frame, text.data(), "a connection without src.addr or dst.addr", "the rest is read");
  add_connection(fields, fields["time"], sink);
}

// The time stands in front of the level, and behind what kubectl and container runtimes add.
std::string_view time_before(std::string_view head) {
  std::string_view time;
  for (const std::string_view part : split(head, '\t'))
    for (const std::string_view word : split(part, ' '))
      if (timestamp_ns(word) != 0) time = word;
  return time;
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view text = trim(frame.text);
  if (text.empty()) return;
  if (const LinePrefix prefix = without_prefix(text); prefix.rest.starts_with('{'))
    return read_json(frame, prefix.rest, sink);
  const std::size_t at = text.find(complete);
  if (at == std::string_view::npos) {
    if (text.find('\t') == std::string_view::npos && !is_proxy_chatter(text))
      return sink.skip(frame, text.data(), "not a line of ztunnel's log",
                       "expected \"connection complete\" and fields");
    ++sink.store().records;  // of ztunnel's own log
    return;
  }
  const Fields fields = logfmt(text.substr(at + complete.size()));
  if (fields["src.addr"].empty() || fields["dst.addr"].empty())
    return sink.skip(frame, text.data(), "a connection without src.addr or dst.addr", "the rest is read");
  add_connection(fields, time_before(text.substr(0, at)), sink);
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 500; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    if (line.find(complete) != std::string_view::npos && line.find("src.addr") != std::string_view::npos &&
        line.find("dst.addr") != std::string_view::npos)
      return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

Framing framing(std::string_view) { return {Framing::Cut::lines, {}}; }

}  // namespace

const Reader ztunnel_log{
    .name = "ztunnel-log",
    .summary = "access log of ztunnel (Istio ambient), text or JSON",
    .unit = "connections",
    .record =
        "kubectl -n istio-system logs -l app=ztunnel --tail=-1 | grep 'connection complete'"
        " > ztunnel.log",
    .enough = "An hour of the busiest time, of every node: one that is left out hides its pods' calls.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
