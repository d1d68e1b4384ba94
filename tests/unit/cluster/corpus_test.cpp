#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "reading.hpp"

namespace nsew {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

std::vector<ManifestFile> files_below(const fs::path& folder) {
  std::vector<ManifestFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back({fs::relative(entry.path(), folder).string(), text_of(entry.path())});
  std::erase_if(files, [](const ManifestFile& file) { return !looks_like_manifest(file.text); });
  std::ranges::sort(files, {}, &ManifestFile::name);
  return files;
}

std::optional<fs::path> corpus() {
  const char* folder = std::getenv("NSEW_CORPUS");
  if (folder == nullptr || !fs::exists(fs::path(folder) / "manifests")) return std::nullopt;
  return fs::path(folder) / "manifests";
}

// What a file that is broken or of the wrong type makes nsew say; files without a line here are read in silence.
const std::map<std::string, std::string> expected = {
    {"argo-cd-crlf-dups/gitops-engine/pkg/health/testdata/statefulset-ondelete.yaml",
     ":94:3: key 'updateStrategy' is given twice; the last one counts"},
    {"argo-cd-crlf-dups/resource_customizations/rabbitmq.com/User/testdata/unknown.yaml",
     ":25:1: key 'status' is given twice; the last one counts"},
    {"derived-synthetic/latin1-comment.yaml", ":1: bytes that are not UTF-8, read as U+FFFD"},
    {"derived-synthetic/nul-bytes.yaml", ":28:14: a control character, which no text has"},
    {"derived-synthetic/tab-indented.yaml", ":4:1: not YAML: a tab in the indentation"},
    {"kiali-bad-indent/1503.yaml", ":15:17: not YAML: illegal map value"},
    {"kube-score/parser/testdata/invalid-yaml.yaml", ":9:5: spec.ports[0].port is a string, not a number"},
    {"kubectl-validate/error_array_instead_of_map.yaml", ":24:1: data is a list, not a map"},
    {"kubectl-validate/error_invalid_protocol_type.yaml",
     ":35:11: spec.containers[0].ports[0].protocol is a number, not a string"},
    {"kubectl-validate/error_multiple_fields.yaml", ":23:3: key 'containers' is given twice; the last one counts"},
    {"linkerd-bad/cli/cmd/testdata/inject_gettest_deployment.bad.input.yml", ":36:5: not YAML: end of map not found"},
    {"linkerd-bad/test/integration/deep/dualstack/testdata/ipfamilies-policy.yml",
     ":32:17: not YAML: end of map not found"},
    {"polaris/bad.yaml", ":3:1: not YAML: text that belongs to nothing before it"},
};

}  // namespace

TEST_CASE("every malformed file of the corpus is told of, or read in silence") {
  const auto folder = corpus();
  if (!folder) return;
  for (const ManifestFile& file : files_below(*folder / "malformed")) {
    CAPTURE(file.name);
    const Said said = read_files({file});
    const auto line = expected.find(file.name);
    CHECK((said.messages.empty() ? "" : said.messages.front()) ==
          (line == expected.end() ? "" : line->first + line->second));
    CHECK(said.summary.records + said.summary.skipped > 0);
  }
}

TEST_CASE("every system of the corpus gives the same inventory from its files in reverse") {
  const auto folder = corpus();
  if (!folder) return;
  const auto outline = [](const Inventory& inventory) {
    std::string all;
    for (const Workload& one : inventory.workloads)
      all += one.object.ns + "/" + one.object.name + to_string(one.object.where) + "\n";
    for (const Service& one : inventory.services)
      all += one.object.ns + "/" + one.object.name + to_string(one.object.where) + "\n";
    for (const MeshMarker& one : inventory.mesh_markers)
      all += one.mesh + one.evidence + one.says + to_string(one.object.where) + "\n";
    return all;
  };
  for (const auto& system : fs::directory_iterator(*folder)) {
    CAPTURE(system.path());
    std::vector<ManifestFile> files = files_below(system.path());
    const std::string forward = outline(read_files(files).inventory);
    std::ranges::reverse(files);
    CHECK(outline(read_files(files).inventory) == forward);
  }
}

}  // namespace nsew
