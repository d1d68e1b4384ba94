// The JSON report: interface.md, "JSON report"; its schema is report.schema.json beside this file.
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/embedded.hpp"
#include "base/escape.hpp"
#include "base/version.hpp"
#include "measure/summary.hpp"
#include "report/findings_json.hpp"
#include "report/numbers.hpp"
#include "report/report.hpp"

namespace nsew {
namespace {

using Json = nlohmann::ordered_json;

Json text(const std::string& value) { return escape::utf8(value); }
Json text_or_null(const std::string& value) { return value.empty() ? Json(nullptr) : text(value); }

// Whole numbers without a fraction, infinities as text: JSON has none.
Json figure(double value) {
  if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
  if (std::floor(value) == value && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}
template <class Number>
Json figure_or_null(const std::optional<Number>& value) {
  return value ? figure(static_cast<double>(*value)) : Json(nullptr);
}

Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(text(value));
  return list;
}

struct ToJson {
  Json operator()(double value) const { return figure(value); }
  Json operator()(bool value) const { return value; }
  Json operator()(const std::string& value) const { return text(value); }
  Json operator()(const std::vector<std::string>& values) const { return texts(values); }
  Json operator()(const std::vector<double>& values) const {
    Json list = Json::array();
    for (const double value : values) list.push_back(figure(value));
    return list;
  }
};

Json inputs(const Assessment& assessment) {
  Json list = Json::array();
  for (const InputRow& row : assessment.inputs) {
    list.push_back({{"name", text(row.name)},
                    {"format", row.format},
                    {"role", row.role},
                    {"unit", text_or_null(row.unit)},
                    {"bytes", row.bytes},
                    {"records", row.records},
                    {"skipped", row.skipped}});
  }
  return list;
}

Json window(const Summary& summary) {
  if (summary.to_ns == 0) return nullptr;
  return {{"from", timestamp(summary.from_ns)}, {"to", timestamp(summary.to_ns)}};
}

std::string snake(std::string_view kebab) {
  std::string key(kebab);
  for (char& c : key) c = c == '-' ? '_' : c;
  return key;
}

Json traffic(const Summary& summary) {
  Json list = Json::array();
  for (const UnitTraffic& unit : summary.units) {
    Json calls;
    for (const CallClass cls : call_classes) calls[snake(name_of(cls))] = figure(unit.calls.at(cls));
    Json row{{"unit", unit.unit}, {"source", name_of(unit.source)}, {"calls", calls}, {"total", figure(unit.total)}};
    row["east_west_share"] = nullptr;
    if (unit.share) {
      row["east_west_share"] = {{"value", unit.share->value}, {"low", unit.share->low}, {"high", unit.share->high}};
    } else {
      row["why_not"] = unit.why_not;
    }
    row["hairpin_calls"] = figure(unit.hairpin);
    list.push_back(row);
  }
  return list;
}

Json gateways(const Assessment& assessment) {
  Json list = Json::array();
  for (const auto& [id, node] : assessment.picture.graph.nodes) {
    if (node.kind == NodeKind::gateway) list.push_back({{"id", text(id)}, {"why", text(node.why)}});
  }
  return list;
}

Json nodes(const Summary& summary) {
  Json list = Json::array();
  for (const NodeSummary& row : summary.nodes) {
    list.push_back({{"id", text(row.node->id)},
                    {"kind", name_of(row.node->kind)},
                    {"entry", row.entry},
                    {"namespace", text_or_null(row.node->ns)},
                    {"fan_out", row.fan_out},
                    {"fan_in", row.fan_in},
                    {"calls_in", figure(row.calls_in)},
                    {"calls_out", figure(row.calls_out)}});
  }
  return list;
}

Json latency(const EdgeSummary& row) {
  if (!row.p50) return nullptr;
  const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
  return {{"p50", rounded(*row.p50)}, {"p95", rounded(row.p95.value_or(0))}, {"p99", rounded(row.p99.value_or(0))}};
}

Json edges(const Summary& summary) {
  Json list = Json::array();
  for (const EdgeSummary& row : summary.edges) {
    Json seen = Json::array();
    if (!row.edge->seen.empty()) seen.push_back("observed");
    if (row.edge->declared) seen.push_back("declared");
    list.push_back({{"from", text(row.key->from)},
                    {"to", text(row.key->to)},
                    {"class", name_of(row.key->cls)},
                    {"why", text(row.why)},
                    {"calls", figure_or_null(row.calls)},
                    {"connections", figure_or_null(row.connections)},
                    {"bytes", figure_or_null(row.bytes)},
                    {"errors", figure(row.errors)},
                    {"observed", row.observed},
                    {"latency_ms", latency(row)},
                    {"seen", seen},
                    {"flags", row.flags}});
  }
  return list;
}

Json components(const Assessment& assessment) {
  Json list = Json::array();
  for (const ScoredComponent& one : assessment.components) {
    list.push_back({{"services", texts(one.component.services)}, {"score", figure_or_null(one.score)}});
  }
  return list;
}

Json fact_json(const Fact& fact) {
  Json row{{"value", std::visit(ToJson{}, fact.value)}, {"origin", name_of(fact.origin)}};
  if (fact.low) row["low"] = figure(*fact.low);
  if (fact.high) row["high"] = figure(*fact.high);
  if (!fact.source.empty()) row["source"] = text(fact.source);
  return row;
}

Json facts(const FactSheet& sheet) {
  Json sections = Json::object();
  for (const char* section : {"traffic", "topology", "l7", "identity", "org", "existing", "constraints", "data"}) {
    sections[section] = Json::object();
  }
  for (const auto& [name, fact] : sheet.facts) {
    const auto dot = name.find('.');
    if (dot != std::string::npos) sections[name.substr(0, dot)][name.substr(dot + 1)] = fact_json(fact);
  }
  return sections;
}

Json reason_json(const Reason& reason) {
  return {{"rule", reason.rule},
          {"kind", reason.kind},
          {"fact", text_or_null(reason.fact)},
          {"value", reason.value ? std::visit(ToJson{}, *reason.value) : Json(nullptr)},
          {"points", figure_or_null(reason.points)},
          {"points_low", figure_or_null(reason.points_low)},
          {"points_high", figure_or_null(reason.points_high)},
          {"effect", text_or_null(reason.effect)},
          {"says", text(reason.says)},
          {"source", text(reason.source)}};
}

Json verdict(const Verdict& v) {
  Json because = Json::array(), families = Json::array();
  for (const Reason& reason : v.because) because.push_back(reason_json(reason));
  for (const Family& family : v.families) {
    families.push_back({{"id", family.id},
                        {"points", figure(family.points)},
                        {"points_low", figure_or_null(family.points_low)},
                        {"points_high", figure_or_null(family.points_high)},
                        {"low_cap", figure(family.low_cap)},
                        {"high_cap", figure(family.high_cap)}});
  }
  return {{"outcome", v.outcome},
          {"mode", text_or_null(v.mode)},
          {"lean", text_or_null(v.lean)},
          {"scope", texts(v.scope)},
          {"score", {{"value", figure(v.score)}, {"low", figure(v.score_low)}, {"high", figure(v.score_high)}}},
          {"confidence", v.confidence},
          {"settles", text_or_null(v.settles)},
          {"because", because},
          {"families", families}};
}

Json diagnostics(const Assessment& assessment) {
  Json list = Json::array();
  for (const Diagnostic& one : assessment.diagnostics) {
    list.push_back({{"level", name_of(one.level)},
                    {"location", location_json(one.location)},
                    {"message", text(one.message)},
                    {"hint", text_or_null(one.hint)}});
  }
  return list;
}

Json starter(const Document& document) {
  Json list = Json::array();
  for (const StarterFile& file : document.starter) {
    list.push_back({{"path", text(file.path)},
                    {"target", file.target},
                    {"phase", file.phase},
                    {"evidence", texts(file.evidence)}});
  }
  return list;
}

std::string render(const Document& document) {
  const Assessment& assessment = document.assessment;
  const Summary summary = summarise(assessment.picture);
  Json report;
  report["schema_version"] = "1.0";
  report["nsew"] = {{"version", version}, {"rules_digest", embedded::rules_digest()}};
  report["today"] = assessment.today;
  report["inputs"] = inputs(assessment);
  report["window"] = window(summary);
  report["traffic"] = traffic(summary);
  report["gateways"] = gateways(assessment);
  report["nodes"] = nodes(summary);
  report["edges"] = edges(summary);
  report["components"] = components(assessment);
  report["unmatched_services"] = texts(summary.unmatched_services);
  report["facts"] = facts(assessment.facts);
  report["verdict"] = verdict(assessment.verdict);
  report["findings"] = findings_json(document.findings);
  report["starter"] = starter(document);
  report["diagnostics"] = diagnostics(assessment);
  return dumped(report);
}

}  // namespace

extern const Report json_report{
    .name = "json", .summary = "everything, for dashboards and scripts (nsew schema report)", .render = render};

}  // namespace nsew
