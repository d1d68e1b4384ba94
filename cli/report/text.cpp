// The one screen: 80 columns, 40 lines, readable without colour and by someone who has never heard of a waypoint.
#include <cmath>

#include <fmt/format.h>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "report/numbers.hpp"
#include "report/outcomes.hpp"
#include "report/report.hpp"
#include "report/screen.hpp"

namespace nsew {
namespace {

constexpr std::size_t bar_width = 40;

class Screen {
 public:
  Screen(bool color, std::size_t width) : color_(color), width_(width) {}

  void title(const std::string& text) { text_ += color_ ? "\x1b[1m" + text + "\x1b[0m\n" : text + "\n"; }
  void heading(const std::string& text) {
    text_ += '\n';
    title(text);
  }
  // Wrapped, with continuation lines under the first word.
  void line(const std::string& text, std::size_t indent = 2, const std::string& mark = "") {
    const std::vector<std::string> lines = wrapped(text, width_ - indent - columns(mark));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text_ += std::string(indent, ' ') + (i == 0 ? mark : std::string(columns(mark), ' ')) + lines[i] + "\n";
    }
  }
  void verbatim(const std::string& text) { text_ += text + "\n"; }
  std::string take() { return std::move(text_); }

 private:
  bool color_;
  std::size_t width_;
  std::string text_;
};

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(std::lround(share * bar_width));
  std::string text;
  for (std::size_t i = 0; i < bar_width; ++i) text += i < bar_width - filled ? "░" : "█";
  return text;
}

void recommendation(Screen& screen, const Assessment& assessment) {
  const Verdict& verdict = assessment.verdict;
  screen.title(fmt::format("{}  ({}, confidence {})", headline(verdict), verdict.outcome, verdict.confidence));
  const Outcome* outcome = outcome_called(verdict.outcome);
  if (outcome != nullptr) screen.line(std::string(outcome->meaning));
  if (const std::string mode = mode_meaning(verdict.mode); !mode.empty()) {
    screen.line(fmt::format("Mode {}: {}.", verdict.mode, mode));
  }
  if (!verdict.settles.empty()) screen.line(fmt::format("What would settle it: {}", escape::terminal(verdict.settles)));
}

// Traces are a sample of requests, with an interval. Logs are counted whole, so only what is unknown makes their share
// uncertain; of flows nobody says whether they were sampled.
std::string sureness(const UnitTraffic& unit) {
  const std::string range = percent_range(unit.share->low, unit.share->high);
  if (unit.source == Source::traces) return "95 % interval " + range;
  const std::string how =
      unit.source == Source::flows ? "as recorded; whether flows were sampled is not known" : "counted, not sampled";
  return unit.share->low == unit.share->high ? how : fmt::format("{}, by what is unknown; {}", range, how);
}

void share(Screen& screen, const UnitTraffic& unit, bool first) {
  const double ns = unit.calls.at(CallClass::north_south), ew = unit.calls.at(CallClass::east_west);
  const auto amount = [&](double value) { return unit.unit == "bytes" ? bytes(value) : count(value); };
  if (first) screen.heading(fmt::format("Traffic in {} (from {})", unit.unit, name_of(unit.source)));
  if (unit.share) {
    if (first) {
      screen.verbatim(fmt::format("  from outside {:>9} {} {} inside", amount(ns), bar(unit.share->value), amount(ew)));
      screen.line(fmt::format("East-west share {} ({})", percent(unit.share->value), sureness(unit)));
    } else {
      screen.line(fmt::format("By {}: north-south {}, east-west {}, share {}", unit.unit, amount(ns), amount(ew),
                              percent(unit.share->value)));
    }
  } else {
    screen.line(fmt::format("By {}: no east-west share: {}", unit.unit, unit.why_not));
  }
  if (!first) return;
  if (const std::string aside = set_aside(unit); !aside.empty())
    screen.line(fmt::format("Set aside, not in the share: {}", aside));
}

void books(Screen& screen, const Assessment& assessment, const Summary& summary) {
  screen.line(escape::terminal(what_was_read(assessment, summary)));
  for (const std::string& text : {what_was_not(assessment, summary), largest_unknown(summary)}) {
    if (!text.empty()) screen.line(escape::terminal(text));
  }
}

void busiest(Screen& screen, const Summary& summary) {
  const auto rows = chattiest(summary, 4);
  if (rows.empty()) return;
  screen.heading("Chattiest");
  for (const EdgeSummary* row : rows) {
    const std::string edge = fmt::format("{} -> {}", escape::terminal(row->key->from), escape::terminal(row->key->to));
    const std::string p95 = row->p95 ? ", p95 " + milliseconds(*row->p95) : "";
    screen.verbatim(
        fmt::format("  {} {:>10} {}{}", fit(edge, 42), count(row->first_unit), name_of(row->key->cls), p95));
  }
}

void reasons(Screen& screen, const Assessment& assessment) {
  const auto strongest = strongest_reasons(assessment.verdict, 5);
  if (strongest.empty()) return;
  screen.heading("Why (! decides; the numbers are points for or against a mesh)");
  for (const Reason* reason : strongest) {
    screen.line(escape::terminal(reason->says), 2, fmt::format("{:>5}  ", weight_of(*reason)));
  }
  if (const std::string sum = points_in_all(assessment.verdict); !sum.empty()) screen.line(sum, 2, "       ");
}

void islands(Screen& screen, const Assessment& assessment) {
  if (assessment.components.size() < 2) return;
  std::vector<std::string> sizes;
  for (const ScoredComponent& one : assessment.components)
    sizes.push_back(std::to_string(one.component.services.size()));
  if (sizes.size() > 8) sizes.resize(8), sizes.emplace_back("…");
  screen.line(
      fmt::format("{} groups of services that do not call each other (sizes {}); the verdict is the strongest group's.",
                  assessment.components.size(), join(sizes, ", ")));
}

std::string render(const Document& document) {
  const Assessment& assessment = document.assessment;
  const Summary summary = summarise(assessment.picture);
  Screen screen(document.color, document.width);
  recommendation(screen, assessment);
  for (std::size_t i = 0; i < summary.units.size(); ++i) share(screen, summary.units[i], i == 0);
  if (summary.units.empty())
    screen.heading(summary.edges.empty() ? "Traffic: none was given" : "Traffic: who calls whom, not how often");
  books(screen, assessment, summary);
  islands(screen, assessment);
  busiest(screen, summary);
  reasons(screen, assessment);
  screen.heading("Next");
  for (const std::string& command : next_commands(document, summary)) screen.verbatim("  " + escape::terminal(command));
  return screen.take();
}

}  // namespace

extern const Report text_report{.name = "text", .summary = "the one screen for people", .render = render};

}  // namespace nsew
