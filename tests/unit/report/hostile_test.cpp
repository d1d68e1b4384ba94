#include <doctest/doctest.h>

#include "report/report.hpp"

namespace nsew {
namespace {

const std::string name = "a\x1b[31m\n::error::x</script>\"'`|{}\u202E";

struct Fixture {
  CallGraph graph;
  Inventory inventory;
  Assessment assessment{.picture = {.graph = graph, .inventory = inventory}};

  Fixture() {
    graph.nodes[name] = {.id = name, .name = name};
    graph.nodes["b"] = {.id = "b", .name = "b"};
    Edge::Seen& seen = graph.edges[{name, "b", CallClass::east_west}].seen[Source::traces];
    seen.calls.add(1, 3);
    seen.reasons[name].add(1, 3);
    assessment.inputs = {{.name = name, .format = "otlp-json", .role = "traffic", .unit = "requests"}};
    assessment.verdict = {.outcome = "gateway", .scope = {name}, .confidence = "low", .settles = name};
    assessment.verdict.because = {{.rule = "r", .kind = "gate", .effect = "need: no", .says = name, .source = name}};
    assessment.diagnostics = {{Severity::warning, {name, 1, 1}, name, name}};
  }
  Document document() const {
    Document made{.assessment = assessment};
    made.findings = {{.code = "NSEW0301",
                      .name = "n",
                      .message = name,
                      .kind = name,
                      .ns = name,
                      .object = name,
                      .location = {name, 1, 2},
                      .fingerprint = "f",
                      .remedy = name}};
    made.arguments = {name};
    return made;
  }
};

}  // namespace

TEST_CASE("no report lets a stranger's name send escapes, begin a line or a workflow command") {
  const Fixture fixture;
  for (const auto table : {reports(), lint_reports()}) {
    for (const Report* report : table) {
      CAPTURE(report->name);
      const std::string text = report->render(fixture.document());
      CHECK(text.find('\x1b') == std::string::npos);
      CHECK(text.find("\n::error::x") == std::string::npos);
      if (report->name != "graph") CHECK(text.find("\u202E") == std::string::npos);  // read back, never shown
    }
  }
}

TEST_CASE("what may be shown as HTML holds no tag that a stranger wrote") {
  const Fixture fixture;
  const std::string text = report_called("markdown", reports())->render(fixture.document());
  CHECK(text.find("</script>") == std::string::npos);
}

}  // namespace nsew
