// Reads text as a file of ready-made edges would be read, and says what came out of it, a line for each edge.
#pragma once

#include "observing.hpp"

namespace nsew::test {

struct Counting {
  std::vector<std::string> edges;     // in order of input
  std::vector<std::string> messages;  // "line:column message"
  std::uint64_t records = 0, skipped = 0;
};

inline std::string describe(const RecordSink::Store& store, const EdgeCount& e) {
  static constexpr std::string_view recorders[] = {"", " client", " server", " gateway", " waypoint", " network"};
  std::string text = fmt::format("{} -> {} {}", describe(store.parties.text(e.source)),
                                 describe(store.parties.text(e.destination)), e.calls);
  if (e.errors != 0) text += fmt::format(" errors={}", e.errors);
  if (e.bytes != 0) text += fmt::format(" bytes={}", e.bytes);
  if (e.destination_port != 0) text += fmt::format(" :{}", e.destination_port);
  const Operation op = unpacked_operation(store.operations.text(e.operation));
  for (const std::string_view word : {op.protocol, op.method, op.route})
    if (!word.empty()) text += fmt::format(" {}", word);
  text += recorders[static_cast<std::size_t>(e.recorder)];
  for (const auto& [name, yes] : {std::pair{"connections", e.unit == Unit::connections},
                                  {"mesh", e.mesh},
                                  {"message", e.message},
                                  {"database", e.database},
                                  {"denied", e.denied},
                                  {"unrouted", e.unrouted},
                                  {"no-ns", e.no_north_south},
                                  {"no-ew", e.no_east_west}})
    if (yes) text += fmt::format(" {}", name);
  return text;
}

inline Counting counted(const Reader& reader, const std::string& text) {
  std::vector<RecordSink> sinks(1);
  Diagnostics diagnostics;
  const std::size_t head = std::min<std::size_t>(text.size(), std::size_t{64} << 10);
  OpenInput input{"file", text.substr(0, head), std::make_unique<TextSource>(text.substr(head))};
  const InputSummary summary = ingest(std::move(input), reader, sinks, {}, diagnostics);
  Counting all{{}, {}, summary.records, summary.skipped};
  for (const EdgeCount& e : sinks[0].store().edges) all.edges.push_back(describe(sinks[0].store(), e));
  for (const Diagnostic& said : diagnostics.list())
    if (said.level != Severity::info)
      all.messages.push_back(fmt::format("{}:{} {}", said.location.line, said.location.column, said.message));
  return all;
}

}  // namespace nsew::test
