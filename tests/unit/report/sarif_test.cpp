#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "report/report.hpp"

using namespace nsew;

namespace {

Document found_in(const Assessment& assessment, const std::string& file) {
  Document document{.assessment = assessment};
  document.here = "/home/me/shop/deploy";
  document.root = "/home/me/shop";
  document.findings = {{.code = "NSEW0301", .name = "n", .message = "m", .location = {file, 3, 5}}};
  return document;
}

}  // namespace

TEST_CASE("code scanning finds every file of the repository, however it was named") {
  const CallGraph graph;
  const Inventory inventory;
  const Assessment assessment{.picture = {.graph = graph, .inventory = inventory}};
  struct Row {
    const char *given, *uri, *annotated;
    bool in_repository;
  };
  const Row rows[] = {{"web.yaml", "deploy/web.yaml", "deploy/web.yaml", true},
                      {"./base//web.yaml", "deploy/base/web.yaml", "deploy/base/web.yaml", true},
                      {"../a b/ü%.yaml", "a%20b/%C3%BC%25.yaml", "a b/ü%25.yaml", true},
                      {"/home/me/shop/x:1.yaml", "x%3A1.yaml", "x%3A1.yaml", true},
                      {"../../other/web.yaml", "file:///home/me/other/web.yaml", "/home/me/other/web.yaml", false},
                      {"/home/me/shop2/a.yaml", "file:///home/me/shop2/a.yaml", "/home/me/shop2/a.yaml", false},
                      {"<stdin>", "%3Cstdin%3E", "<stdin>", false}};
  for (const Row& row : rows) {
    CAPTURE(row.given);
    const Document document = found_in(assessment, row.given);
    const auto log = nlohmann::json::parse(report_called("sarif", lint_reports())->render(document));
    const auto& artifact = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    CHECK(artifact["uri"] == row.uri);
    CHECK(artifact.contains("uriBaseId") == row.in_repository);
    if (row.in_repository)
      CHECK(log["runs"][0]["originalUriBaseIds"].contains(artifact["uriBaseId"].get<std::string>()));
    const std::string annotation = report_called("github", lint_reports())->render(document);
    CHECK(annotation.find(std::string(",file=") + row.annotated + ",line=3") != std::string::npos);
  }
}
