// Reads text as a file of log lines or flows would be read, and says what came out of it, a line for each observation.
#pragma once

#include "reading.hpp"

namespace nsew::test {

struct Observing {
  std::vector<std::string> observations;  // in order of input
  std::vector<std::uint64_t> keys;
  std::vector<Observation> rows;
  std::vector<std::string> messages;  // "line:column message"
  std::uint64_t records = 0, skipped = 0;
};

inline std::string describe(std::string_view packed_party) {
  const Party p = unpacked_party(packed_party);
  std::string text;
  for (const auto& [name, value] : {std::pair{"ip", p.address},
                                    {"ns", p.ns},
                                    {"pod", p.pod},
                                    {"workload", p.workload},
                                    {"service", p.service},
                                    {"app", p.app},
                                    {"reserved", p.reserved},
                                    {"host", p.host},
                                    {"identity", p.identity},
                                    {"cluster", p.cluster}})
    if (!value.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  return text.empty() ? "?" : text;
}

inline std::string describe(const RecordSink::Store& store, const Observation& o) {
  static constexpr std::string_view recorders[] = {"unknown", "client", "server", "gateway", "waypoint", "network"};
  const Operation op = unpacked_operation(store.operations.text(o.operation));
  std::string text = fmt::format("{} -> {} :{} {}", describe(store.parties.text(o.source)),
                                 describe(store.parties.text(o.destination)), o.destination_port,
                                 recorders[static_cast<std::size_t>(o.recorder)]);
  for (const auto& [name, value] :
       {std::pair{"proto", op.protocol}, {"to", op.host}, {"method", op.method}, {"route", op.route}, {"by", op.agent}})
    if (!value.empty()) text += fmt::format(" {}={}", name, value);
  for (const auto& [name, yes] : {std::pair{"reply", o.reply == Reply::yes},
                                  {"unsure", o.reply == Reply::unknown},
                                  {"denied", o.denied},
                                  {"unrouted", o.unrouted},
                                  {"error", o.error},
                                  {"mesh", o.mesh},
                                  {"connection", o.unit == Unit::connections}})
    if (yes) text += fmt::format(" {}", name);
  return text;
}

inline Observing observed(const Reader& reader, const std::string& text) {
  std::vector<RecordSink> sinks(1);
  Diagnostics diagnostics;
  const std::size_t head = std::min<std::size_t>(text.size(), std::size_t{64} << 10);
  OpenInput input{"file", text.substr(0, head), std::make_unique<TextSource>(text.substr(head))};
  const InputSummary summary = ingest(std::move(input), reader, sinks, {}, diagnostics);
  Observing all{{}, {}, {}, {}, summary.records, summary.skipped};
  for (const Observation& o : sinks[0].store().observations) {
    all.observations.push_back(describe(sinks[0].store(), o));
    all.keys.push_back(o.key), all.rows.push_back(o);
  }
  for (const Diagnostic& said : diagnostics.list())
    all.messages.push_back(fmt::format("{}:{} {}", said.location.line, said.location.column, said.message));
  return all;
}

}  // namespace nsew::test
