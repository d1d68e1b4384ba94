// What `linkerd viz edges` and `linkerd viz stat` print, as JSON and as a table. Edges carry no counts; stat says how
// much each workload was asked, but not by whom. https://linkerd.io/2/reference/cli/viz/
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/text.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view hint = "the rest is read";
constexpr double stat_seconds = 60;  // --time-window, when it is not given

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const std::string_view word : split(line, ' '))
    if (const std::string_view said = trim(word); !said.empty()) words.emplace_back(said);
  return words;
}

bool made_up(std::string_view word) {
  return word.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}

// web-7bd97dfbdc-x2kls: `viz edges pod` lists pods, the others workloads, and no column says which.
bool is_pod(std::string_view name) {
  const std::size_t last = name.rfind('-');
  if (last == std::string_view::npos || last == 0 || name.size() - last != 6 || !made_up(name.substr(last + 1)))
    return false;
  const std::size_t before = name.rfind('-', last - 1);
  return before != std::string_view::npos && last - before >= 7 && made_up(name.substr(before + 1, last - before - 1));
}

PartyId party(RecordSink& sink, std::string_view ns, std::string_view name) {
  Party party;
  party.ns = ns;
  (is_pod(name) ? party.pod : party.workload) = name;
  return sink.party(party);
}

void add_edge(RecordSink& sink, std::string_view from_ns, std::string_view from, std::string_view to_ns,
              std::string_view to) {
  EdgeCount edge;
  edge.no_north_south = true;  // who has no proxy is no source
  edge.source = party(sink, from_ns, from), edge.destination = party(sink, to_ns, to);
  sink.edge(edge);
}

std::uint64_t calls_of(double per_second) {
  const double calls = per_second * stat_seconds;
  if (!(calls > 0) || calls > 1e15) return 0;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(calls)));
}

void add_stat(RecordSink& sink, std::string_view ns, std::string_view name, double per_second, double success) {
  EdgeCount edge;
  edge.no_north_south = edge.no_east_west = true;
  edge.source = sink.party({}), edge.destination = party(sink, ns, name);
  edge.calls = calls_of(per_second);
  if (success >= 0 && success <= 1) edge.errors = std::min(edge.calls, calls_of(per_second * (1 - success)));
  sink.edge(edge);
}

std::string_view text(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? text_of(*value).value_or("") : std::string_view{};
}

std::optional<dom::object> row_of(JsonFrame& json) {
  dom::object row;
  if (!json.root()) return std::nullopt;
  if (json.root()->get_object().get(row) == simdjson::SUCCESS) return row;
  json.skip("", fmt::format("a row should be an object, not {}", type_of(*json.root())), hint);
  return std::nullopt;
}

// -- edges ------------------------------------------------------------------------------------------------------------

void read_edge_object(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  const auto row = row_of(json);
  if (!row) return;
  const std::string_view from = text(*row, "src"), to = text(*row, "dst");
  if (from.empty() || to.empty()) return json.skip("", "an edge without src or dst", hint);
  add_edge(sink, text(*row, "src_namespace"), from, text(*row, "dst_namespace"), to);
}

// The columns before the reason, which may hold blanks: one word each.
std::string_view column(const Frame& frame, const std::vector<std::string>& words, std::string_view name) {
  const auto at = std::ranges::find(frame.columns, name);
  const auto place = static_cast<std::size_t>(at - frame.columns.begin());
  return at == frame.columns.end() || place >= words.size() ? std::string_view{} : std::string_view(words[place]);
}

void read_edge_line(const Frame& frame, RecordSink& sink) {
  const auto words = words_of(frame.text);
  const std::string_view from = column(frame, words, "SRC"), to = column(frame, words, "DST");
  if (words.empty() || from == "SRC") return;  // the header
  if (words.size() < 4 || from.empty() || to.empty())
    return sink.skip(frame, frame.text.data(), "not a row of the table", "expected SRC DST SRC_NS DST_NS SECURED");
  add_edge(sink, column(frame, words, "SRC_NS"), from, column(frame, words, "DST_NS"), to);
}

bool is_list(std::string_view head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (head[first] == '[' || head[first] == '{');
}

void read_edges(const Frame& frame, RecordSink& sink) {
  frame.columns.empty() ? read_edge_object(frame, sink) : read_edge_line(frame, sink);
}

