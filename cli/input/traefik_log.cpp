// The access log of Traefik, in its common log format and as JSON, versions 1 to 3.
// https://doc.traefik.io/traefik/observability/access-logs/
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/ids.hpp"
#include "input/ingress_log.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

// "shop-frontend-8080@kubernetes" -> "shop-frontend-8080"; what Traefik serves itself ends in "@internal".
std::string_view without_provider(std::string_view name) { return name.substr(0, name.find('@')); }

std::optional<IngressLine> line_of(std::string_view text) {
  LogWords words(text);
  IngressLine line;
  const auto client = words.word(), dash = words.word(), user = words.word();
  const auto time = words.bracketed();
  const auto asked = words.quoted();
  const auto status = words.word(), bytes = words.word();
  const auto referrer = words.quoted(), agent = words.quoted();
  const auto number = words.word();
  const auto router = words.quoted(), url = words.quoted();
  const auto took = words.word();
  if (!client || !dash || !user || !time || !asked || !status || !bytes || !referrer || !agent || !number || !router ||
      !url || !took || !took->ends_with("ms"))
    return std::nullopt;
  const Request request = request_of(*asked);
  const Authority backend = authority_of(present(*url));
  line.time_ns = log_time_ns(*time);
  line.method = request.method, line.path = request.path;
  line.status = *status, line.agent = present(*agent);
  line.bytes = static_cast<std::uint64_t>(std::max(0LL, to_integer(*bytes).value_or(0)));
  line.duration_ns =
      static_cast<std::uint64_t>(std::max(0LL, to_integer(took->substr(0, took->size() - 2)).value_or(0)) * 1'000'000);
  line.address = backend.host, line.port = backend.port;
  line.route = without_provider(present(*router));
  line.answered = backend.host.empty();
  return line;
}

// -- JSON -------------------------------------------------------------------------------------------------------------

std::string_view text(simdjson::dom::object object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto value = field(object, key))
      if (const auto said = text_of(*value); said && !said->empty() && *said != "-") return *said;
  return {};
}

void read_json(const Frame& frame, const LinePrefix& prefix, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  const std::string_view json = prefix.rest;
  if (parser.parse(json.data(), json.size(), true).get_object().get(object) != simdjson::SUCCESS)
    return sink.skip(frame, json.data(), "not readable as an access log line", "each line is one JSON object");
  if (text(object, {"RequestMethod", "RequestPath", "RouterName", "FrontendName"}).empty()) {
    if (!text(object, {"level"}).empty())
      return sink.note(frame, json.data(), Severity::info, "a line of Traefik's own log, not of its access log");
    return sink.skip(frame, json.data(), "a line that names no request", "expected RequestMethod and RequestPath");
  }
  IngressLine line;
  const std::string status = std::to_string(count_at(object, "DownstreamStatus"));
  const std::string_view service = text(object, {"ServiceName", "BackendName"});
  const Authority backend = authority_of(text(object, {"ServiceAddr", "BackendAddr", "ServiceURL", "BackendURL"}));
  line.pod = prefix.pod;
  line.status = status;
  line.host = text(object, {"RequestHost", "RequestAddr"});
  line.method = text(object, {"RequestMethod"}), line.path = text(object, {"RequestPath"});
  line.agent = text(object, {"request_User-Agent"});
  line.time_ns = log_time_ns(text(object, {"StartUTC", "time", "StartLocal"}));
  line.duration_ns = count_at(object, "Duration");
  line.bytes = count_at(object, "DownstreamContentSize") + count_at(object, "RequestContentSize");
  line.upstream = without_provider(service);
  line.route = without_provider(text(object, {"RouterName", "FrontendName"}));
  line.address = backend.host, line.port = backend.port;
  line.answered = (service.empty() && backend.host.empty()) || service.ends_with("@internal");
  observe_ingress(line, sink);
}

bool is_json_line(std::string_view line) {
  return line.starts_with('{') &&
         (has_key(line, "RequestMethod", 1) || has_key(line, "RequestPath", 1) || has_key(line, "RouterName", 1)) &&
         (has_key(line, "DownstreamStatus", 1) || has_key(line, "OriginStatus", 1));
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view whole = trim(frame.text);
  if (whole.empty()) return;
  const LinePrefix prefix = without_prefix(whole);
  if (prefix.rest.starts_with('{')) return read_json(frame, prefix, sink);
  if (auto line = line_of(prefix.rest)) {
    line->pod = prefix.pod;
    return observe_ingress(*line, sink);
  }
  const std::string_view rest = prefix.rest;  // time="…" level=info msg="…", or 2024-… INF …
  if (rest.starts_with("time=\"") || rest.find(" INF ") < 40 || rest.find(" WRN ") < 40 || rest.find(" ERR ") < 40 ||
      rest.starts_with("INF ") || rest.starts_with("WRN ") || rest.starts_with("ERR "))
    return sink.note(frame, whole.data(), Severity::info, "a line of Traefik's own log, not of its access log");
  sink.skip(frame, whole.data(), "not an access log line", "expected Traefik's common log format, or JSON");
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 200; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = without_prefix(trim(head.substr(0, end))).rest;
    if (is_json_line(line) || line_of(line)) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

Framing framing(std::string_view) { return {Framing::Cut::lines, {}}; }

}  // namespace

const Reader traefik_log{
    .name = "traefik-log",
    .summary = "access log of Traefik, common log format or JSON (no east-west calls)",
    .unit = "requests",
    .record = "kubectl -n traefik logs deploy/traefik --prefix > traefik.log  # --accesslog=true",
    .enough = "A day of every replica; it never shows what services ask of each other, so add traces or a mesh's log.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
