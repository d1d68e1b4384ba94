#include "graph/stitch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "input/ids.hpp"
#include "input/store.hpp"

using namespace nsew;

namespace {

// One span in words: trace, id, parent, service, kind.
struct S {
  std::uint64_t trace, id, parent;
  std::string_view service;
  SpanKind kind;
  bool shared = false;
  std::uint64_t start = 0;
  std::vector<Link> links = {};
  double probability = 0;  // 0 = not said
  std::uint64_t duration = 1'000'000;
};
constexpr std::uint64_t base = 1'750'000'000'000'000'000, untimed = 0 - base;  // S::start of a span without a time
constexpr auto srv = SpanKind::server, cli = SpanKind::client, in = SpanKind::internal, none = SpanKind::absent,
               pro = SpanKind::producer, con = SpanKind::consumer;

void put(RecordSink& sink, const S& s) {
  Span span;
  span.trace = {0, s.trace};
  span.id = s.id;
  span.parent = s.parent;
  span.kind = s.kind;
  span.shared_id = s.shared;
  span.start_ns = base + s.start;
  span.duration_ns = s.duration;
  span.links = s.links;
  span.resource = sink.resource({.service = s.service});
  span.operation = sink.operation({.route = s.service});
  span.probability_known = s.probability > 0;
  span.probability = s.probability > 0 ? s.probability : 1;
  sink.span(span);
}

struct Outcome {
  std::vector<std::string> calls;  // "form caller>callee xN"
  std::vector<std::string> trees;  // of each trace: calls with their parent's place
  Joined joined;
};

std::string name_of_node(const Names& names, std::uint32_t resource) {
  if (resource == nobody) return "?";
  return std::string(unpacked_resource(names.resources[resource]).service);
}

constexpr std::string_view forms[] = {"paired", "inferred", "client",   "orphan",
                                      "root",   "async",    "producer", "consumer"};

Outcome outcome_of(std::vector<RecordSink>& sinks, unsigned threads) {
  const Names names = gather(sinks);
  std::vector<std::uint32_t> node_of;
  for (std::uint32_t i = 0; i < names.resources.size(); ++i) node_of.push_back(i);
  Outcome outcome;
  outcome.joined = join(sinks, names, node_of, threads);
  const auto text = [&](const RawCall& call) {
    return fmt::format("{} {}>{}", forms[static_cast<std::size_t>(call.form)], name_of_node(names, call.caller),
                       name_of_node(names, call.callee));
  };
  for (const auto& [call, stats] : outcome.joined.calls)
    outcome.calls.push_back(fmt::format("{} x{}", text(call), stats.calls.estimate()));
  std::vector<std::vector<std::string>> trees(threads);
  walk(sinks, names, outcome.joined, threads, [&](unsigned thread, const TraceView& view) {
    std::string tree;
    for (const TraceCall& call : view.calls)
      tree += fmt::format("{}({}{}{}) ", text(outcome.joined.calls[call.call].first),
                          call.parent == nobody ? "-" : fmt::format("{}", call.parent),
                          call.orphaned ? " orphaned" : "", call.async ? " async" : "");
    trees[thread].push_back(tree);
  });
  for (const auto& some : trees) outcome.trees.insert(outcome.trees.end(), some.begin(), some.end());
  std::ranges::sort(outcome.calls);
  std::ranges::sort(outcome.trees);
  return outcome;
}

Outcome stitch(std::vector<S> spans, unsigned seed = 0) {
  std::mt19937 random(seed);
  const unsigned threads = 1 + seed % 3;
  std::vector<RecordSink> sinks(threads);
  if (seed > 0) std::ranges::shuffle(spans, random);
  for (const S& s : spans) put(sinks[random() % threads], s);
  return outcome_of(sinks, threads);
}

using Texts = std::vector<std::string>;

struct Case {
  const char* name;
  std::vector<S> spans;
  Texts calls;
  std::uint64_t repeated = 0, intra = 0;
};

void check(const Case& c) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    CAPTURE(c.name);
    CAPTURE(seed);
    const Outcome outcome = stitch(c.spans, seed);
    CHECK(outcome.calls == c.calls);
    CHECK(outcome.joined.repeated == c.repeated);
    CHECK(outcome.joined.intra == c.intra);
  }
}

}  // namespace

