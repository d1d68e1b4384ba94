#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/json_values.hpp"

namespace nsew {
namespace {

using simdjson::ondemand::json_type;

struct Key {
  std::string_view name;
  std::string_view AccessLine::*field;
};
// Istio's names, then Envoy Gateway's where they differ.
constexpr std::array<Key, 30> keys = {{
    {"start_time", &AccessLine::time},
    {"method", &AccessLine::method},
    {"path", &AccessLine::path},
    {"protocol", &AccessLine::protocol},
    {"response_code", &AccessLine::code},
    {"response_flags", &AccessLine::flags},
    {"response_code_details", &AccessLine::details},
    {"bytes_received", &AccessLine::bytes_received},
    {"bytes_sent", &AccessLine::bytes_sent},
    {"duration", &AccessLine::duration},
    {"x_forwarded_for", &AccessLine::forwarded_for},
    {"user_agent", &AccessLine::agent},
    {"request_id", &AccessLine::request_id},
    {"authority", &AccessLine::authority},
    {"upstream_host", &AccessLine::upstream_host},
    {"upstream_cluster", &AccessLine::upstream_cluster},
    {"upstream_local_address", &AccessLine::upstream_local},
    {"downstream_local_address", &AccessLine::downstream_local},
    {"downstream_remote_address", &AccessLine::downstream_remote},
    {"requested_server_name", &AccessLine::server_name},
    {"x-envoy-origin-path", &AccessLine::path},
    {"x-forwarded-for", &AccessLine::forwarded_for},
    {"user-agent", &AccessLine::agent},
    {"x-request-id", &AccessLine::request_id},
    {":authority", &AccessLine::authority},
    {":method", &AccessLine::method},
    {":path", &AccessLine::path},
    {"x-envoy-original-path", &AccessLine::path},
    {"upstream_remote_address", &AccessLine::upstream_host},
    {"upstream_cluster_raw", &AccessLine::upstream_cluster},
}};

std::string_view text_or_number(simdjson::ondemand::value value) {
  switch (value.type()) {
    case json_type::string: {
      const std::string_view text = value.get_string();
      return text == "-" ? std::string_view{} : text;
    }
    case json_type::number:
      return trim(value.raw_json_token());
    case json_type::null:
      value.is_null();
      return {};
    default:
      throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  }
}

AccessLine line_of(simdjson::ondemand::object fields) {
  AccessLine line;
  line.says_upstream_local = false;
  for (auto field : fields) {
    const std::string_view name = field.unescaped_key();
    const auto* key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) continue;
    const std::string_view text = text_or_number(field.value());
    line.says_upstream_local = line.says_upstream_local || key->field == &AccessLine::upstream_local;
    if (!text.empty()) line.*key->field = text;
  }
  return line;
}

void read_json(const Frame& frame, const LinePrefix& prefix, RecordSink& sink) {
  thread_local simdjson::ondemand::parser parser;
  const std::string_view text = prefix.rest;
  try {
    simdjson::ondemand::document document = parser.iterate(
        simdjson::padded_string_view(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING));
    AccessLine line = line_of(document.get_object());
    if (document.current_location().error() == simdjson::SUCCESS)  // more text after the object
      throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    line.pod = prefix.pod;
    if (line.code.empty() && line.flags.empty() && line.upstream_cluster.empty() && line.upstream_host.empty())
      return sink.skip(frame, text.data(), "not an access log line", "expected a response code, flags or an upstream");
    observe_line(line, sink);
  } catch (const simdjson::simdjson_error& error) {
    sink.skip(frame, text.data(), std::string("not readable as an access log line: ") + error.what(),
              "each line is one JSON object");
  }
}

bool is_json_of(std::string_view text, std::string_view key) {
  return text.starts_with('{') && has_key(text, "response_flags", 1) && has_key(text, key, 1);
}

}  // namespace

void read_access_log(const Frame& frame, AccessLayout layout, RecordSink& sink) {
  const std::string_view text = trim(frame.text);
  if (text.empty()) return;
  if (const LinePrefix prefix = without_prefix(text); prefix.rest.starts_with('{'))
    return read_json(frame, prefix, sink);
  if (const auto line = access_line(text, layout)) return observe_line(*line, sink);
  if (is_proxy_chatter(text))
    return sink.note(frame, text.data(), Severity::info, "a line of the proxy's own log, not of its access log");
  sink.skip(frame, text.data(), "not an access log line",
            layout == AccessLayout::istio ? "expected istio's default format, text or JSON"
                                          : "expected envoy's default format, text or JSON");
}

bool recognises_access_log(std::string_view head, AccessLayout layout, std::string_view json_key) {
  for (int lines = 0; !head.empty() && lines < 200; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view text = trim(head.substr(0, end));
    const LinePrefix prefix = without_prefix(text);
    if (prefix.rest.starts_with('{')) return is_json_of(prefix.rest, json_key);
    if (access_line(text, layout)) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

}  // namespace nsew
