// Graphviz: `nsew advise … -o dot | dot -Tsvg`.
#include <cmath>

#include <fmt/format.h>

#include "base/escape.hpp"
#include "measure/summary.hpp"
#include "report/numbers.hpp"
#include "report/report.hpp"

namespace nsew {
namespace {

std::string_view shape(NodeKind kind) {
  switch (kind) {
    case NodeKind::gateway:
      return "house";
    case NodeKind::outside:
      return "plaintext";
    case NodeKind::datastore:
      return "cylinder";
    case NodeKind::broker:
      return "cds";
    case NodeKind::platform:
      return "component";
    case NodeKind::unknown:
      return "diamond";
    case NodeKind::service:
      break;
  }
  return "box";
}

std::string_view color(CallClass cls) {
  switch (cls) {
    case CallClass::north_south:
      return "#1f6feb";
    case CallClass::east_west:
      return "#d9730d";
    case CallClass::egress:
      return "#57606a";
    case CallClass::datastore:
      return "#8250df";
    case CallClass::async:
      return "#1a7f37";
    case CallClass::platform:
      return "#afb8c1";
    case CallClass::unknown:
      break;
  }
  return "#cf222e";
}

std::string edge_line(const EdgeSummary& row, double most) {
  const double width = most > 0 ? 1 + 4 * std::sqrt(row.first_unit / most) : 1;
  return fmt::format("  \"{}\" -> \"{}\" [label=\"{}\", color=\"{}\", penwidth={:.2f}, tooltip=\"{}\"];\n",
                     escape::dot(row.key->from), escape::dot(row.key->to), count(row.first_unit), color(row.key->cls),
                     width, escape::dot(fmt::format("{}: {}", name_of(row.key->cls), row.why)));
}

std::string render(const Document& document) {
  const Summary summary = summarise(document.assessment.picture);
  std::string text =
      "digraph nsew {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", "
      "fontsize=10];\n";
  for (const NodeSummary& row : summary.nodes) {
    text += fmt::format("  \"{}\" [shape={}, tooltip=\"{}\"];\n", escape::dot(row.node->id), shape(row.node->kind),
                        escape::dot(fmt::format("{} {}", name_of(row.node->kind), row.node->why)));
  }
  double most = 0;
  for (const EdgeSummary& row : summary.edges) most = std::max(most, row.first_unit);
  for (const EdgeSummary& row : summary.edges) text += edge_line(row, most);
  return text + "}\n";
}

}  // namespace

extern const Report dot_report{.name = "dot", .summary = "the call graph for Graphviz", .render = render};

}  // namespace nsew
