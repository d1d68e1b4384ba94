#include "graph/tenancy.hpp"

#include <doctest/doctest.h>

#include <string>

#include "graph/observe.hpp"

using namespace nsew;

namespace {

constexpr std::uint64_t hour = 3600ULL * 1'000'000'000, day = 24 * hour;

Inventory two_pods_of_one_address() {
  Inventory inventory;
  const auto add = [&](const char* workload, const char* pod, const char* started, const char* ended) {
    Workload w;
    w.object.ns = "shop", w.object.name = workload;
    w.pods.push_back(
        {.name = pod, .address = "10.0.0.7", .node = {}, .node_address = {}, .started = started, .ended = ended});
    inventory.workloads.push_back(w);
  };
  add("old", "old-1", "1970-01-02T00:00:00Z", "1970-01-03T00:00:00Z");
  add("new", "new-1", "1970-01-03T06:00:00Z", "");
  return inventory;
}

// The pod and the address of the caller of one connection at that time.
std::string caller_of(const Party& source, std::uint64_t time_ns) {
  std::vector<RecordSink> sinks(1);
  sinks[0].observation({.unit = Unit::connections,
                        .recorder = Recorder::network,
                        .reply = Reply::no,
                        .protocol = 6,
                        .source_port = 41000,
                        .destination_port = 8080,
                        .source = sinks[0].party(source),
                        .destination = sinks[0].party({.address = "10.0.0.2"}),
                        .key = 1,
                        .time_ns = time_ns});
  const Observed seen = observe(sinks, gather(sinks), {.tenancies = tenancies(two_pods_of_one_address())});
  REQUIRE(seen.calls.size() == 1);
  const Party caller = unpacked_party(seen.parties[seen.calls[0].first.source]);
  return std::string(caller.pod) + "@" + std::string(caller.address);
}

}  // namespace

TEST_CASE("an address belongs to the pod that had it at the time") {
  struct Case {
    const char* name;
    std::uint64_t time_ns;
    std::string expected;
  };
  const Case cases[] = {{"before anyone had it", hour, "@"},
                        {"the first pod", day + hour, "old-1@10.0.0.7"},
                        {"as it began", day, "old-1@10.0.0.7"},
                        {"just after it ended", 2 * day + hour / 3600, "old-1@10.0.0.7"},
                        {"between the two", 2 * day + hour, "@"},
                        {"the second pod", 3 * day, "new-1@10.0.0.7"},
                        {"at a time that is not known", 0, "@10.0.0.7"}};
  for (const Case& c : cases) SUBCASE(c.name) {
      CHECK(caller_of({.address = "10.0.0.7"}, c.time_ns) == c.expected);
    }
  CHECK(caller_of({.address = "10.0.0.7", .ns = "shop", .pod = "cart-1"}, hour) == "cart-1@10.0.0.7");
}
