// Names, numbers and YAML, each by itself.
#include <doctest/doctest.h>

#include "starter/names.hpp"
#include "starter/numbers.hpp"
#include "starter/yaml.hpp"

using namespace nsew;
using namespace nsew::starter;

TEST_CASE("names are made into labels that Kubernetes takes") {
  struct Row {
    const char *text, *label;
  };
  for (const Row row : {Row{"Shop.Example.COM", "shop-example-com"},
                        {"*.example.com", "example-com"},
                        {"--", "x"},
                        {"/cart/checkout", "cart-checkout"},
                        {"\x1b[31m\xff", "31m"},
                        {"../../etc", "etc"}}) {
    CHECK(dns_label(row.text) == row.label);
    CHECK(is_dns_label(dns_label(row.text)));
  }
  std::set<std::string> taken;
  const std::string longest(80, 'a');
  CHECK(unique_label(longest, taken) == std::string(63, 'a'));
  CHECK(unique_label(longest, taken) == std::string(61, 'a') + "-2");
}

TEST_CASE("only a public DNS name is a host to route") {
  struct Row {
    const char* host;
    HostKind kind;
  };
  for (const Row row : {Row{"shop.example.com", HostKind::public_name},
                        {"", HostKind::none},
                        {"frontend", HostKind::internal},
                        {"cart.shop.svc.cluster.local", HostKind::internal},
                        {"cart.shop.svc", HostKind::internal},
                        {"10.0.0.7", HostKind::internal},
                        {"100.64.1.1", HostKind::internal},
                        {"8.8.8.8", HostKind::public_address},
                        {"2001:db8::1", HostKind::public_address},
                        {"fd00::1", HostKind::internal},
                        {"localhost", HostKind::internal}}) {
    CAPTURE(row.host);
    CHECK(kind_of_host(row.host) == row.kind);
  }
  CHECK(host_of("Shop.Example.com.:8443") == "shop.example.com");
  for (const char* bad : {"a_b.example.com", "-a.example.com", "a..b", "8.8.8.8", "<script>.com"})
    CHECK_FALSE(is_route_host(bad));
}

TEST_CASE("only paths that the API takes become matches") {
  for (const char* good : {"/", "/cart", "/a%20b", "/a/b.c~d"}) CHECK(is_route_path(good));
  for (const char* bad :
       {"", "cart", "//", "/a//b", "/a/../b", "/a/..", "/a%2Fb", "/a b", "/a#b", "/{id}", "/%zz", "/\n"})
    CHECK_FALSE(is_route_path(bad));
  CHECK(literal_prefix("/cart/{id}/items") == "/cart");
  CHECK(literal_prefix("/orders/*/lines") == "/orders");
  CHECK(literal_prefix("/:id") == "/");
}

TEST_CASE("a timeout is the next step above both rules, and nothing below a thousand calls") {
  struct Row {
    std::uint64_t calls;
    double ms;
    int seconds;  // 0: none
  };
  for (const Row row : {Row{999, 100, 0},
                        {1000, 100, 1},
                        {1000, 320, 1},
                        {1000, 600, 2},
                        {1000, 4800, 15},
                        {1000, 19000, 60},
                        {1000, 25000, 0}}) {
    CAPTURE(row.ms);
    LatencySketch latency;
    latency.add(LatencySketch::bucket_of(static_cast<std::uint64_t>(row.ms * 1e6)), row.calls);
    CHECK(timeout_seconds(latency).value_or(0) == row.seconds);
  }
}

TEST_CASE("limits, breakers and the share of traces are rounded to the safe side") {
  CHECK(local_limit(61, 2) == 125);
  CHECK(local_limit(0.1, 2) == 5);
  CHECK(circuit_limit(25, 2, 256) == 256);
  CHECK(circuit_limit(100, 2, 256) == 448);
  CHECK(circuit_limit(3, 2, 64) == 64);
  CHECK(tracing_percent(61, 12.4) == 5);
  CHECK(tracing_percent(1, 10) == 100);
  CHECK(tracing_percent(100000, 10) == 1);
}

TEST_CASE("an RPC is safe when its name says that it reads, a request by its method") {
  CHECK(is_safe({"http", "", "GET", "/cart"}));
  CHECK_FALSE(is_safe({"http", "", "POST", "/cart"}));
  CHECK(is_safe({"grpc", "", "", "shop.Cart/GetCart"}));
  CHECK_FALSE(is_safe({"grpc", "", "", "shop.Payment/Charge"}));
  CHECK_FALSE(is_safe({"", "", "", ""}));
}

TEST_CASE("YAML keeps comments by their keys and quotes what would be read as something else") {
  const Json document{{note("first\nsecond"), nullptr},
                      {"version", "1.2"},
                      {"on", true},
                      {"name", "a: b"},
                      {"list", Json::array({{{note("why"), nullptr}, {"x", 1}}, {{"y", Json::object()}}})},
                      {"patch", "- op: add\n  path: /x\n"},
                      {"stranger", "a\nb\x1b"}};
  CHECK(yaml_of(document) ==
        "# first\n# second\nversion: \"1.2\"\n\"on\": true\nname: \"a: b\"\nlist:\n  # why\n  - x: 1\n  - \"y\": "
        "{}\npatch: |\n  - op: add\n    path: /x\n"
        "stranger: \"a\\x0Ab\\x1B\"\n");
}
