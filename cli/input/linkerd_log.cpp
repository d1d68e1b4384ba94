// The access log of Linkerd's proxies (annotation config.linkerd.io/access-log: apache | json): requests that came to
// the proxy's own pod. https://linkerd.io/2/features/access-logging/
#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/ids.hpp"
#include "input/ingress_log.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

constexpr std::uint8_t tcp = 6;

struct ProxyLine {
  std::string_view pod, client, client_id, method, uri, host, version, status, agent;
  std::uint64_t time_ns = 0, duration_ns = 0, bytes = 0;
};

// "traffic.booksapp.serviceaccount.identity.linkerd.cluster.local": a service account stands for its workload, unless
// it is the namespace's default one.
Party caller_of(const ProxyLine& line) {
  Party party;
  party.address = authority_of(line.client).host;
  const std::size_t dot = line.client_id.find('.');
  const std::size_t end = line.client_id.find(".serviceaccount.");
  if (dot == std::string_view::npos || end == std::string_view::npos || dot >= end) return party;
  party.identity = line.client_id.substr(0, end);
  const std::string_view account = line.client_id.substr(0, dot);
  if (account == "default") return party;
  party.ns = line.client_id.substr(dot + 1, end - dot - 1);
  party.workload = account;
  return party;
}

// Whoever was asked is the proxy's own pod, under the name that its callers use.
Party callee_of(const ProxyLine& line) {
  Party party;
  const std::string_view host =
      authority_of(line.uri.find("://") == std::string_view::npos ? line.host : line.uri).host;
  party.pod = line.pod;
  const std::size_t dot = host.find('.');
  const std::size_t second = dot == std::string_view::npos ? dot : host.find('.', dot + 1);
  const bool address = host.find_first_not_of("0123456789.:abcdefABCDEF") == std::string_view::npos &&
                       host.find_first_of(".:") != std::string_view::npos;
  if (address) return party;
  const bool of_cluster = second == std::string_view::npos || host.substr(second).starts_with(".svc");
  party.service = of_cluster || line.pod.empty() ? host : std::string_view{};
  if (!of_cluster || dot == std::string_view::npos) return party;
  party.service = host.substr(0, dot);
  party.ns = host.substr(dot + 1, second == std::string_view::npos ? second : second - dot - 1);
  return party;
}

void observe(const ProxyLine& line, RecordSink& sink) {
  thread_local std::string path;
  Operation operation;
  const Authority asked = authority_of(line.uri.find("://") == std::string_view::npos ? line.host : line.uri);
  operation.protocol = line.agent.starts_with("grpc") ? "grpc" : "http";
  operation.host = asked.host;
  operation.method = line.method;
  operation.route = path_template(path_of(line.uri), path);
  operation.agent = agent_family(line.agent);
  Observation o;
  o.recorder = Recorder::server_side;
  o.reply = Reply::no;
  o.mesh = !line.client_id.empty();
  o.error = line.status.size() == 3 && line.status.front() == '5';
  o.protocol = tcp;
  o.source_port = authority_of(line.client).port, o.destination_port = asked.port;
  o.source = sink.party(caller_of(line)), o.destination = sink.party(callee_of(line));
  o.operation = sink.operation(operation);
  o.time_ns = line.time_ns, o.duration_ns = line.duration_ns, o.bytes = line.bytes;
  sink.observation(o);
}

// IP:port CLIENT_ID USER [time] "GET http://webapp:7000/ HTTP/2.0" 200
std::optional<ProxyLine> line_of(std::string_view text) {
  LogWords words(text);
  ProxyLine line;
  const auto client = words.word(), id = words.word(), user = words.word();
  const auto time = words.bracketed();
  const auto asked = words.quoted();
  const auto status = words.word();
  if (!client || !id || !user || !time || !asked || !status || timestamp_ns(*time) == 0 || !to_integer(*status) ||
      !trim(words.rest()).empty())
    return std::nullopt;
  const Request request = request_of(*asked);
  line.client = *client, line.client_id = present(*id);
  line.time_ns = timestamp_ns(*time);
  line.method = request.method, line.uri = request.path, line.status = *status;
  return request.method.empty() ? std::nullopt : std::optional(line);
}

std::string_view text(simdjson::dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? present(text_of(*value).value_or("")) : std::string_view{};
}

void read_json(const Frame& frame, const LinePrefix& prefix, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  const std::string_view json = prefix.rest;
  if (parser.parse(json.data(), json.size(), true).get_object().get(object) != simdjson::SUCCESS)
    return sink.skip(frame, json.data(), "not readable as an access log line", "each line is one JSON object");
  ProxyLine line;
  line.pod = prefix.pod;
  line.client = text(object, "client.addr"), line.client_id = text(object, "client.id");
  line.method = text(object, "method"), line.uri = text(object, "uri"), line.host = text(object, "host");
  line.agent = text(object, "user_agent");
  if (line.client.empty() || line.uri.empty())
    return sink.skip(frame, json.data(), "a request without client.addr or uri", "the rest is read");
  const std::string status = std::to_string(count_at(object, "status"));
  line.status = status;
  line.time_ns = timestamp_ns(text(object, "timestamp"));
  line.duration_ns = count_at(object, "total_ns");
  line.bytes = count_at(object, "request_bytes") + count_at(object, "response_bytes");
  observe(line, sink);
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view whole = trim(frame.text);
  if (whole.empty()) return;
  const LinePrefix prefix = without_prefix(whole);
  if (prefix.rest.starts_with('{')) return read_json(frame, prefix, sink);
  if (auto line = line_of(prefix.rest)) {
    line->pod = prefix.pod;
    return observe(*line, sink);
  }
  if (prefix.rest.starts_with('[') && prefix.rest.find("linkerd") != std::string_view::npos)  // [ 0.001s] INFO …
    return sink.note(frame, whole.data(), Severity::info, "a line of the proxy's own log, not of its access log");
  sink.skip(frame, whole.data(), "not an access log line", "expected Linkerd's apache or json format");
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 200; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = without_prefix(trim(head.substr(0, end))).rest;
    if (line.starts_with('{') && has_key(line, "client.addr", 1) && has_key(line, "uri", 1)) return true;
    if (line_of(line)) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

Framing framing(std::string_view) { return {Framing::Cut::lines, {}}; }

}  // namespace

const Reader linkerd_log{.name = "linkerd-access-log",
                         .summary = "access log of Linkerd's proxies, apache or json",
                         .unit = "requests",
                         .record =
                             "kubectl logs -n NS -l linkerd.io/control-plane-ns=linkerd -c linkerd-proxy --prefix"
                             " --tail=-1 > linkerd.log",
                         .enough = "An hour of the busiest time, of every pod: each writes only what it is asked.",
                         .recognises = recognises,
                         .framing = framing,
                         .read = read};

}  // namespace nsew
