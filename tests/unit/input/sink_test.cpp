#include "input/sink.hpp"

#include <doctest/doctest.h>

#include <string>

#include "input/store.hpp"

using namespace nsew;

TEST_CASE("records are packed into one text and come back") {
  const Peer peer{.service = "cart", .address = "10.0.0.1", .port = 7070, .db_system = "redis"};
  const std::string kept = packed(peer);
  const Peer back = unpacked_peer(kept);
  CHECK(back.service == "cart");
  CHECK(back.port == 7070);
  CHECK(back.db_system == "redis");
  CHECK(back.destination == "");
  CHECK(packed(Peer{}).empty());
  const Resource resource{.service =
                              "a\x1f"
                              "b",
                          .pod = "p",
                          .cluster = "c"};
  const std::string text = packed(resource);
  CHECK(unpacked_resource(text).service == "a b");
  CHECK(unpacked_resource(text).pod == "p");
  CHECK(unpacked_resource(text).cluster == "c");
}

TEST_CASE("a field is cut at 1 KiB, between two characters") {
  const std::string long_name = std::string(1023, 'x') + "\xC3\xA9" + std::string(5000, 'y');
  const std::string accented = packed(Resource{.service = long_name});
  CHECK(unpacked_resource(accented).service == std::string(1023, 'x'));
  const std::string plain = packed(Resource{.service = std::string_view("zzzzzzzz")});
  CHECK(unpacked_resource(plain).service == "zzzzzzzz");
  const std::string ascii(5000, 'z'), kept = packed(Resource{.service = ascii});
  CHECK(unpacked_resource(kept).service.size() == 1024);
}

TEST_CASE("the sink knows the same names again") {
  RecordSink sink;
  const auto cart = sink.resource({.service = "cart"});
  CHECK(sink.resource({.service = "cart"}) == cart);
  CHECK(sink.resource({.service = "shop"}) != cart);
  CHECK(sink.resource({}) == 0);
  CHECK(sink.resource_seen("raw") == nullptr);
  sink.remember("raw", cart);
  REQUIRE(sink.resource_seen("raw") != nullptr);
  CHECK(*sink.resource_seen("raw") == cart);
}

TEST_CASE("a latency falls into the bucket that holds it") {
  CHECK(latency_bucket(0) == 0);
  CHECK(latency_bucket(1000) == 0);
  CHECK(latency_bucket(1001) == 1);
  CHECK(latency_bucket(1100) == 1);
  CHECK(latency_bucket(1101) == 2);
  for (std::uint64_t ns = 1; ns < std::uint64_t{1} << 62; ns = ns * 3 + 1) {
    CAPTURE(ns);
    CHECK(latency_bucket(ns) <= latency_bucket(ns + ns / 9));
    CHECK(latency_bucket(ns) < no_latency);
  }
  CHECK(latency_bucket(~std::uint64_t{0}) < no_latency);
}

TEST_CASE("a span that says nothing of sampling takes the assumed probability") {
  RecordSink sink;
  sink.span({.trace = {0, 1}, .id = 1, .probability = 0.5, .probability_known = true});
  CHECK(sink.store().probabilities_known);
  sink.span({.trace = {0, 1}, .id = 2});
  CHECK_FALSE(sink.store().probabilities_known);
  sink.store().assumed_probability = 0.25;
  sink.span({.trace = {0, 1}, .id = 3});
  CHECK(sink.store().probabilities == std::vector<double>{1, 0.5, 0.25});
  CHECK(sink.store().records == 3);
}

TEST_CASE("rows stay in order over many pages") {
  Pages<std::uint64_t> pages;
  for (std::uint64_t i = 0; i < 5000; ++i) pages.push_back(i);
  std::uint64_t expected = 0;
  for (const std::uint64_t value : pages) CHECK(value == expected++);
  CHECK(pages.size() == 5000);
  pages.reuse(pages.release());
  CHECK(pages.empty());
  pages.push_back(7);
  CHECK(pages[0] == 7);
  CHECK(pages.size() == 1);
}
