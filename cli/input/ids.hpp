// Identifiers and other values that several trace formats write in the same ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "input/record.hpp"

namespace nsew {

// Hex in any case (1 to 32 digits), base64 of 16 or 8 bytes, else hashed: two texts are the same id if their bytes are.
TraceId trace_id(std::string_view text);
SpanId span_id(std::string_view text);  // "" and all zeros = none

std::optional<SpanKind> span_kind(
    std::string_view name);  // "SPAN_KIND_SERVER", "server", "SERVER", "2"; nothing if unknown

// /api/orders/4711/items -> /api/orders/*/items: segments that look like numbers, UUIDs, long hex or tokens become *;
// the query and fragment go. Writes into `buffer` only when something changes.
std::string_view path_template(std::string_view path, std::string& buffer);

// "kube-probe/1.29" -> "kube-probe"; "Mozilla/5.0 (…)" -> "Mozilla".
std::string_view agent_family(std::string_view user_agent);

// The authority of a URL or host:port, and its parts.
struct Authority {
  std::string_view host;  // without brackets
  std::uint16_t port = 0;
};
Authority authority_of(std::string_view url_or_authority);
std::string_view path_of(std::string_view url);

// ot=th:… of a W3C tracestate as the probability of sampling (OpenTelemetry probability sampling: threshold of 56
// bits).
std::optional<double> tracestate_probability(std::string_view tracestate);

}  // namespace nsew