TEST_CASE("two halves are one call, and each half alone is one as well") {
  for (const Case& c : std::vector<Case>{
           {"paired",
            {{1, 1, 0, "a", srv}, {1, 2, 1, "a", cli}, {1, 3, 2, "b", srv}},
            {"paired a>b x1", "root ?>a x1"}},
           {"only the client", {{1, 1, 0, "a", srv}, {1, 2, 1, "a", cli}}, {"client a>? x1", "root ?>a x1"}},
           {"only the server", {{1, 3, 2, "b", srv}}, {"orphan ?>b x1"}},
           {"no client span", {{1, 1, 0, "a", srv}, {1, 3, 1, "b", srv}}, {"inferred a>b x1", "root ?>a x1"}},
           {"no kinds", {{1, 1, 0, "a", none}, {1, 3, 1, "b", none}}, {"inferred a>b x1", "root ?>a x1"}},
           {"odd kinds", {{1, 1, 0, "a", cli}, {1, 3, 1, "b", in}}, {"inferred a>b x1"}},
           {"client root", {{1, 1, 0, "a", cli}, {1, 3, 1, "b", srv}}, {"paired a>b x1"}},
           {"internal root", {{1, 1, 0, "a", in}}, {}},
           {"internal orphan", {{1, 1, 9, "a", in}}, {}},
           {"inside one service", {{1, 1, 0, "a", cli}, {1, 2, 1, "a", srv}}, {}, 0, 1},
           {"nested servers", {{1, 1, 0, "a", srv}, {1, 2, 1, "a", srv}}, {"root ?>a x1"}},
           {"several answers",
            {{1, 1, 0, "a", cli}, {1, 2, 1, "b", srv}, {1, 3, 1, "b", srv}, {1, 4, 1, "c", srv}},
            {"paired a>b x2", "paired a>c x1"}},
       })
    check(c);
}

TEST_CASE("a call that is instrumented twice counts once") {
  for (const Case& c : std::vector<Case>{
           {"client in client", {{1, 1, 0, "a", cli}, {1, 2, 1, "a", cli}}, {"client a>? x1"}},
           {"client in client, answered",
            {{1, 1, 0, "a", cli}, {1, 2, 1, "a", cli}, {1, 3, 2, "b", srv}},
            {"paired a>b x1"}},
           {"client, internal, client",
            {{1, 1, 0, "a", cli}, {1, 2, 1, "a", in}, {1, 3, 2, "a", cli}},
            {"client a>? x1"}},
           {"client, internal, server",
            {{1, 1, 0, "a", cli}, {1, 2, 1, "a", in}, {1, 3, 2, "b", srv}},
            {"inferred a>b x1"}},
           {"internal children only", {{1, 1, 0, "a", cli}, {1, 2, 1, "a", in}, {1, 3, 2, "a", in}}, {"client a>? x1"}},
       })
    check(c);
}

TEST_CASE("repeated reports of one span are dropped and counted") {
  for (const Case& c : std::vector<Case>{
           {"delivered twice", {{1, 1, 0, "a", srv}, {1, 1, 0, "a", srv}, {1, 1, 0, "a", srv}}, {"root ?>a x1"}, 2},
           {"a stub without a time",
            {{1, 1, 0, "a", srv, false, untimed, {}, 0, 0}, {1, 1, 0, "a", srv}},
            {"root ?>a x1"},
            1},
           {"a stub without a time and kind",
            {{1, 1, 0, "a", none, false, untimed, {}, 0, 0}, {1, 1, 0, "a", srv}},
            {"root ?>a x1"},
            1},
           {"a stub that knows nothing but its parent",
            {{1, 2, 1, "", none, false, untimed, {}, 0, 0}, {1, 2, 0, "b", srv}, {1, 1, 0, "a", cli}},
            {"paired a>b x1"},
            1},
           {"a stub of each half",
            {{1, 1, 0, "a", cli},
             {1, 1, 0, "a", cli, false, untimed, {}, 0, 0},
             {1, 1, 0, "b", srv, true, 5},
             {1, 1, 0, "b", srv, true, untimed, {}, 0, 0}},
            {"paired a>b x1"},
            2},
           {"two spans with times and a stub",
            {{1, 2, 1, "b", srv, false, 1},
             {1, 2, 1, "b", srv, false, untimed, {}, 0, 0},
             {1, 2, 1, "b", srv, false, 2},
             {1, 1, 0, "a", cli}},
            {"paired a>b x2"},
            1},
           {"no span has a time",
            {{1, 1, 0, "a", cli, false, untimed}, {1, 1, 0, "b", srv, false, untimed}},
            {"paired a>b x1"},
            0},
           {"stub and full", {{1, 1, 0, "a", srv}, {1, 1, 0, "a", srv, false, 0, {}, 0, 0}}, {"root ?>a x1"}, 1},
           {"another start", {{1, 1, 0, "a", srv}, {1, 1, 0, "a", srv, false, 5}}, {"root ?>a x2"}},
           {"another trace", {{1, 1, 0, "a", srv}, {2, 1, 0, "a", srv}}, {"root ?>a x2"}},
       })
    check(c);
}

