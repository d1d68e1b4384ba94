#include "graph/observe.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>

#include "input/ingest.hpp"
#include "input/store.hpp"

using namespace nsew;

namespace {

// What a test says of one observation; `sink` is the thread that read it.
struct Seen {
  Party source, destination;
  Observation record;
  Operation operation = {};
};

const Party cart{.address = "10.0.0.1", .ns = "shop", .pod = "cart-x", .app = "cart", .identity = "101"};
const Party prices{.address = "10.0.0.2", .ns = "shop", .pod = "prices-x", .app = "prices", .identity = "102"};

Observation flow(std::uint64_t key, Reply reply = Reply::no) {
  return {.unit = Unit::connections,
          .recorder = Recorder::network,
          .reply = reply,
          .protocol = 6,
          .source_port = 41000,
          .destination_port = 8080,
          .key = key,
          .time_ns = 60'000'000'000};
}
Observation line(std::uint64_t key, Recorder recorder) {
  return {.recorder = recorder,
          .reply = Reply::no,
          .protocol = 6,
          .destination_port = 8080,
          .key = key,
          .time_ns = 120'000'000'000,
          .duration_ns = 5'000'000};
}
template <class Change>
Observation with(Observation o, Change change) {
  change(o);
  return o;
}

std::vector<RecordSink> sinks_of(const std::vector<Seen>& all, std::size_t threads = 1) {
  std::vector<RecordSink> sinks(threads);
  for (std::size_t i = 0; i < all.size(); ++i) {
    RecordSink& sink = sinks[i % threads];
    Observation o = all[i].record;
    o.source = sink.party(all[i].source), o.destination = sink.party(all[i].destination);
    o.operation = sink.operation(all[i].operation);
    sink.observation(o);
  }
  return sinks;
}

std::string name_of(const Party& p) {
  std::string name = p.reserved.empty() ? std::string() : "reserved:" + std::string(p.reserved);
  for (const std::string_view word : {p.service, p.app, p.workload, p.pod})
    if (name.empty() && !word.empty()) name = std::string(p.ns) + "/" + std::string(word);
  if (name.empty()) name = p.host.empty() ? std::string(p.address) : std::string(p.host);
  return name.empty() ? "?" : name;
}

std::string describe(const Observed& all, const ObservedCalls& calls) {
  static constexpr std::string_view recorders[] = {"unknown", "client", "server", "gateway", "waypoint", "network"};
  std::string text;
  for (const auto& [call, stats] : calls) {
    text += fmt::format("{} -> {} :{} {} x{}", name_of(unpacked_party(all.parties[call.source])),
                        name_of(unpacked_party(all.parties[call.destination])), call.destination_port,
                        recorders[static_cast<std::size_t>(call.recorder)], stats.calls.observed());
    if (!stats.errors.empty()) text += fmt::format(" errors {}", stats.errors.observed());
    if (call.denied) text += " denied";
    if (call.unrouted) text += " unrouted";
    if (call.answered) text += " answered";
    text += "\n";
  }
  return text;
}

struct Outcome {
  std::string calls;
  Observed observed;
};
Outcome observed(const std::vector<Seen>& all, const ObserveOptions& options = {}) {
  const auto sinks = sinks_of(all);
  Outcome outcome{{}, observe(sinks, gather(sinks), options)};
  outcome.calls = describe(outcome.observed, outcome.observed.calls);
  return outcome;
}

}  // namespace

TEST_CASE("a connection counts once however often and wherever it was seen") {
  const Observation refused = with(flow(1), [](Observation& o) { o.denied = true; });
  const Observation failed_answer = with(flow(1, Reply::yes), [](Observation& o) { o.error = true; });
  const Observation unsure_answer =
      with(flow(3, Reply::unknown), [](Observation& o) { std::swap(o.source_port, o.destination_port); });
  const auto turned = [](Observation& o) { std::swap(o.source_port, o.destination_port); };
  const Observation high_answer =
      with(flow(6, Reply::unknown), [](Observation& o) { o.source_port = 40000, o.destination_port = 50000; });
  const std::string high = "shop/cart -> shop/prices :40000 network x1";
  const auto equal_ports = [](std::uint64_t second) {
    return with(flow(7, Reply::unknown),
                [&](Observation& o) { o.source_port = o.destination_port = 500, o.time_ns = second * 1'000'000'000; });
  };
  const auto opened = [](std::uint32_t connections, std::uint32_t point) {
    return with(flow(8), [&](Observation& o) { o.opened = connections, o.point = point; });
  };
  const Observation ping =
      with(flow(4), [](Observation& o) { o.protocol = 1, o.source_port = o.destination_port = 0; });
  struct Case {
    const char* name;
    std::vector<Seen> seen;
    std::string expected;
    std::uint64_t repeated = 0, replies = 0, portless = 0;
  };
  const std::string one = "shop/cart -> shop/prices :8080 network x1";
  const Case cases[] = {
      {"three observation points",
       {{cart, prices, flow(1)}, {cart, prices, flow(1)}, {cart, prices, flow(1)}},
       one + "\n",
       2},
      {"two connections",
       {{cart, prices, flow(1)}, {cart, prices, flow(2)}},
       "shop/cart -> shop/prices :8080 network x2\n"},
      {"without keys each is one",
       {{cart, prices, flow(0)}, {cart, prices, flow(0)}},
       "shop/cart -> shop/prices :8080 network x2\n"},
      {"an answer adds its error", {{cart, prices, flow(1)}, {cart, prices, failed_answer}}, one + " errors 1\n", 0, 1},
      {"answers alone are a call that was answered", {{cart, prices, flow(1, Reply::yes)}}, one + " answered\n", 0, 1},
      {"ports tell an answer", {{prices, cart, unsure_answer}}, one + " answered\n", 0, 1},
      {"ports tell an answer of a known call",
       {{prices, cart, unsure_answer}, {cart, prices, flow(3)}},
       one + "\n",
       0,
       1},
      {"of two high ports the lower is the service's", {{prices, cart, high_answer}}, high + " answered\n", 0, 1},
      {"a record that knows decides for one that does not",
       {{prices, cart, with(high_answer, [](Observation& o) { o.reply = Reply::no; })},
        {prices, cart, high_answer},
        {cart, prices, with(high_answer, turned)}},
       "shop/prices -> shop/cart :50000 network x1\n",
       1,
       1},
      {"of equal ports the first record's source opened it",
       {{cart, prices, equal_ports(5)}, {prices, cart, equal_ports(4)}},
       "shop/prices -> shop/cart :500 network x1\n",
       0,
       1},
      {"a summed record gives its number, what one place saw adds up",
       {{cart, prices, opened(3, 1)}, {cart, prices, opened(2, 1)}, {cart, prices, opened(4, 2)}},
       "shop/cart -> shop/prices :8080 network x5\n",
       2},
      {"summed, and none opened", {{cart, prices, opened(0, 1)}}, one + "\n"},
      {"refused", {{cart, prices, refused}, {cart, prices, refused}}, one + " denied\n", 1},
      {"refused and let through", {{cart, prices, refused}, {cart, prices, flow(1)}}, one + "\n" + one + " denied\n"},
      {"no ports, no connection", {{cart, prices, ping}}, "", 0, 0, 1},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const Outcome outcome = observed(c.seen);
      CHECK(outcome.calls == c.expected);
      CHECK(outcome.observed.repeated == c.repeated);
      CHECK(outcome.observed.replies == c.replies);
      CHECK(outcome.observed.portless == c.portless);
    }
}

TEST_CASE("parties learn their names from each other") {
  const Party bare_pod{.address = "10.0.0.2", .ns = "shop", .pod = "prices-x"};
  const Party identity_only{.address = "10.9.9.9", .identity = "101"};
  const Party world_pod{.ns = "shop", .pod = "prices-x", .workload = "prices-v2"};
  const Party items{.address = "10.0.0.9", .ns = "shop", .service = "items", .host = "items.shop.svc.cluster.local"};
  const Party at_items{.address = "10.0.0.9"}, elsewhere{.address = "10.0.0.8"};
  const Party through_gateway{.address = "10.0.0.9", .reserved = "outside"};
  const Party api{.address = "8.8.8.8", .host = "api.example.com"}, at_api{.address = "8.8.8.8"};
  struct Case {
    const char* name;
    std::vector<Seen> seen;
    std::string expected;
  };
  const Case cases[] = {
      {"a pod without labels",
       {{cart, bare_pod, flow(1)}, {prices, cart, flow(2)}},
       "shop/cart -> shop/prices :8080 network x1\nshop/prices -> shop/cart :8080 network x1\n"},
      {"the best record of a connection names its ends",
       {{cart, world_pod, flow(1)}, {cart, prices, flow(1)}},
       "shop/cart -> shop/prices :8080 network x1\n"},
      {"an identity",
       {{identity_only, prices, flow(1)}, {prices, cart, flow(2)}},
       "shop/cart -> shop/prices :8080 network x1\nshop/prices -> shop/cart :8080 network x1\n"},
      {"an identity that nobody names",
       {{identity_only, prices, flow(1)}},
       "10.9.9.9 -> shop/prices :8080 network x1\n"},
      {"an address where a service answers",
       {{elsewhere, items, line(1, Recorder::server_side)}, {at_items, api, line(2, Recorder::client_side)}},
       "10.0.0.8 -> shop/items :8080 server x1\nshop/items -> api.example.com :8080 client x1\n"},
      {"an outside caller stays outside",
       {{elsewhere, items, line(1, Recorder::server_side)}, {through_gateway, items, line(2, Recorder::server_side)}},
       "10.0.0.8 -> shop/items :8080 server x1\nreserved:outside -> shop/items :8080 server x1\n"},
      {"an outside address does not become its host",
       {{elsewhere, api, line(1, Recorder::client_side)}, {at_api, items, line(2, Recorder::server_side)}},
       "10.0.0.8 -> api.example.com :8080 client x1\n8.8.8.8 -> shop/items :8080 server x1\n"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      std::string calls = observed(c.seen).calls;
      CHECK(calls.size() == c.expected.size());
      for (std::size_t from = 0; from < c.expected.size();) {
        const std::size_t to = c.expected.find('\n', from);
        CHECK_MESSAGE(calls.find(c.expected.substr(from, to - from)) != std::string::npos, calls);
        from = to + 1;
      }
    }
}

TEST_CASE("the service that most lines place at an address has it") {
  const Party shop{.address = "10.0.0.9", .ns = "a", .service = "old"},
      now{.address = "10.0.0.9", .ns = "b", .service = "new"};
  const Party caller{.address = "10.0.0.8"}, self{.address = "10.0.0.9"}, other{.address = "10.0.0.7"};
  const Observation inbound = line(0, Recorder::server_side);
  const Outcome outcome = observed({{caller, shop, inbound},
                                    {caller, now, inbound},
                                    {caller, now, inbound},
                                    {self, other, line(0, Recorder::client_side)}});
  CHECK(outcome.calls.find("b/new -> 10.0.0.7 :8080 client x1\n") != std::string::npos);
}

TEST_CASE("a leg behind a proxy is dropped only where its edge has a connection between pods") {
  const Party leg{.address = "10.9.9.9", .ns = "shop", .app = "cart", .identity = "101"};
  const Outcome both = observed({{cart, prices, flow(1)}, {leg, prices, flow(2)}, {leg, prices, flow(3)}});
  CHECK(both.calls == "shop/cart -> shop/prices :8080 network x1\n");
  CHECK(both.observed.post_proxy_legs == 2);
  const Outcome alone = observed({{leg, prices, flow(2)}});
  CHECK(alone.calls == "shop/cart -> shop/prices :8080 network x1\n");
  CHECK(alone.observed.post_proxy_legs == 0);
}

TEST_CASE("both proxies' lines are one call, and the caller's names the callee") {
  const Party from{.address = "10.0.0.5"};
  const Party named{.address = "10.0.0.9", .ns = "shop", .service = "items", .host = "items.shop.svc.cluster.local"};
  const Party pod{.address = "10.0.0.9", .pod = "items-x"};
  const Party other{.address = "10.0.0.6"}, outside{.address = "8.8.8.8", .reserved = "outside"};
  const auto out = line(1, Recorder::client_side), in = line(1, Recorder::server_side);
  const auto at_gateway = line(1, Recorder::gateway), at_waypoint = line(1, Recorder::waypoint);
  const auto failed = with(in, [](Observation& o) { o.error = true; });
  const auto refused = with(in, [](Observation& o) { o.denied = true; });
  const auto lost = with(out, [](Observation& o) { o.unrouted = true; });
  struct Case {
    const char* name;
    std::vector<Seen> seen;
    std::string expected;
  };
  const Case cases[] = {
      {"a pair", {{from, pod, in}, {from, named, out}}, "10.0.0.5 -> shop/items :8080 client x1\n"},
      {"asked twice in one request",
       {{from, pod, in}, {from, named, out}, {from, pod, in}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x2\n"},
      {"a retry",
       {{from, pod, in}, {from, named, out}, {from, pod, in}},
       "10.0.0.5 -> shop/items :8080 client x1\n10.0.0.5 -> shop/items :8080 server x1\n"},
      {"two callers, one of whom logs",
       {{from, pod, in}, {other, pod, in}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x1\n10.0.0.6 -> shop/items :8080 server x1\n"},
      {"a gateway speaks for the caller",
       {{outside, pod, in}, {from, named, at_gateway}},
       "10.0.0.5 -> shop/items :8080 gateway x1\n"},
      {"a waypoint between",
       {{from, pod, in}, {from, named, at_waypoint}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x1\n"},
      {"either side's error",
       {{from, pod, failed}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x1 errors 1\n"},
      {"refused by the callee's proxy",
       {{from, pod, refused}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x1 denied\n"},
      {"a line without a route is of no call",
       {{from, named, lost}, {from, named, out}},
       "10.0.0.5 -> shop/items :8080 client x1\n10.0.0.5 -> shop/items :8080 client x1 unrouted\n"},
      {"another destination of the same request",
       {{from, named, out}, {from, other, out}},
       "10.0.0.5 -> 10.0.0.6 :8080 client x1\n10.0.0.5 -> shop/items :8080 client x1\n"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(observed(c.seen).calls == c.expected);
    }
}

TEST_CASE("a connection has the operation that most of its requests asked for, and all of them apart") {
  const Operation get{.protocol = "http", .method = "GET", .route = "/a", .agent = "curl"};
  const Operation put{.protocol = "http", .method = "PUT", .route = "/a", .agent = "curl"};
  const Operation get_answer{.protocol = "http", .method = "GET", .route = "/a"};
  const auto answer = with(flow(1, Reply::yes), [](Observation& o) { o.error = true, o.duration_ns = 1'000'000; });
  const Outcome outcome = observed({{cart, prices, flow(1)},
                                    {cart, prices, flow(1), put},
                                    {cart, prices, flow(1), get},
                                    {cart, prices, flow(1), get},
                                    {cart, prices, answer, get_answer}});
  CHECK(outcome.calls == "shop/cart -> shop/prices :8080 network x1 errors 1\n");
  CHECK(outcome.observed.calls[0].second.latency.count() == 1);
  CHECK(describe(outcome.observed, outcome.observed.requests_inside) ==
        "shop/cart -> shop/prices :8080 network x2 errors 1\nshop/cart -> shop/prices :8080 network x1\n");
}

TEST_CASE("calls keep when they began, and only those in the window count") {
  const std::vector<Seen> seen = {{cart, prices, flow(1)},
                                  {cart, prices, with(flow(1), [](Observation& o) { o.time_ns = 200'000'000'000; })},
                                  {cart, prices, with(flow(2), [](Observation& o) { o.time_ns = 0; })}};
  const ObservedStats all = observed(seen).observed.calls[0].second;
  CHECK(all.minutes == std::map<std::uint32_t, std::uint64_t>{{1, 1}});
  CHECK(all.first_ns == 60'000'000'000);
  CHECK(all.last_ns == 200'000'000'000);
  CHECK(observed(seen, {.since_ns = 300'000'000'000}).calls == "shop/cart -> shop/prices :8080 network x1\n");
  CHECK(observed(seen, {.until_ns = 100'000'000'000}).calls == "shop/cart -> shop/prices :8080 network x2\n");
}

TEST_CASE("no order and no split of observations shows in the calls") {
  std::mt19937 random(7);
  const Party ends[] = {cart,
                        prices,
                        {.ns = "shop", .pod = "prices-x"},
                        {.address = "10.9.9.9", .identity = "101"},
                        {.address = "10.0.0.9", .ns = "a", .service = "b"},
                        {.address = "10.0.0.9"},
                        {.address = "10.0.0.9", .ns = "a", .service = "c"},
                        {.reserved = "outside"}};
  const Operation operations[] = {{}, {.protocol = "http", .route = "/a"}, {.protocol = "http", .route = "/b"}};
  std::vector<Seen> seen;
  for (int i = 0; i < 3000; ++i) {
    const auto any = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
    Observation o = any(2) == 0 ? flow(any(400)) : line(1000 + any(300), static_cast<Recorder>(any(5)));
    o.time_ns += any(5) * 1'000'000, o.duration_ns = any(3) * 1'000'000, o.bytes = any(9), o.error = any(9) == 0;
    o.denied = any(9) == 0, o.unrouted = any(19) == 0, o.reply = static_cast<Reply>(any(3));
    seen.push_back({ends[any(8)], ends[any(8)], o, operations[any(3)]});
  }
  const auto text_of = [](const std::vector<RecordSink>& sinks) {
    const Observed all = observe(sinks, gather(sinks));
    std::string text = describe(all, all.calls) + describe(all, all.requests_inside);
    for (const auto& [call, stats] : all.calls)
      text += fmt::format("{} {} {} {} {} {}\n", call.operation, stats.records, stats.bytes, stats.latency.count(),
                          stats.first_ns, stats.last_ns);
    return text + fmt::format("{} {} {}", all.repeated, all.replies, all.post_proxy_legs);
  };
  const std::string once = text_of(sinks_of(seen));
  for (std::size_t threads = 1; threads < 5; ++threads) {
    std::ranges::shuffle(seen, random);
    CHECK(text_of(sinks_of(seen, threads)) == once);
  }
}
