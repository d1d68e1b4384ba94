#include "report/screen.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/numbers.hpp"
#include "report/outcomes.hpp"

namespace nsew {
namespace {

// Holds at one end of what is not known only; says little to a reader.
bool hypothetical(const Reason& reason) {
  return reason.effect.starts_with("low end:") || reason.effect.starts_with("high end:");
}

bool settles_no(const Reason& reason) { return reason.effect.find("need: no") != std::string::npos; }
bool limits_need(const Reason& reason) { return reason.effect.starts_with("need at most"); }
bool is_sum(const Reason& reason) { return reason.kind == "fit"; }

double strength(const Reason& reason) {
  if (settles_no(reason)) return 3000;
  if (reason.kind == "gate" || reason.kind == "guard") return 1000;
  return std::abs(reason.points.value_or(0));
}

// What a stronger reason makes irrelevant, what only may hold, and what weighs nothing is left out.
bool worth_saying(const Reason& reason, bool no_is_settled) {
  if (reason.kind == "advice" || hypothetical(reason) || is_sum(reason)) return false;
  if (no_is_settled && limits_need(reason)) return false;
  if (reason.kind == "points" && !reason.value) return false;  // an unknown fact: the sum below shows what it may weigh
  return reason.kind != "points" || reason.points.value_or(0) != 0 || reason.points_low.value_or(0) != 0 ||
         reason.points_high.value_or(0) != 0;
}

std::string plural(double n, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count(n), n == 1 ? one : many);
}

std::string quoted_for_shell(const std::string& word) {
  const bool plain =
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/=:,@+") ==
      std::string::npos;
  if (plain && !word.empty()) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string input_words(const Document& document) {
  std::vector<std::string> words;
  for (const std::string& argument : document.arguments) words.push_back(quoted_for_shell(argument));
  return words.empty() ? "INPUT…" : join(words, " ");
}

bool has_role(const Assessment& assessment, const std::string& role) {
  return std::any_of(assessment.inputs.begin(), assessment.inputs.end(),
                     [&](const InputRow& row) { return row.role == role; });
}

}  // namespace

std::vector<const Reason*> strongest_reasons(const Verdict& verdict, std::size_t most) {
  const bool no_is_settled = std::any_of(verdict.because.begin(), verdict.because.end(), settles_no);
  std::vector<const Reason*> all;
  for (const Reason& reason : verdict.because) {
    if (worth_saying(reason, no_is_settled)) all.push_back(&reason);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Reason* a, const Reason* b) { return strength(*a) > strength(*b); });
  if (all.size() > most) all.resize(most);
  return all;
}

std::string weight_of(const Reason& reason) {
  if (!reason.points) return "!";
  const double low = reason.points_low.value_or(*reason.points), high = reason.points_high.value_or(*reason.points);
  return low == high ? signed_points(*reason.points) : signed_points(low) + " to " + signed_points(high);
}

std::string points_in_all(const Verdict& verdict) {
  std::vector<const Reason*> sums;
  for (const Reason& reason : verdict.because) {
    if (is_sum(reason) && reason.points) sums.push_back(&reason);
  }
  if (sums.empty()) return {};
  if (sums.size() == 1 || verdict.score_low == verdict.score_high) return sums.front()->says;
  return fmt::format("between {} and {} points in all, by what is not known", signed_points(verdict.score_low),
                     signed_points(verdict.score_high));
}

std::vector<const EdgeSummary*> chattiest(const Summary& summary, std::size_t most) {
  std::vector<const EdgeSummary*> all;
  for (const EdgeSummary& row : summary.edges) {
    const bool counted = row.key->cls == CallClass::north_south || row.key->cls == CallClass::east_west;
    if (counted && row.first_unit > 0) all.push_back(&row);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->first_unit > b->first_unit; });
  if (all.size() > most) all.resize(most);
  return all;
}

