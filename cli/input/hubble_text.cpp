// Cilium Hubble flows as `hubble observe` prints them, a line each: TIME [node]: SOURCE (IDENTITY) -> DESTINATION
// (IDENTITY) TYPE VERDICT (SUMMARY). On the way back the arrow is turned and the opener still stands on the left; <> is
// a way that Hubble does not know. Layout: hubble/pkg/printer/printer.go of Cilium.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_record.hpp"
#include "input/flow_table.hpp"
#include "input/ids.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

struct Line {
  std::string_view time, left, left_identity, right, right_identity, verdict, summary;
  Reply reply = Reply::unknown;
};

constexpr std::array<std::string_view, 10> verdicts = {"FORWARDED", "DROPPED",    "ERROR",   "AUDIT",  "REDIRECTED",
                                                       "TRACED",    "TRANSLATED", "ALLOWED", "DENIED", "AUDITED"};

// Takes "shop/cart-1:41000 (ID:25638)" or "10.0.0.1:443" off the front.
std::string_view take_identity(std::string_view& text) {
  if (!text.starts_with('(')) return {};
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos) return {};
  const std::string_view identity = text.substr(1, end - 1);
  text.remove_prefix(std::min(end + 2, text.size()));
  return identity;
}

bool take_arrow(Line& line, std::string_view& text) {
  const std::string_view arrow = take_column(text, ' ');
  line.reply = arrow == "->" ? Reply::no : arrow == "<-" ? Reply::yes : Reply::unknown;
  return arrow == "->" || arrow == "<-" || arrow == "<>";
}

std::optional<Line> line_of(std::string_view text) {
  Line line;
  const std::size_t head = text.find(": ");
  if (head == std::string_view::npos || head < 8) return std::nullopt;
  line.time = text.substr(0, text.find(" ["));
  if (line.time.size() > head) line.time = text.substr(0, head);
  text.remove_prefix(head + 2);
  line.left = take_column(text, ' '), line.left_identity = take_identity(text);
  if (!take_arrow(line, text)) return std::nullopt;
  line.right = take_column(text, ' '), line.right_identity = take_identity(text);
  while (!text.empty() && line.verdict.empty()) {
    const std::string_view word = take_column(text, ' ');
    if (std::ranges::find(verdicts, word) != verdicts.end()) line.verdict = word;
  }
  if (line.verdict.empty()) return std::nullopt;
  line.summary = text;
  if (line.summary.starts_with('(')) line.summary.remove_prefix(1);
  if (line.summary.ends_with(')')) line.summary.remove_suffix(1);
  return line;
}

// A pod with its namespace, an address, or a name of DNS; a port behind it except for ICMP.
struct Named {
  Party party;
  std::uint16_t port = 0;
};

