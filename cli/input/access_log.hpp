// What the access logs of Envoy have in common, whoever configured it: Istio's and Envoy Gateway's formats and the
// default one differ in their fields, not in what a field means (Envoy manual, "Access logging").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/reader.hpp"

namespace nsew {

// One line. Missing fields are empty, never "-".
struct AccessLine {
  std::string_view time, method, path, protocol;
  std::string_view code, flags, details;
  std::string_view bytes_received, bytes_sent, duration;
  std::string_view forwarded_for, agent, request_id, authority;
  std::string_view upstream_host, upstream_cluster, upstream_local;
  std::string_view downstream_local, downstream_remote;
  std::string_view server_name;     // SNI
  bool says_upstream_local = true;  // false: its format leaves that field out
  std::string_view pod;             // who wrote the line, where `kubectl logs --prefix` says so
};

// Lines end in "request id" "authority" "upstream host", in Istio's format with six more fields after that.
enum class AccessLayout { envoy, istio };
// Reads from the right: what stands before those fields varies with the version, and a line may have any prefix.
// Nothing when the line is no access log line.
std::optional<AccessLine> access_line(std::string_view line, AccessLayout);

// Everything in front of a line that `kubectl logs` and container runtimes add, and the pod if it names one.
struct LinePrefix {
  std::string_view pod;
  std::string_view rest;
};
LinePrefix without_prefix(std::string_view line);

// A line of a proxy's own log, which shares its stream with the access log.
bool is_proxy_chatter(std::string_view line);

void observe_line(const AccessLine&, RecordSink&);

// A frame of either spelling, text in the given layout or a JSON object.
void read_access_log(const Frame&, AccessLayout, RecordSink&);

// Of the first lines of `head`, the first that says which it is: a JSON object with the given key beside
// "response_flags", or text of that layout.
bool recognises_access_log(std::string_view head, AccessLayout, std::string_view json_key);

}  // namespace nsew