std::string what_was_read(const Assessment& assessment, const Summary& summary) {
  std::uint64_t records = 0, traffic = 0, objects = 0;
  for (const InputRow& row : assessment.inputs) {
    if (row.role == "traffic") ++traffic, records += row.records;
    if (row.role == "manifests") objects += row.records;
  }
  std::vector<std::string> parts;
  if (traffic > 0) {
    parts.push_back(fmt::format("{} from {}", plural(static_cast<double>(records), "record", "records"),
                                plural(static_cast<double>(traffic), "traffic input", "traffic inputs")));
  }
  if (has_role(assessment, "graph")) parts.emplace_back("a call graph");
  if (objects > 0) parts.push_back(plural(static_cast<double>(objects), "manifest object", "manifest objects"));
  if (has_role(assessment, "facts")) parts.emplace_back("declared facts");
  if (parts.empty()) return "Read: nothing.";
  std::string text = "Read: " + join(parts, ", ");
  if (summary.to_ns != 0) {
    text += fmt::format(", {} to {}", timestamp(summary.from_ns), timestamp(summary.to_ns));
  }
  return text + ".";
}

std::string what_was_not(const Assessment& assessment, const Summary& summary) {
  std::uint64_t skipped = 0;
  for (const InputRow& row : assessment.inputs) skipped += row.skipped;
  std::vector<std::string> parts;
  if (skipped > 0)
    parts.push_back(fmt::format("{} could not be read", plural(static_cast<double>(skipped), "record", "records")));
  if (!summary.unmatched_services.empty()) {
    const std::size_t all = summary.unmatched_services.size() + summary.matched_services;
    parts.push_back(
        fmt::format("{} of {} traced services matched no workload", summary.unmatched_services.size(), all));
  }
  const CallGraph& graph = assessment.picture.graph;
  const auto uncounted = [&](std::uint64_t n, const char* why) {
    if (n > 0) parts.push_back(fmt::format("{} {}", count(static_cast<double>(n)), why));
  };
  uncounted(graph.denied, "refused by policy");
  uncounted(graph.unrouted, "answered by a proxy for want of a route");
  uncounted(graph.repeated, "repeats of a record");
  return parts.empty() ? "" : "Not: " + join(parts, "; ") + ".";
}

std::string largest_unknown(const Summary& summary) {
  if (summary.units.empty()) return {};
  const double unknown = summary.units.front().calls.at(CallClass::unknown);
  if (unknown <= 0 || summary.units.front().total <= 0) return {};
  std::string reason;
  double most = 0;
  for (const auto& [why, calls] : summary.unknown_reasons) {
    if (calls > most) reason = why, most = calls;
  }
  const bool by_address =
      reason.find("named") != std::string::npos || reason.find("claimed by no") != std::string::npos;
  const std::string settle = by_address ? "add the manifests, or --inside CIDR / --outside CIDR"
                                        : "record whole traces: every service must pass the trace context on";
  return fmt::format("Unknown: {} of {} ({}), mostly: {}. Settle it: {}.", count(unknown),
                     count(summary.units.front().total), percent(unknown / summary.units.front().total), reason,
                     settle);
}

std::string set_aside(const UnitTraffic& unit) {
  std::vector<std::string> parts;
  for (const CallClass cls : {CallClass::datastore, CallClass::async, CallClass::egress, CallClass::platform}) {
    if (unit.calls.at(cls) > 0) parts.push_back(fmt::format("{} {}", name_of(cls), count(unit.calls.at(cls))));
  }
  return join(parts, ", ");
}

std::vector<std::string> next_commands(const Document& document, const Summary& summary) {
  const Assessment& assessment = document.assessment;
  const std::string inputs = input_words(document);
  if (summary.units.empty() && !has_role(assessment, "facts"))
    return {"nsew explain otlp-json    # how to record traffic"};
  const Outcome* outcome = outcome_called(assessment.verdict.outcome);
  const bool has_target = outcome != nullptr && !outcome->target.empty();
  if (assessment.verdict.outcome == "insufficient-data") return {"nsew explain insufficient-data"};
  if (has_target && !has_role(assessment, "manifests")) {
    return {fmt::format("nsew advise {} manifests/    # add your manifests", inputs)};
  }
  if (has_target) {
    return {fmt::format("nsew starter {} --target {} --to nsew-starter", inputs, outcome->target)};
  }
  return {fmt::format("nsew lint {}", inputs)};
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : split(text, ' ')) {
    if (!line.empty() && columns(line) + 1 + columns(std::string(word)) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace nsew