TEST_CASE("the server half may share its client's id") {
  for (const Case& c : std::vector<Case>{
           {"shared", {{1, 1, 0, "a", cli}, {1, 1, 0, "b", srv, true}}, {"paired a>b x1"}},
           {"shared without the flag", {{1, 1, 0, "a", cli}, {1, 1, 0, "b", srv}}, {"paired a>b x1"}},
           {"its children are the server's",
            {{1, 1, 0, "a", cli}, {1, 1, 0, "b", srv, true}, {1, 2, 1, "b", cli}, {1, 2, 1, "c", srv, true}},
            {"paired a>b x1", "paired b>c x1"}},
           {"a third service calls from the server half",
            {{1, 1, 0, "a", cli}, {1, 1, 0, "b", srv, true}, {1, 3, 1, "c", srv}},
            {"inferred b>c x1", "paired a>b x1"}},
           {"client half lost, parent known",
            {{1, 1, 0, "a", srv}, {1, 2, 1, "b", srv, true}},
            {"inferred a>b x1", "root ?>a x1"}},
           {"client half lost", {{1, 2, 0, "b", srv, true}}, {"root ?>b x1"}},
       })
    check(c);
}

TEST_CASE("messages are counted by parent or link, across traces") {
  const auto link = [](std::uint64_t trace, SpanId span) { return Link{{0, trace}, span}; };
  for (const Case& c : std::vector<Case>{
           {"by parent", {{1, 1, 0, "a", pro}, {1, 2, 1, "b", con}}, {"async a>b x1"}},
           {"by link", {{1, 1, 0, "a", pro}, {2, 2, 0, "b", con, false, 0, {link(1, 1)}}}, {"async a>b x1"}},
           {"by parent and link", {{1, 1, 0, "a", pro}, {1, 2, 1, "b", con, false, 0, {link(1, 1)}}}, {"async a>b x1"}},
           {"a batch",
            {{1, 1, 0, "a", pro},
             {3, 1, 0, "c", pro},
             {2, 2, 0, "b", con, false, 0, {link(1, 1), link(3, 1), link(4, 4)}}},
            {"async a>b x1", "async c>b x1"}},
           {"lone producer", {{1, 1, 0, "a", pro}}, {"producer a>? x1"}},
           {"lone consumer", {{2, 2, 0, "b", con, false, 0, {link(1, 1)}}}, {"consumer ?>b x1"}},
           {"orphaned consumer", {{2, 2, 7, "b", con}}, {"consumer ?>b x1"}},
           {"receive and process", {{1, 1, 0, "b", con}, {1, 2, 1, "b", con}}, {"consumer ?>b x1"}},
           {"to itself", {{1, 1, 0, "a", pro}, {2, 2, 0, "a", con, false, 0, {link(1, 1)}}}, {}, 0, 1},
           {"a root that links to a producer",
            {{1, 1, 0, "a", pro}, {2, 2, 0, "b", srv, false, 0, {link(1, 1)}}},
            {"async a>b x1"}},
           {"links between others say nothing",
            {{1, 1, 0, "a", srv}, {2, 2, 0, "b", srv, false, 0, {link(1, 1)}}},
            {"root ?>a x1", "root ?>b x1"}},
       })
    check(c);
}

