// The kernel's table of connections: `conntrack -L`, `-o extended`, `conntrack -E`, /proc/net/nf_conntrack. Fields: the
// conntrack(8) manual and net/netfilter/nf_conntrack_standalone.c.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/flow_record.hpp"
#include "input/flow_table.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

struct Way {
  std::string_view source, destination, source_port, destination_port;
  std::uint64_t bytes = 0;
};

struct Entry {
  std::string_view protocol;
  std::array<Way, 2> ways;  // original, reply
  std::size_t seen = 0;     // of the two
  bool unreplied = false, syn_sent = false;
};

void take_pair(Entry& entry, std::string_view key, std::string_view value) {
  if (key == "src") ++entry.seen;
  if (entry.seen == 0 || entry.seen > 2) return;
  Way& way = entry.ways[entry.seen - 1];
  if (key == "src")
    way.source = value;
  else if (key == "dst")
    way.destination = value;
  else if (key == "sport")
    way.source_port = value;
  else if (key == "dport")
    way.destination_port = value;
  else if (key == "bytes")
    way.bytes = whole_number(value).value_or(0);
}

Entry entry_of(std::string_view line) {
  Entry entry;
  while (!line.empty()) {
    const std::string_view word = take_column(line, ' ');
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      take_pair(entry, word.substr(0, equals), word.substr(equals + 1));
      continue;
    }
    const bool is_word = entry.protocol.empty() && entry.seen == 0 && !whole_number(word) && ip_protocol(word);
    if (is_word || word == "dccp" || word == "udplite") entry.protocol = word;
    entry.unreplied = entry.unreplied || word == "[UNREPLIED]";
    entry.syn_sent = entry.syn_sent || word == "SYN_SENT";
  }
  return entry;
}

// Who answers is the pod behind a Service's address; who asks is the pod before its node's address took its place. On
// the wire, where another node sees it, the connection is that of the reply.
std::optional<FlowRecord> flow_of(const Entry& entry) {
  const Way &asked = entry.ways[0], &reply = entry.seen == 2 ? entry.ways[1] : entry.ways[0];
  const bool replied = entry.seen == 2;
  FlowRecord flow;
  flow.source.address = asked.source;
  flow.destination.address = replied ? reply.source : asked.destination;
  const auto from = port_of(asked.source_port);
  const auto to = port_of(replied ? reply.source_port : asked.destination_port);
  const auto wire = port_of(replied ? reply.destination_port : asked.source_port);
  if (flow.source.address.empty() || flow.destination.address.empty() || !from || !to || !wire) return std::nullopt;
  flow.source_port = *from, flow.destination_port = *to;
  flow.protocol = ip_protocol(entry.protocol).value_or(0);
  flow.reply = Reply::no;
  flow.source_key = {replied ? reply.destination : asked.source, *wire};
  flow.destination_key = {flow.destination.address, *to};
  const bool translated = replied && (reply.source != asked.destination || reply.destination != asked.source);
  flow.recorder = translated ? Recorder::client_side : Recorder::network;
  flow.error = entry.unreplied && entry.syn_sent;
  flow.bytes = asked.bytes + (replied ? reply.bytes : 0);
  return flow;
}

bool is_entry(std::string_view line) {
  return line.find(" src=") != std::string_view::npos && line.find(" dst=") != std::string_view::npos;
}

bool is_summary(std::string_view line) {
  return line.find("(conntrack-tools)") != std::string_view::npos ||
         line.find("flow entries") != std::string_view::npos;
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view line = trim(frame.text);
  if (is_summary(line)) return;
  const auto flow = is_entry(line) ? flow_of(entry_of(line)) : std::nullopt;
  if (!flow)
    return sink.skip(frame, frame.text.data(), "not an entry of the connection table",
                     "record with `conntrack -L -o extended`");
  observe_flow(*flow, sink);
}

// The original and the reply, both with addresses, behind the name of a protocol.
bool recognises(std::string_view head) {
  for (const std::string_view line : first_lines(head, 5)) {
    if (is_summary(line)) continue;
    if (line.find_first_of("\"{}") != std::string_view::npos) return false;
    const Entry entry = entry_of(line);
    return entry.seen == 2 && !entry.protocol.empty() && !entry.ways[0].destination.empty();
  }
  return false;
}

Framing framing(std::string_view) { return {.cut = Framing::Cut::lines, .keys = {}}; }

}  // namespace

const Reader conntrack{.name = "conntrack",
                       .summary = "the kernel's connection table: conntrack -L or -E, /proc/net/nf_conntrack",
                       .unit = "connections",
                       .record =
                           "kubectl debug node/NODE -it --image=nicolaka/netshoot -- conntrack -L -o extended > "
                           "NODE.txt, of every node",
                       .enough = "Many snapshots of every node over a day: one shows only what is open at that moment.",
                       .recognises = recognises,
                       .framing = framing,
                       .read = read};

}  // namespace nsew
