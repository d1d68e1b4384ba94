// The access log of ingress-nginx: its default format, older ones that differ in front of the time, and JSON under the
// names that users give its variables.
// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/ids.hpp"
#include "input/ingress_log.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

// A request that was tried again has a list in each of its upstream's fields: "10.1.1.1:80, 10.1.1.2:80"; one that was
// redirected inside has " : " between them.
std::vector<std::string_view> lists_in(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!(text = trim(text)).empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    while (end < text.size() && (text[end - 1] == ',' || text.substr(end).starts_with(" : ")))
      end = std::min(text.find(' ', end + (text[end - 1] == ',' ? 1 : 3)), text.size());
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return fields;
}

std::string_view last_of(std::string_view list) {
  const std::size_t blank = list.rfind(' ');
  return present(blank == std::string_view::npos ? list : list.substr(blank + 1));
}

std::uint64_t nanoseconds(std::string_view seconds) {
  const double value = to_number(seconds).value_or(0);
  return value > 0 && value < 1e6 ? static_cast<std::uint64_t>(value * 1e9) : 0;
}

void set_upstream(IngressLine& line, std::string_view addresses) {
  const Authority tried = authority_of(last_of(addresses));
  line.address = tried.host, line.port = tried.port;
  // The default backend is the controller's own, unless another one is set up.
  line.answered = tried.host.empty() || line.upstream == "upstream-default-backend";
}

// In front of the time: "ADDRESS - USER ", or "ADDRESS - [ADDRESS] - USER " before 0.22.
std::optional<std::string_view> take_time(LogWords& words) {
  for (int i = 0; i < 8; ++i) {
    if (const auto bracketed = words.bracketed()) {
      if (log_time_ns(*bracketed) != 0) return bracketed;
    } else if (!words.word()) {
      break;
    }
  }
  return std::nullopt;
}

std::optional<IngressLine> line_of(std::string_view text) {
  LogWords words(text);
  IngressLine line;
  const auto time = take_time(words);
  const auto asked = time ? words.quoted() : std::nullopt;
  const auto status = asked ? words.word() : std::nullopt, bytes = words.word();
  const auto referrer = words.quoted(), agent = words.quoted();
  const auto length = words.word(), seconds = words.word();
  const auto upstream = words.bracketed();
  if (!status || !bytes || !referrer || !agent || !length || !seconds || !upstream) return std::nullopt;
  static_cast<void>(words.bracketed());  // the alternative upstream's name
  const auto lists = lists_in(words.rest());
  if (lists.size() < 4 || !to_integer(*status)) return std::nullopt;
  const Request request = request_of(*asked);
  line.time_ns = log_time_ns(*time);
  line.method = request.method, line.path = request.path;
  line.status = *status, line.agent = present(*agent);
  line.duration_ns = nanoseconds(*seconds);
  line.bytes =
      static_cast<std::uint64_t>(std::max(0LL, to_integer(*bytes).value_or(0) + to_integer(*length).value_or(0)));
  line.upstream = *upstream;
  set_upstream(line, lists[0]);
  return line;
}

// -- JSON -------------------------------------------------------------------------------------------------------------

struct Names {
  std::array<std::string_view, 5> keys;
};
constexpr Names upstream_names{
    {"proxy_upstream_name", "upstream_name", "proxyUpstreamName", "proxy_upstream", "upstream"}};
constexpr Names address_names{{"upstream_addr", "upstreamAddr", "upstream_address", "upstream_host", ""}};
constexpr Names status_names{{"status", "response_code", "http_status_code", "status_code", "http_status"}};
constexpr Names host_names{{"vhost", "host", "http_host", "server_name", "domain"}};
constexpr Names path_names{{"path", "uri", "request_uri", "url", "request_path"}};
constexpr Names method_names{{"method", "request_method", "http_method", "verb", ""}};
constexpr Names agent_names{{"http_user_agent", "user_agent", "agent", "userAgent", "http_agent"}};
constexpr Names time_names{{"time", "time_iso8601", "timestamp", "@timestamp", "time_local"}};
constexpr Names seconds_names{{"request_time", "duration", "requestTime", "response_time", ""}};
constexpr Names service_names{{"service_name", "service", "k8s_service", "kubernetes_service", "serviceName"}};
constexpr Names namespace_names{{"namespace", "k8s_namespace", "kubernetes_namespace", "ns", "ingress_namespace"}};

