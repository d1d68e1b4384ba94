#include <doctest/doctest.h>

#include <string>

#include "reading.hpp"

namespace nsew {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string as_utf16(std::string_view ascii, bool little_endian) {
  std::string all = little_endian ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : ascii) all += little_endian ? std::string{c, '\0'} : std::string{'\0', c};
  return all;
}

const std::string space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";

struct Case {
  std::string name, text;
  std::uint64_t records, skipped;
  std::vector<std::string> messages;
};

void check(const Case& one) {
  CAPTURE(one.name);
  const Said said = read_text(one.text);
  CHECK(said.summary.records == one.records);
  CHECK(said.summary.skipped == one.skipped);
  CHECK(said.told() == lines(one.messages));
}

}  // namespace

TEST_CASE("a broken document loses only itself, and says where") {
  const Case cases[] = {
      {"between two", space + "---\na: b: c\n---\n" + space, 2, 1, {"f:6:5: not YAML: illegal map value"}},
      {"a tab", space + "---\nkind: X\nmetadata:\n\tname: x\n", 1, 1, {"f:8:1: not YAML: a tab in the indentation"}},
      {"text before the object",
       "--\n# a comment\n" + space,
       0,
       1,
       {"f:3:1: not YAML: text that belongs to nothing before it"}},
      {"only commas",
       repeated(",", 20000) + "\n---\n" + space,
       1,
       1,
       {"f:1:1: not YAML: text that belongs to nothing before it"}},
      {"a NUL byte",
       "kind: X\nname: a" + std::string(1, '\0') + "\n---\n" + space,
       1,
       1,
       {"f:2:8: a control character, which no text has"}},
      {"the byte that yaml-cpp ends at",
       "kind: X\n\x04\n---\n" + space,
       1,
       1,
       {"f:2:1: a control character, which no text has"}},
      {"a text", "hello\n---\n" + space, 1, 1, {"f:1:1: a document that is a string, not an object"}},
      {"an alias without anchor", "kind: X\na: *b\n", 0, 1, {"f:2:4: not YAML: the referenced anchor is not defined"}},
  };
  for (const Case& one : cases) check(one);
}

TEST_CASE("documents are cut at three dashes in column 1 and nowhere else") {
  const Case cases[] = {
      {"empty ones", "---\n---\n# only a comment\n---\n" + space + "---", 1, 0, {}},
      {"a comment behind the dashes", "--- # first\n" + space + "--- # second\n" + space, 2, 0, {}},
      {"an object behind the dashes", "--- {kind: Namespace, apiVersion: v1, metadata: {name: a}}\n", 1, 0, {}},
      {"dots", space + "...\n" + space, 2, 0, {}},
      {"a certificate",
       "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  c: |\n    -----BEGIN\n    ---\n",
       1,
       0,
       {}},
      {"a directive", "%YAML 1.2\n---\n" + space, 1, 0, {}},
      {"Windows line ends and a byte order mark",
       "\xEF\xBB\xBF"
       "apiVersion: v1\r\nkind: Namespace\r\n---\r\n" +
           space,
       2,
       0,
       {}},
      {"UTF-16, little end first", as_utf16(space, true), 1, 0, {}},
      {"UTF-16, big end first", as_utf16(space, false), 1, 0, {}},
      {"Latin-1", space + "# caf\xE9\n", 1, 0, {"f:5: bytes that are not UTF-8, read as U+FFFD"}},
  };
  for (const Case& one : cases) check(one);
}

TEST_CASE("nesting and aliases are bounded before they cost anything") {
  std::string bomb = "kind: List\napiVersion: v1\na: &a0 [x, x, x, x, x, x, x, x, x]\n";
  std::string merges = "kind: List\napiVersion: v1\na: &a0 {k: v}\n";
  for (int i = 1; i < 2000; ++i) {
    const std::string n = std::to_string(i), before = "*a" + std::to_string(i - 1);
    if (i < 30) bomb += "b" + n + ": &a" + n + " [" + repeated(before + ", ", 8) + before + "]\n";
    merges += "b" + n + ": &a" + n + " {<<: [" + repeated(before + ", ", 8) + before + "], k" + n + ": x}\n";
  }
  const std::vector<std::string> deep = {"f:1:1: nested too deep for a manifest"};
  const std::vector<std::string> many = {"f:1:1: aliases unfold to millions of values"};
  const Case cases[] = {
      {"brackets", "kind: A\nx: " + repeated("[", 100000), 0, 1, deep},
      {"dashes", "kind: A\nx:\n" + repeated("- ", 100000) + "a", 0, 1, deep},
      {"question marks", "kind: A\nx:\n  " + repeated("? ", 100000) + "a", 0, 1, deep},
      {"an alias bomb", bomb + "items: *a29\n", 0, 1, many},
      {"a bomb of merge keys", merges, 0, 1, many},
      {"an alias inside of its anchor",
       "kind: List\napiVersion: v1\nitems: &a [*a]\n",
       0,
       0,
       {"f:3:12: an alias inside of its own anchor"}},
  };
  for (const Case& one : cases) check(one);
}

TEST_CASE("aliases and merge keys are resolved, and what an object says itself wins") {
  const Said said = read_text(
      "apiVersion: v1\nkind: List\ncommon: &common\n  team: cart\n  tier: back\nitems:\n- apiVersion: v1\n  kind: "
      "Namespace\n"
      "  metadata:\n    name: a\n    labels:\n      <<: *common\n      tier: front\n- apiVersion: v1\n  kind: "
      "Namespace\n"
      "  metadata: {name: b, labels: *common}\n");
  REQUIRE(said.inventory.namespaces.size() == 2);
  CHECK(said.inventory.namespaces[0].object.labels == Labels{{"team", "cart"}, {"tier", "front"}});
  CHECK(said.inventory.namespaces[1].object.labels == Labels{{"team", "cart"}, {"tier", "back"}});
  CHECK(said.told().empty());
}