bool is_address(std::string_view text) {
  return text.find(':') != std::string_view::npos || text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string_view reserved_of(std::string_view identity) {
  constexpr std::array<std::string_view, 8> words = {"host", "world",          "unmanaged", "health",
                                                     "init", "kube-apiserver", "ingress",   "remote-node"};
  if (identity.starts_with("world")) return "world";  // world-ipv4, world-ipv6
  const auto* found = std::ranges::find(words, identity);
  return found == words.end() ? std::string_view{} : *found;
}

Named named(std::string_view text, std::string_view identity) {
  Named end;
  const std::size_t slash = text.find('/'), colon = text.rfind(':');
  const bool bare_v6 = !text.starts_with('[') && std::ranges::count(text, ':') > 1;
  if (colon != std::string_view::npos && !bare_v6) {
    if (const auto port = whole_number(text.substr(colon + 1)); port && *port <= 65535) {
      end.port = static_cast<std::uint16_t>(*port);
      text = text.substr(0, colon);
    }
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (slash != std::string_view::npos) {
    end.party.ns = text.substr(0, slash), end.party.pod = text.substr(slash + 1);
  } else {
    (is_address(text) ? end.party.address : end.party.host) = text;
    end.party.reserved = reserved_of(identity);
  }
  if (identity.starts_with("ID:")) end.party.identity = identity.substr(3);
  return end;
}

std::uint8_t protocol_of(std::string_view summary) {
  if (summary.starts_with("TCP") || summary.starts_with("HTTP") || summary.starts_with("Kafka")) return 6;
  if (summary.starts_with("UDP") || summary.starts_with("DNS")) return 17;
  if (summary.starts_with("SCTP")) return 132;
  return summary.starts_with("ICMP") ? 1 : 0;
}

// "HTTP/1.1 GET http://shop/cart", and on the way back "HTTP/1.1 503 12ms (GET http://shop/cart)".
void take_http(std::string_view summary, FlowRecord& flow, RecordSink& sink) {
  thread_local std::string path;
  take_column(summary, ' ');
  std::string_view word = take_column(summary, ' ');
  if (const auto code = whole_number(word)) {
    flow.error = *code >= 500;
    const std::size_t open = summary.find('(');
    summary.remove_prefix(open == std::string_view::npos ? summary.size() : open + 1);
    word = take_column(summary, ' ');
  }
  std::string_view url = take_column(summary, ' ');
  if (url.ends_with(')')) url.remove_suffix(1);
  if (word.empty() || url.empty()) return;
  flow.operation = sink.operation(
      {.protocol = "http", .host = authority_of(url).host, .method = word, .route = path_template(path_of(url), path)});
}

void observe_line(const Line& line, RecordSink& sink) {
  Named from = named(line.left, line.left_identity), to = named(line.right, line.right_identity);
  FlowEnd from_key{line.left, from.port}, to_key{line.right, to.port};
  if (line.reply == Reply::yes) std::swap(from, to), std::swap(from_key, to_key);  // as it went over the wire
  FlowRecord flow;
  flow.source = from.party, flow.destination = to.party;
  flow.source_port = from.port, flow.destination_port = to.port;
  flow.source_key = from_key, flow.destination_key = to_key;
  flow.protocol = protocol_of(line.summary);
  flow.reply = line.reply;
  constexpr std::array<std::string_view, 5> refusals = {"DROPPED", "ERROR", "AUDIT", "DENIED", "AUDITED"};
  flow.denied = std::ranges::find(refusals, line.verdict) != refusals.end();
  flow.dns = line.summary.starts_with("DNS");
  flow.time_ns = timestamp_ns(line.time);  // the usual times have no year
  if (line.summary.starts_with("HTTP")) take_http(line.summary, flow, sink);
  observe_flow(flow, sink);
}

// Of Hubble itself: nodes that come and go, flows that were lost.
bool is_event(std::string_view text) {
  for (const std::string_view words : {"Receiving flows from", "nodes are unavailable", "EVENTS LOST"})
    if (text.find(words) != std::string_view::npos) return true;
  return false;
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view text = trim(frame.text);
  const auto line = line_of(text);
  if (!line && is_event(text)) {
    ++sink.store().records;
    return;
  }
  if (!line) return sink.skip(frame, frame.text.data(), "not a line of `hubble observe`", "or record with -o json");
  if (line->verdict == "TRACED" || line->verdict == "TRANSLATED") {  // said again under another verdict
    ++sink.store().records;
    return;
  }
  observe_line(*line, sink);
}

bool recognises(std::string_view head) {
  for (const std::string_view line : first_lines(head, 10)) {
    if (line.find_first_of("{\"") == 0) return false;
    if (is_event(line)) continue;
    return line_of(line).has_value();
  }
  return false;
}

Framing framing(std::string_view) { return {.cut = Framing::Cut::lines, .keys = {}}; }

}  // namespace

const Reader hubble_text{.name = "hubble-text",
                         .summary = "Cilium Hubble flows as `hubble observe` prints them",
                         .unit = "connections",
                         .record = "hubble observe --last 10000 > flows.txt (rather with -o json: it says more)",
                         .enough = "An hour of the busiest time, of every node.",
                         .recognises = recognises,
                         .framing = framing,
                         .read = read};

}  // namespace nsew
