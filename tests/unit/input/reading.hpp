// Reads text as a file would be read and says what came out of it, a line for each span.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "input/ingest.hpp"
#include "input/reader.hpp"
#include "input/store.hpp"

namespace nsew::test {

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t n = text_.copy(to, size, at_);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Reading {
  std::vector<std::string> spans;     // sorted
  std::vector<std::string> messages;  // "line:column message"
  std::uint64_t records = 0, skipped = 0;
  bool cut_short = false;
};

inline std::string describe(const RecordSink::Store& store, const SpanRow& row) {
  static constexpr std::string_view kinds[] = {"absent", "internal", "server", "client", "producer", "consumer"};
  const Detail& detail = store.details[row.detail];
  const Resource r = unpacked_resource(store.resources.text(row.resource));
  const Operation o = unpacked_operation(store.operations.text(detail.operation));
  const Peer p = unpacked_peer(store.peers.text(detail.peer));
  std::string text = fmt::format("{:x}<{:x} {} {}", row.span, row.parent, kinds[row.kind], r.service);
  for (const auto& [name, value] : {std::pair{"ns", r.kubernetes_ns},
                                    {"sns", r.service_namespace},
                                    {"workload", r.workload},
                                    {"pod", r.pod},
                                    {"ip", r.address},
                                    {"env", r.environment},
                                    {"lang", r.language},
                                    {"cluster", r.cluster},
                                    {"proto", o.protocol},
                                    {"host", o.host},
                                    {"method", o.method},
                                    {"route", o.route},
                                    {"agent", o.agent},
                                    {"peer", p.service},
                                    {"to", p.address},
                                    {"db", p.db_system},
                                    {"broker", p.messaging_system},
                                    {"topic", p.destination}})
    if (!value.empty()) text += fmt::format(" {}={}", name, value);
  if (p.port != 0) text += fmt::format(" port={}", p.port);
  if (row.error) text += " error";
  if (row.shared) text += " shared";
  if (row.has_links) text += " linked";
  if (store.probabilities[detail.probability] != 1)
    text += fmt::format(" p={}", store.probabilities[detail.probability]);
  return text;
}

inline Reading read(const Reader& reader, const std::string& text) {
  std::vector<RecordSink> sinks(1);
  Diagnostics diagnostics;
  const std::size_t head = std::min<std::size_t>(text.size(), std::size_t{64} << 10);
  OpenInput input{"file", text.substr(0, head), std::make_unique<TextSource>(text.substr(head))};
  const InputSummary summary = ingest(std::move(input), reader, sinks, {}, diagnostics);
  Reading reading{{}, {}, summary.records, summary.skipped, summary.cut_short};
  for (const auto& partition : sinks[0].store().spans)
    for (const SpanRow& row : partition) reading.spans.push_back(describe(sinks[0].store(), row));
  std::ranges::sort(reading.spans);
  for (const Diagnostic& said : diagnostics.list())
    reading.messages.push_back(fmt::format("{}:{} {}", said.location.line, said.location.column, said.message));
  return reading;
}

inline std::string lines(const std::vector<std::string>& all) { return fmt::format("{}", fmt::join(all, "\n")); }

}  // namespace nsew::test