std::string_view said(const simdjson::dom::object& object, const Names& names) {
  for (const std::string_view key : names.keys) {
    const auto value = key.empty() ? std::nullopt : field(object, key);
    const auto text = value ? text_of(*value) : std::nullopt;
    if (text && !text->empty() && *text != "-") return *text;
  }
  return {};
}

std::string number_said(const simdjson::dom::object& object, const Names& names) {
  for (const std::string_view key : names.keys) {
    const auto value = key.empty() ? std::nullopt : field(object, key);
    if (const auto number = value ? number_of(*value) : std::nullopt) return fmt::format("{}", *number);
  }
  return {};
}

void read_json(const Frame& frame, const LinePrefix& prefix, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  const std::string_view text = prefix.rest;
  if (parser.parse(text.data(), text.size(), true).get_object().get(object) != simdjson::SUCCESS)
    return sink.skip(frame, text.data(), "not readable as an access log line", "each line is one JSON object");
  IngressLine line;
  const std::string status = number_said(object, status_names), seconds = number_said(object, seconds_names);
  if (status.empty()) return sink.skip(frame, text.data(), "a request without status", "the rest is read");
  line.pod = prefix.pod;
  line.status = status;
  line.host = said(object, host_names), line.path = said(object, path_names);
  line.method = said(object, method_names), line.agent = said(object, agent_names);
  line.time_ns = log_time_ns(said(object, time_names));
  line.duration_ns = nanoseconds(seconds);
  line.upstream = said(object, upstream_names);
  line.service = said(object, service_names);
  if (!line.service.empty()) line.ns = said(object, namespace_names);
  const bool says_address = std::ranges::any_of(address_names.keys, [&](std::string_view key) {
    return !key.empty() && object.at_key(key).error() == simdjson::SUCCESS;
  });
  if (says_address) set_upstream(line, said(object, address_names));
  observe_ingress(line, sink);
}

bool is_json_line(std::string_view text) {
  if (!text.starts_with('{') || has_key(text, "response_flags", 1) || has_key(text, "RouterName", 1)) return false;
  const auto has = [&](std::string_view key) { return has_key(text, key, 1); };
  const auto has_one = [&](const Names& names) {
    return std::ranges::any_of(names.keys, [&](std::string_view key) { return !key.empty() && has(key); });
  };
  const bool backend = has("proxy_upstream_name") || has("upstream_addr") || has("ingress_name") ||
                       has("proxyUpstreamName") || has("upstreamAddr");
  const bool documented = has("request_proto") && has("vhost") && has("request_query");
  return (backend && has_one(status_names)) || documented;
}

// -------------------------------------------------------------------------------------------------------------------

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view text = trim(frame.text);
  if (text.empty()) return;
  const LinePrefix prefix = without_prefix(text);
  if (prefix.rest.starts_with('{')) return read_json(frame, prefix, sink);
  auto line = line_of(prefix.rest);
  if (line) {
    line->pod = prefix.pod;
    return observe_ingress(*line, sink);
  }
  // I0207 11:48:51.000000 7 controller.go:…] and 2020/02/07 11:48:51 [warn] …
  const bool own_log = prefix.rest.find("] ") != std::string_view::npos && prefix.rest.find('"') != 0 &&
                       (prefix.rest.substr(0, 1).find_first_of("IWEF") == 0 || prefix.rest.substr(4, 1) == "/");
  if (own_log)
    return sink.note(frame, text.data(), Severity::info, "a line of the controller's own log, not of its access log");
  sink.skip(frame, text.data(), "not an access log line", "expected ingress-nginx's default format, or JSON");
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 200; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view text = without_prefix(trim(head.substr(0, end))).rest;
    if (text.starts_with('{')) return is_json_line(text);
    if (line_of(text)) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

Framing framing(std::string_view) { return {Framing::Cut::lines, {}}; }

}  // namespace

const Reader nginx_log{
    .name = "ingress-nginx-log",
    .summary = "access log of ingress-nginx, text or JSON (no east-west calls)",
    .unit = "requests",
    .record = "kubectl -n ingress-nginx logs deploy/ingress-nginx-controller --prefix > nginx.log",
    .enough = "A day of every replica; it never shows what services ask of each other, so add traces or a mesh's log.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