TEST_CASE("a key that is given twice is reported where it stands the second time, and the last one counts") {
  const Said said = read_text("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  name: b\n");
  CHECK(said.told() == lines({"f:5:3: key 'name' is given twice; the last one counts"}));
  REQUIRE(said.inventory.namespaces.size() == 1);
  CHECK(said.inventory.namespaces[0].object.name == "b");
}

TEST_CASE("an object is where its kind is, in its file") {
  const Said said =
      read_text("# top\n---\n" + space + "---\n\nmetadata: {name: x}\nkind:   Namespace\napiVersion: v1\n");
  REQUIRE(said.inventory.namespaces.size() == 2);
  CHECK(said.inventory.namespaces[0].object.where == Location{"f", 4, 1});
  CHECK(said.inventory.namespaces[1].object.where == Location{"f", 10, 1});
}

TEST_CASE("a field of the wrong type is reported with its path, and the rest is read") {
  const Said said = read_text(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, labels: {v: 1}}\nspec:\n  replicas: \"3\"\n  "
      "template:\n"
      "    spec:\n      hostNetwork: 'yes'\n      containers:\n      - name: c\n        image: [x]\n        ports:\n"
      "        - containerPort: http\n        - {containerPort: 99999}\n        env: {A: b}\n      - text\n");
  CHECK(said.told() ==
        lines(std::vector<std::string>{
            "f:3:33: metadata.labels.v is a number, not a string", "f:5:3: spec.replicas is a string, not a number",
            "f:8:7: spec.template.spec.hostNetwork is a string, not a boolean",
            "f:11:9: spec.template.spec.containers[0].image is a list, not a string",
            "f:13:11: spec.template.spec.containers[0].ports[0].containerPort is a string, not a number",
            "f:14:12: spec.template.spec.containers[0].ports[1].containerPort is 99999, which is no port",
            "f:15:9: spec.template.spec.containers[0].env is a map, not a list",
            "f:16:9: spec.template.spec.containers[1] is a string, not a map"}));
  REQUIRE(said.inventory.workloads.size() == 1);
  CHECK(said.inventory.workloads[0].replicas == 3);
  CHECK(said.inventory.workloads[0].object.labels == Labels{{"v", "1"}});
  CHECK(said.inventory.workloads[0].containers.size() == 1);
}

TEST_CASE("kinds that nothing reads are counted, and fail nothing") {
  const Said said =
      read_text("apiVersion: example.org/v1\nkind: Cheese\n---\nkind: Cheese\napiVersion: example.org/v1\n---\na: b\n");
  CHECK(said.inventory.unknown_kinds == std::map<std::string, std::uint64_t>{{"example.org/v1/Cheese", 2}});
  CHECK(said.inventory.objects == 2);
  CHECK(said.summary.skipped == 1);
  CHECK(said.told().empty());
}

TEST_CASE("manifests are recognised by their content") {
  struct Head {
    std::string text;
    bool manifest;
  };
  const Head heads[] = {
      {space, true},
      {as_utf16(space, true), true},
      {"---\n\"kind\": \"Pod\"\n\"apiVersion\": v1\n", true},
      {"resources:\n- cart.yaml\n", true},
      {R"({"apiVersion":"v1","kind":"List","items":[]})", true},
      {"kind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n", true},
      {R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":2}]}]}]})", false},
      {"resources:\n  limits: {cpu: 1}\n", false},
      {"apiVersion: v2\nname: chart\n", false},
      {"", false},
      {"---", false},
  };
  for (const Head& head : heads) {
    CAPTURE(head.text);
    CHECK(looks_like_manifest(head.text) == head.manifest);
  }
}

TEST_CASE("an unrendered Helm template is refused kindly, a text that carries markup is not") {
  struct Template {
    std::string name, text;
    bool unrendered;
  };
  const std::string map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rules}\ndata:\n";
  const Template templates[] = {
      {"an action on its own line", "{{- if .Values.on }}\n" + space + "{{- end }}\n", true},
      {"a value", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{ .Release.Name }}\n", true},
      {"a quoted value", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: \"{{ .Values.name }}\"\n", true},
      {"an include", "apiVersion: v1\nkind: Namespace\nmetadata: {{ include \"meta\" . }}\n", true},
      {"alerts in a text", map + "  a: |\n    {{ $labels.instance }} is {{ .Values.down }}\n", false},
      {"a quoted template of another tool", map + "  a: '{{ path.basename }}'\n", false},
      {"in a comment", "# {{ .Values.off }}\n" + space, false},
  };
  for (const Template& one : templates) {
    CAPTURE(one.name);
    const Said said = read_text(one.text);
    CHECK(said.summary.unrendered == one.unrendered);
    CHECK(said.messages.size() == (one.unrendered ? 1 : 0));
    CHECK(said.summary.records == (one.unrendered ? 0 : 1));
  }
}

TEST_CASE("a chart met in a directory is one warning, however many templates it has") {
  const std::string text = "kind: Namespace\nmetadata: {name: {{ .Values.a }}}\n";
  const Said said = read_files({{"shop/templates/a.yaml", text, false}, {"shop/templates/b.yaml", text, false}});
  CHECK(said.told() == lines({"shop/templates: 2 unrendered Helm templates"}));
}

}  // namespace nsew
