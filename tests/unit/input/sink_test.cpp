#include "input/sink.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "base/page_file.hpp"
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

TEST_CASE("pages that moved to a file are read back in their order") {
  PageFile file("/tmp");
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, Pages<std::uint64_t>::per_page,
                                 Pages<std::uint64_t>::per_page * 3, std::size_t{5000}}) {
    CAPTURE(rows);
    Pages<std::uint64_t> pages;
    for (std::size_t i = 0; i < rows; ++i) {
      pages.push_back(i);
      if (i % 1100 == 0) pages.spill(file);
    }
    pages.spill(file);
    CHECK(pages.size() == rows);
    std::uint64_t expected = 0;
    for (Pages<std::uint64_t>::Reader row(pages); !row.done(); ++row) CHECK(*row == expected++);
    CHECK(expected == rows);
    pages.clear();
    CHECK(pages.empty());
  }
  CHECK_FALSE(file.is_full());
  CHECK_FALSE(file.has_lost());
}

TEST_CASE("spans are what they were after they were packed and put into a file") {
  constexpr std::uint32_t all = ~std::uint32_t{0};
  PageFile file("/tmp");
  SpanRows rows;
  std::vector<SpanRow> expected;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t bits = (i * 0x9e3779b97f4a7c15) >> 16;
    const auto half = static_cast<std::uint32_t>(i % 2 == 0 ? all : bits);
    expected.push_back({.trace = std::uint64_t{7} << 56 | bits,
                        .span = bits ^ 0xFFFFFFFFFFFF,
                        .parent = bits,
                        .start = half & 0xFFFFFF,
                        .resource = half & 0xFFFFFF,
                        .kind = half % 6 & 7,
                        .error = half & 1,
                        .shared = half >> 1 & 1,
                        .has_links = half >> 2 & 1,
                        .sampling_known = half >> 3 & 1,
                        .spare = 0,
                        .detail = half & 0x1FFFFFF,
                        .minute = half & 0x7FFFFF,
                        .latency = half & 511});
    rows.push_back(expected.back());
  }
  rows.pages().spill(file);
  std::size_t at = 0;
  for (const SpanRow& row : rows) {
    CAPTURE(at);
    CHECK(std::memcmp(&row, &expected[at++], sizeof(SpanRow)) == 0);
  }
  CHECK(at == expected.size());
}

TEST_CASE("a sink with little memory keeps its spans in the file") {
  PageFile file("/tmp");
  RecordSink sink, whole;
  sink.spill_to(file, 0);
  for (std::uint64_t i = 1; i < 200'000; ++i)
    for (RecordSink* to : {&sink, &whole}) to->span({.trace = {i / 10, i / 10}, .id = i});
  std::size_t in_memory = 0;
  for (const SpanRows& rows : sink.store().spans) in_memory += rows.in_memory();
  CHECK(in_memory < 100'000);
  for (std::size_t p = 0; p < RecordSink::partitions; ++p) {
    std::vector<std::uint64_t> kept, wanted;
    for (const SpanRow& row : sink.store().spans[p]) kept.push_back(row.span);
    for (const SpanRow& row : whole.store().spans[p]) wanted.push_back(row.span);
    CHECK(kept == wanted);
  }
}
