#include "input/ids.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace nsew;

TEST_CASE("two texts are the same id when their bytes are") {
  struct Case {
    std::string_view one, other;
    bool same;
  };
  for (const Case& c : {Case{"4BF92F3577B34DA6A3CE929D0E0E4736", "4bf92f3577b34da6a3ce929d0e0e4736", true},
                        Case{"00000000000000000000000000000011", "11", true},
                        Case{"0000000000000000a3ce929d0e0e4736", "a3ce929d0e0e4736", true},
                        Case{"S/kvNXezTaajzpKdDg5HNg==", "4bf92f3577b34da6a3ce929d0e0e4736", true},
                        Case{"S_kvNXezTaajzpKdDg5HNg", "4bf92f3577b34da6a3ce929d0e0e4736", true},
                        Case{"4bf92f3577b34da6a3ce929d0e0e4736", "a3ce929d0e0e4736", false},
                        Case{"not an id", "not an id", true}, Case{"not an id", "another", false}}) {
    CAPTURE(c.one);
    CAPTURE(c.other);
    CHECK((trace_id(c.one) == trace_id(c.other)) == c.same);
  }
}

TEST_CASE("a span id is read as hex, base64 or any text") {
  struct Case {
    std::string_view text;
    SpanId id;
  };
  for (const Case& c : {Case{"", 0}, Case{"0000000000000000", 0}, Case{"AAAAAAAAAAA=", 0}, Case{"2a", 42},
                        Case{"00f067aa0ba902b7", 0x00f067aa0ba902b7}, Case{"APBnqgupArc=", 0x00f067aa0ba902b7}}) {
    CAPTURE(c.text);
    CHECK(span_id(c.text) == c.id);
  }
  CHECK(span_id("span-1") != 0);
  CHECK(span_id("span-1") != span_id("span-2"));
}

TEST_CASE("span kinds are known by every spelling") {
  CHECK(span_kind("SPAN_KIND_SERVER") == SpanKind::server);
  CHECK(span_kind("client") == SpanKind::client);
  CHECK(span_kind("Producer") == SpanKind::producer);
  CHECK(span_kind("5") == SpanKind::consumer);
  CHECK(span_kind("SPAN_KIND_UNSPECIFIED") == SpanKind::absent);
  CHECK_FALSE(span_kind("6").has_value());
}

TEST_CASE("what varies in a path becomes a star") {
  struct Case {
    std::string_view path, route;
  };
  for (const Case& c : {Case{"/api/orders/4711/items", "/api/orders/*/items"}, Case{"/api/v1/users", "/api/v1/users"},
                        Case{"/", "/"}, Case{"", ""}, Case{"/search?q=1", "/search"},
                        Case{"/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/a/*"}, Case{"/a/deadbeef01", "/a/*"},
                        Case{"/products/0PUK6V6EV0", "/products/*"}, Case{"/users/ann@example.com/", "/users/*/"},
                        Case{"/orders/order-4711", "/orders/*"}, Case{"/files/report-v2", "/files/report-v2"},
                        Case{"/hipstershop.CartService/GetCart", "/hipstershop.CartService/GetCart"}}) {
    std::string buffer;
    CHECK(path_template(c.path, buffer) == c.route);
  }
}

TEST_CASE("a user agent is known by its family") {
  CHECK(agent_family("kube-probe/1.29") == "kube-probe");
  CHECK(agent_family("Mozilla/5.0 (X11; Linux)") == "Mozilla");
  CHECK(agent_family("curl") == "curl");
  CHECK(agent_family("") == "");
}

TEST_CASE("an authority is found in URLs, names with ports and addresses") {
  struct Case {
    std::string_view text, host;
    std::uint16_t port;
  };
  for (const Case& c : {Case{"http://cart:8080/x", "cart", 8080}, Case{"cart", "cart", 0},
                        Case{"cart:7070", "cart", 7070}, Case{"https://me:pw@shop.example/y?z", "shop.example", 0},
                        Case{"[2001:db8::1]:443", "2001:db8::1", 443}, Case{"2001:db8::1", "2001:db8::1", 0},
                        Case{"cart:99999", "cart", 0}, Case{"[2001:db8::1", "2001:db8::1", 0}, Case{"", "", 0}}) {
    CAPTURE(c.text);
    CHECK(authority_of(c.text).host == c.host);
    CHECK(authority_of(c.text).port == c.port);
  }
  CHECK(path_of("http://cart:8080/x/y?z") == "/x/y?z");
  CHECK(path_of("http://cart") == "/");
  CHECK(path_of("/x") == "/x");
}

TEST_CASE("a trace state tells the probability of sampling") {
  struct Case {
    std::string_view state;
    double probability;  // 0 = not said
  };
  for (const Case& c : {Case{"ot=th:0", 1}, Case{"ot=th:8", 0.5}, Case{"ot=th:c", 0.25}, Case{"x=y, ot=rv:1;th:fd7", 0},
                        Case{"ot=p:3;r:5", 0.125}, Case{"vendor=th:8", 0}, Case{"ot=th:zz", 0}, Case{"", 0}}) {
    CAPTURE(c.state);
    const auto said = tracestate_probability(c.state);
    if (c.state.find("fd7") != std::string_view::npos)
      CHECK(said == 1 - 0xfd7 / 4096.0);
    else
      CHECK(said.value_or(0) == c.probability);
  }
}
