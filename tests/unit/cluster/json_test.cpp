#include <doctest/doctest.h>

#include <string>

#include "reading.hpp"

namespace nsew {
namespace {

std::vector<std::string> namespaces(const Inventory& inventory) {
  std::vector<std::string> names;
  for (const Namespace& one : inventory.namespaces) names.push_back(one.object.name);
  return names;
}

std::string space(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + name + "\"}}";
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("JSON is read whole, in lists, in lists of lists, line by line and between dashes") {
  struct Case {
    std::string name, text;
    Names names;
  };
  const Case cases[] = {
      {"one", space("a"), {"a"}},
      {"as kubectl dumps",
       R"({"apiVersion":"v1","items":[)" + space("a") + "," + space("b") + R"(],"kind":"List"})",
       {"a", "b"}},
      {"as the API answers",
       R"({"kind":"NamespaceList","apiVersion":"v1","items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})",
       {"a", "b"}},
      {"nested", R"({"kind":"List","items":[{"kind":"List","apiVersion":"v1","items":[)" + space("a") + "]}]}", {"a"}},
      {"an array", "[" + space("a") + ",\n" + space("b") + "]", {"a", "b"}},
      {"lines", space("a") + "\n" + space("b") + "\n", {"a", "b"}},
      {"documents",
       space("a") + "\n---\n" + space("b") + "\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n",
       {"a", "b", "c"}},
      {"a list in YAML", "kind: NamespaceList\napiVersion: v1\nitems:\n- metadata: {name: a}\n", {"a"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const Said said = read_text(one.text);
    CHECK(namespaces(said.inventory) == one.names);
    CHECK(said.told().empty());
    CHECK(said.summary.records == one.names.size());
  }
}

TEST_CASE("places in JSON are lines and columns of keys") {
  const Said said = read_text(
      "\n{\n  \"apiVersion\": \"apps/v1\",\n  \"kind\": \"Deployment\",\n  \"metadata\": {\"name\": \"a\"},\n"
      "  \"spec\": {\n    \"replicas\": \"2\"\n  }\n}\n");
  REQUIRE(said.inventory.workloads.size() == 1);
  CHECK(said.inventory.workloads[0].object.where == Location{"f", 4, 3});
  CHECK(said.told() == lines({"f:7:5: spec.replicas is a string, not a number"}));
}

TEST_CASE("broken JSON says where, and what was read before stays") {
  struct Case {
    std::string name, text;
    Names names;
    std::vector<std::string> messages;
  };
  const std::string list = R"({"kind":"List","apiVersion":"v1","items":[)";
  const Case cases[] = {
      {"cut in a string", list + "\n" + space("a") + ",\n{\"kind\":\"Names", {"a"}, {"f:3:9: not JSON: cut short"}},
      {"cut between items", list + "\n" + space("a") + ",\n", {"a"}, {"f:2:58: not JSON: cut short"}},
      {"the last bracket is missing", list + "\n" + space("a") + "]", {"a"}, {"f:2:58: not JSON: cut short"}},
      {"cut in the last of several lines",
       space("a") + "\n" + space("b").substr(0, 30),
       {"a"},
       {"f:2:27: not JSON: cut short"}},
      {"a bracket too many",
       space("a") + "}\n" + space("b"),
       {"a", "b"},
       {"f:1:63: not JSON: a comma, bracket or key too many or too few"}},
      {"100,000 deep",
       R"({"kind":"A","x":)" + std::string(100000, '['),
       {},
       {"f:1:415: nested too deep for a manifest"}},
      {"a list that breaks before its version",
       R"({"kind":"List","x"y:1,"apiVersion":"v1","items":[]})",
       {},
       {"f:1:1: not JSON: a comma, bracket or key too many or too few"}},
      {"a word that is none",
       R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":nux}})",
       {},
       {"f:1:58: not JSON: problem while parsing an atom starting with the letter 'n'"}},
      {"twice the same key",
       R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"},"kind":"Namespace"})",
       {"a"},
       {"f:1:63: key 'kind' is given twice; the last one counts"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const Said said = read_text(one.text);
    CHECK(namespaces(said.inventory) == one.names);
    CHECK(said.told() == lines(one.messages));
  }
}

}  // namespace nsew
