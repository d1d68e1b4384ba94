#include <doctest/doctest.h>

#include "made.hpp"

using namespace made;

namespace {

struct Call {
  const char *from, *to;
  std::uint64_t calls;
};

std::vector<std::vector<std::string>> grouped(const std::vector<Call>& calls) {
  CallGraph graph;
  enters(graph, calls.front().from, 10);
  for (const Call& c : calls) inside(graph, c.from, c.to, c.calls);
  std::vector<std::vector<std::string>> groups;
  for (const Component& component : components_of(graph)) groups.push_back(component.services);
  return groups;
}

}  // namespace

TEST_CASE("services that call each other are one component, largest first") {
  struct Case {
    const char* name;
    std::vector<Call> calls;
    std::vector<std::vector<std::string>> groups;
  };
  const Case cases[] = {
      {"a chain", {{"a", "b", 9}, {"b", "c", 9}}, {{"a", "b", "c"}}},
      {"two islands", {{"a", "b", 9}, {"p", "q", 9}, {"q", "r", 9}}, {{"p", "q", "r"}, {"a", "b"}}},
      {"a leaf that both call goes to its larger caller",
       {{"a", "b", 9}, {"b", "log", 20}, {"p", "q", 9}, {"q", "log", 30}},
       {{"log", "p", "q"}, {"a", "b"}}},
      {"a shared service that calls on is no leaf",
       {{"a", "auth", 9}, {"p", "auth", 9}, {"auth", "users", 9}},
       {{"a", "auth", "p", "users"}}},
      {"a stray call does not join", {{"a", "b", 9000}, {"b", "p", 4}, {"p", "q", 9000}}, {{"a", "b"}, {"p", "q"}}},
      {"five calls do", {{"a", "b", 9000}, {"b", "p", 5}, {"p", "q", 9000}}, {{"a", "b", "p", "q"}}},
      {"few calls of few do", {{"a", "b", 1}, {"b", "c", 1}}, {{"a", "b", "c"}}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(grouped(c.calls) == c.groups);
  }
}

TEST_CASE("a monolith is a component of one, and stores and gateways are none") {
  CallGraph graph;
  enters(graph, "shop/web", 10);
  node(graph, "shop/db", NodeKind::datastore);
  call(graph, "shop/web", "shop/db", CallClass::datastore, 40);
  const auto components = components_of(graph);
  REQUIRE(components.size() == 1);
  CHECK(components[0].services == std::vector<std::string>{"shop/web"});
  CHECK(components_of(CallGraph{}).empty());
}

TEST_CASE("-n leaves services out and keeps together what others hold together") {
  CallGraph graph;
  Inventory inventory;
  inside(graph, "a/one", "b/middle", 9);
  inside(graph, "b/middle", "a/two", 9);
  inside(graph, "a/two", "a/three", 9);
  Picture seen = picture(graph, inventory);
  seen.only_namespaces = {"a"};
  const auto components = components_of(seen);
  REQUIRE(components.size() == 1);
  CHECK(components[0].services == std::vector<std::string>{"a/one", "a/three", "a/two"});
}
