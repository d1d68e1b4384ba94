// The text exposition format of Prometheus, as /metrics and /federate write it, and OpenMetrics where it differs; also
// what `promtool query instant` prints. https://prometheus.io/docs/instrumenting/exposition_formats/
#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/metrics.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

bool of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

// One line, in text of its own: what a label's value escapes is written back over itself.
class Line {
 public:
  explicit Line(std::string& text) : text_(text) {}
  bool parse(Series& series) { return take_name(series) && take_labels(series) && take_value(series); }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  std::string_view word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && of_name(text_[at_])) ++at_;
    return std::string_view(text_).substr(from, at_ - from);
  }
  std::optional<std::string_view> quoted();
  bool take_name(Series& series);
  bool take_labels(Series& series);
  bool take_label(Series& series);
  bool take_value(Series& series);

  std::string& text_;
  std::size_t at_ = 0;
};

// \\, \" and \n are escaped.
std::optional<std::string_view> Line::quoted() {
  if (!take('"')) return std::nullopt;
  const std::size_t from = at_;
  std::size_t to = at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
    text_[to++] = text_[at_ - 1] == '\\' && text_[at_] == 'n' ? '\n' : text_[at_];
    ++at_;
  }
  if (!take('"')) return std::nullopt;
  return std::string_view(text_).substr(from, to - from);
}

bool Line::take_name(Series& series) {
  blanks();
  series.name = word();
  blanks();
  return !series.name.empty() || next_is('{');
}

// Names that are no words are quoted, and then the metric's own stands among the labels.
bool Line::take_label(Series& series) {
  auto name = next_is('"') ? quoted() : std::optional(word());
  if (!name || name->empty()) return false;
  blanks();
  if (!take('=')) {
    series.name = *name;
    return true;
  }
  blanks();
  const auto value = quoted();
  if (value) series.labels.push_back({*name, *value});
  return value.has_value();
}

bool Line::take_labels(Series& series) {
  if (!take('{')) return true;
  for (blanks(); !take('}'); blanks()) {
    if (!take_label(series)) return false;
    blanks();
    if (!take(',') && !next_is('}')) return false;
  }
  return true;
}

bool Line::take_value(Series& series) {
  blanks();
  if (std::string_view(text_).substr(at_).starts_with("=>")) at_ += 2, blanks();
  const std::size_t from = at_, to = std::min(text_.find_first_of(" \t", from), text_.size());
  const std::string_view said = std::string_view(text_).substr(from, to - from);
  const auto value = to_number(said.starts_with('+') ? said.substr(1) : said);
  series.value = value.value_or(0);
  return value || said == "NaN" || said.ends_with("Inf");
}

std::string_view name_in(std::string_view line) {
  const auto* end = std::ranges::find_if_not(line, of_name);
  return line.substr(0, static_cast<std::size_t>(end - line.begin()));
}

void read(const Frame& frame, RecordSink& sink) {
  const std::string_view text = trim(frame.text);
  if (text.empty() || text.starts_with('#')) return;
  const std::string_view name = name_in(text);
  if (!name.empty() && !names_call_metric(name)) {  // of something else than calls
    ++sink.store().records;
    return;
  }
  std::string line(text);
  Series series;
  if (!Line(line).parse(series))
    return sink.skip(frame, text.data(), "not a series of the exposition format",
                     "expected name{label=\"value\",…} value");
  if (const std::string_view doubt = doubt_about(series); !doubt.empty())
    sink.note(frame, text.data(), Severity::warning, doubt);
  if (!read_series(series, sink)) ++sink.store().records;
}

// "# TYPE istio_requests_total counter"; other comments may be anybody's.
bool declares_type(std::string_view line) {
  const auto words = split(line, ' ');
  constexpr std::array<std::string_view, 9> types = {"counter", "gauge", "histogram", "summary",       "untyped",
                                                     "unknown", "info",  "stateset",  "gaugehistogram"};
  return words.size() == 4 && words[0] == "#" && words[1] == "TYPE" && name_in(words[2]) == words[2] &&
         std::ranges::find(types, words[3]) != types.end();
}

bool recognises(std::string_view head) {
  for (int lines = 0; !head.empty() && lines < 2000; ++lines) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = trim(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (declares_type(line)) return true;
    const std::string_view name = name_in(line);
    const std::string_view rest = trim(line.substr(name.size()));
    if (names_call_metric(name) && (rest.starts_with('{') || name.size() + 1 < line.size()))
      return rest.starts_with('{');
    if (!line.empty() && !line.starts_with('#') && !rest.starts_with('{')) return false;
  }
  return false;
}

Framing framing(std::string_view) { return {Framing::Cut::lines, {}}; }

}  // namespace

const Reader prometheus_text{
    .name = "prometheus-text",
    .summary = "request metrics of Istio, Linkerd, Hubble, Caretta or a service graph, as /metrics writes them",
    .unit = "requests",
    .record = "curl -sG 'http://prometheus:9090/federate' --data-urlencode 'match[]=istio_requests_total' > calls.prom",
    .enough = "Counters since the proxies started: a day of use at least, with what runs only at night.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