// The first line that has all of these words.
std::vector<std::string> header(std::string_view head, std::initializer_list<std::string_view> wanted) {
  for (int lines = 0; !head.empty() && lines < 5; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::vector<std::string> words = words_of(head.substr(0, end));
    if (std::ranges::all_of(wanted,
                            [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); }))
      return words;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return {};
}

std::vector<std::string> edges_header(std::string_view head) {
  return header(head, {"SRC", "DST", "SRC_NS", "DST_NS"});
}
std::vector<std::string> stat_header(std::string_view head) {
  return header(head, {"NAME", "SUCCESS", "RPS", "LATENCY_P50"});
}

bool recognises_edges(std::string_view head) {
  if (!is_list(head)) return !edges_header(head).empty();
  return has_key(head, "src", 2) && has_key(head, "dst", 2) && has_key(head, "src_namespace", 2);
}

Framing framing_of(std::string_view head, std::vector<std::string> columns) {
  if (is_list(head)) return {Framing::Cut::elements, {}};
  return {Framing::Cut::lines, {}, std::move(columns)};
}

Framing edges_framing(std::string_view head) { return framing_of(head, edges_header(head)); }

// -- stat -------------------------------------------------------------------------------------------------------------

bool is_workload(std::string_view kind) {
  constexpr std::array<std::string_view, 9> kinds = {"deployment", "statefulset", "daemonset", "pod",
                                                     "replicaset", "job",         "cronjob",   "replicationcontroller",
                                                     "service"};
  return std::ranges::find(kinds, kind) != kinds.end();
}

void read_stat_object(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  const auto row = row_of(json);
  if (!row) return;
  const auto rate = field(*row, "rps"), success = field(*row, "success");
  const std::string_view name = text(*row, "name");
  if (name.empty()) return json.skip("", "a row without name", hint);
  if (!rate || !is_workload(text(*row, "kind"))) {  // not meshed, or the sum of a namespace
    ++sink.store().records;
    return;
  }
  const auto per_second = number_of(*rate);
  if (!per_second) return json.skip("/rps", fmt::format("rps should be a number, not {}", type_of(*rate)), hint);
  add_stat(sink, text(*row, "namespace"), name, *per_second, success ? number_of(*success).value_or(-1) : -1);
}

void read_stat_line(const Frame& frame, RecordSink& sink) {
  const auto words = words_of(frame.text);
  const std::string_view name = column(frame, words, "NAME"), rate = column(frame, words, "RPS");
  if (words.empty() || name == "NAME") return;  // the header
  if (words.size() < frame.columns.size())
    return sink.skip(frame, frame.text.data(), "not a row of the table", "expected NAME MESHED SUCCESS RPS …");
  const auto per_second = rate.ends_with("rps") ? to_number(rate.substr(0, rate.size() - 3)) : std::nullopt;
  const bool split_of_traffic = std::ranges::find(frame.columns, "APEX") != frame.columns.end();
  if (!per_second || split_of_traffic) {
    ++sink.store().records;
    return;
  }
  std::string_view success = column(frame, words, "SUCCESS");
  if (success.ends_with('%')) success.remove_suffix(1);
  add_stat(sink, column(frame, words, "NAMESPACE"), name, *per_second, to_number(success).value_or(-100) / 100);
}

void read_stat(const Frame& frame, RecordSink& sink) {
  frame.columns.empty() ? read_stat_object(frame, sink) : read_stat_line(frame, sink);
}

bool recognises_stat(std::string_view head) {
  if (!is_list(head)) return !stat_header(head).empty();
  return has_key(head, "rps", 2) && has_key(head, "success", 2) && has_key(head, "kind", 2);
}

Framing stat_framing(std::string_view head) { return framing_of(head, stat_header(head)); }

}  // namespace

const Reader linkerd_edges{.name = "linkerd-edges",
                           .summary = "linkerd viz edges: who calls whom, without counts (no north-south calls)",
                           .unit = "requests",
                           .record = "linkerd viz edges deployment -A -o json > edges.json",
                           .enough = "Once, while everything runs; it has no counts, so that no share follows from it.",
                           .recognises = recognises_edges,
                           .framing = edges_framing,
                           .read = read_edges};

const Reader linkerd_stat{
    .name = "linkerd-stat",
    .summary = "linkerd viz stat: how often each workload was called, not by whom",
    .unit = "requests/s",
    .record = "linkerd viz stat deployment -A -t 1m -o json > stat.json",
    .enough = "One minute of the busiest time; who called is not in it, so that no share follows from it.",
    .recognises = recognises_stat,
    .framing = stat_framing,
    .read = read_stat};

}  // namespace nsew
