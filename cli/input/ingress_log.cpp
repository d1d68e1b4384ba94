#include "input/ingress_log.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/ids.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

constexpr std::uint8_t tcp = 6;

Party backend_of(const IngressLine& line, std::string& buffer) {
  Party party;
  party.address = line.address;
  party.ns = line.ns, party.service = line.service;
  if (line.upstream.empty() && line.service.empty() && !line.route.empty()) {
    party.workload = line.route;
    party.host = buffer.assign("route/").append(line.route);
  }
  if (!line.service.empty() || line.upstream.empty()) return party;
  buffer.assign("upstream:").append(line.upstream);
  party.host = buffer;
  return party;
}

OperationId operation_of(const IngressLine& line, RecordSink& sink) {
  thread_local std::string path;
  Operation operation;
  operation.protocol = "http";
  operation.host = authority_of(line.host).host;
  operation.method = line.method;
  operation.route = path_template(line.path, path);
  operation.agent = agent_family(line.agent);
  return sink.operation(operation);
}

bool failed(std::string_view status) { return status.size() == 3 && status.front() == '5'; }

}  // namespace

void observe_ingress(const IngressLine& line, RecordSink& sink) {
  thread_local std::string buffer;
  Observation o;
  Party controller;
  controller.pod = line.pod;
  o.recorder = Recorder::gateway;
  o.reply = Reply::no;
  o.unrouted = line.answered;
  o.error = failed(line.status);
  o.protocol = tcp;
  o.destination_port = line.port;
  o.source = sink.party(controller), o.destination = sink.party(backend_of(line, buffer));
  o.operation = operation_of(line, sink);
  o.time_ns = line.time_ns, o.duration_ns = line.duration_ns, o.bytes = line.bytes;
  sink.observation(o);
}

std::uint64_t log_time_ns(std::string_view text) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':') return timestamp_ns(text);
  const auto* month = std::ranges::find(months, text.substr(3, 3));
  if (month == months.end()) return 0;
  const auto number = static_cast<int>(month - months.begin()) + 1;
  std::string rfc3339(text.substr(7, 4));
  rfc3339.append(number < 10 ? "-0" : "-").append(std::to_string(number)).append("-").append(text.substr(0, 2));
  rfc3339.append("T").append(text.substr(12, 8));
  rfc3339.append(text.substr(21, 3)).append(":").append(text.substr(24, 2));
  return timestamp_ns(rfc3339);
}

std::optional<std::string_view> LogWords::word() {
  text_ = trim(text_);
  const std::size_t end = std::min(text_.find(' '), text_.size());
  if (end == 0) return std::nullopt;
  const std::string_view found = text_.substr(0, end);
  text_.remove_prefix(end);
  return found;
}

std::optional<std::string_view> LogWords::between(char open, char close) {
  text_ = trim(text_);
  if (!text_.starts_with(open)) return std::nullopt;
  std::size_t end = 1;
  while (end < text_.size() && text_[end] != close) end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size()) return std::nullopt;
  const std::string_view found = text_.substr(1, end - 1);
  text_.remove_prefix(end + 1);
  return found;
}

std::optional<std::string_view> LogWords::quoted() { return between('"', '"'); }
std::optional<std::string_view> LogWords::bracketed() { return between('[', ']'); }

Request request_of(std::string_view line) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return {};
  return {line.substr(0, first), line.substr(first + 1, last - first - 1)};
}

}  // namespace nsew