TEST_CASE("parents that make no sense neither hang nor lose calls") {
  for (const Case& c : std::vector<Case>{
           {"its own parent", {{1, 1, 1, "a", srv}}, {"root ?>a x1"}},
           {"a cycle", {{1, 1, 2, "a", srv}, {1, 2, 1, "b", srv}}, {"inferred a>b x1", "inferred b>a x1"}},
           {"a long cycle",
            {{1, 1, 3, "a", in}, {1, 2, 1, "b", in}, {1, 3, 2, "b", in}},
            {"inferred a>b x1", "inferred b>a x1"}},
           {"a cycle of clients", {{1, 1, 2, "a", cli}, {1, 2, 1, "a", cli}}, {}},
       })
    check(c);
}

TEST_CASE("a trace's probability holds for all of its spans") {
  check({"the root says it",
         {{1, 1, 0, "a", cli, false, 0, {}, 0.25}, {1, 2, 1, "b", srv}, {2, 1, 0, "a", cli}, {2, 2, 1, "b", srv}},
         {"paired a>b x5"}});
}

TEST_CASE("walk tells which call caused which") {
  const Outcome outcome = stitch({{1, 1, 0, "a", srv},
                                  {1, 2, 1, "a", cli},
                                  {1, 3, 2, "b", srv},
                                  {1, 4, 3, "b", in},
                                  {1, 5, 4, "b", cli},
                                  {1, 6, 3, "b", pro},
                                  {1, 7, 6, "c", con}});
  CHECK(outcome.trees == Texts{"root ?>a(-) paired a>b(0) client b>?(1) async b>c(1 async) "});
  const Outcome lost = stitch({{1, 3, 2, "b", srv}, {1, 4, 3, "b", cli}, {1, 5, 4, "c", srv}});
  CHECK(lost.trees == Texts{"orphan ?>b(- orphaned) paired b>c(0 orphaned) "});
}

TEST_CASE("a hundred thousand spans with one id or in one chain are joined in time") {
  std::vector<S> same, chain;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    same.push_back({1, 7, i % 3 == 0 ? 7ULL : 8ULL, "a", i % 2 == 0 ? srv : cli, i % 5 == 0, i});
    chain.push_back({1, i + 1, i, i % 2 == 0 ? "a" : "b", none});
  }
  CHECK(stitch(same).joined.calls.size() > 0);
  const Outcome deep = stitch(chain);
  CHECK(deep.calls == Texts{"inferred a>b x50000", "inferred b>a x49999", "root ?>a x1"});
}

TEST_CASE("any order and any split give the same calls") {
  std::mt19937 random(7);
  std::vector<S> spans;
  constexpr SpanKind kinds[] = {none, in, srv, cli, pro, con};
  constexpr std::string_view services[] = {"a", "b", "c", ""};
  for (int i = 0; i < 4000; ++i) {
    S s{random() % 300, random() % 12 + 1, random() % 14, services[random() % 4], kinds[random() % 6]};
    s.shared = random() % 8 == 0;
    s.start = random() % 4 == 0 ? untimed : random() % 3;
    s.duration = random() % 2 * 1000;
    if (random() % 6 == 0) s.links.push_back({{0, random() % 300}, random() % 12 + 1});
    if (random() % 5 == 0) s.probability = 0.5;
    spans.push_back(s);
  }
  const Outcome expected = stitch(spans);
  for (unsigned seed = 1; seed < 8; ++seed) {
    CAPTURE(seed);
    const Outcome again = stitch(spans, seed);
    CHECK(again.calls == expected.calls);
    CHECK(again.trees == expected.trees);
    CHECK(again.joined.repeated == expected.joined.repeated);
    CHECK(again.joined.intra == expected.joined.intra);
  }
}

TEST_CASE("a latency quantile is off by less than five in a hundred") {
  for (const std::uint64_t ns : {5'000ULL, 123'456ULL, 98'765'432ULL, 60'000'000'000ULL}) {
    LatencySketch sketch;
    sketch.add(LatencySketch::bucket_of(ns));
    REQUIRE(sketch.quantile_ms(0.5).has_value());
    CHECK(*sketch.quantile_ms(0.5) == doctest::Approx(static_cast<double>(ns) / 1e6).epsilon(0.05));
  }
  CHECK_FALSE(LatencySketch{}.quantile_ms(0.5).has_value());
}
