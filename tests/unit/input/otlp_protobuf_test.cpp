#include <doctest/doctest.h>

#include <functional>

#include <protozero/pbf_writer.hpp>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;
using protozero::pbf_writer;
using test::Reading;

namespace {

using Texts = std::vector<std::string>;
using Fill = std::function<void(pbf_writer&)>;

const std::string trace = std::string(15, '\x11') + "\x22";
std::string id(char last) { return std::string(7, '\0') + last; }

std::string message(const Fill& fill) {
  std::string bytes;
  pbf_writer writer(bytes);
  fill(writer);
  return bytes;
}

void add_text(pbf_writer& to, std::uint32_t field, const std::string& key, const std::string& value) {
  pbf_writer pair(to, field);
  pair.add_string(1, key);
  pbf_writer(pair, 2).add_string(1, value);
}
void add_value(pbf_writer& to, std::uint32_t field, const std::string& key, const Fill& value) {
  pbf_writer pair(to, field);
  pair.add_string(1, key);
  pbf_writer inner(pair, 2);
  value(inner);
}

std::string span(
    const Fill& more = [](pbf_writer&) {}, char last = '\x0A') {
  return message([&](pbf_writer& w) {
    w.add_bytes(1, trace);
    w.add_bytes(2, id(last));
    if (more) more(w);
  });
}

// One request with the spans of one resource.
std::string request(const Texts& spans, const std::string& service = "shop", std::uint32_t scopes = 2) {
  return message([&](pbf_writer& w) {
    pbf_writer resource_spans(w, 1);
    {
      pbf_writer resource(resource_spans, 1);
      add_text(resource, 1, "service.name", service);
    }
    pbf_writer scope(resource_spans, scopes);
    scope.add_message(1, std::string());
    for (const std::string& one : spans) scope.add_message(2, one);
  });
}

std::string four_bytes(const std::string& bytes) {
  std::string all;
  for (int shift = 24; shift >= 0; shift -= 8) all.push_back(static_cast<char>(bytes.size() >> shift & 255));
  return all + bytes;
}
std::string delimited(const std::string& bytes) {
  std::string all;
  protozero::add_varint_to_buffer(&all, bytes.size());
  return all + bytes;
}

Reading read_span(const Fill& more) { return test::read(otlp_protobuf, request({span(more)})); }

}  // namespace

TEST_CASE("OTLP protobuf is recognised in every framing, and other signals are not") {
  const std::string one = request({span()});
  for (const std::string& head : {one, four_bytes(one), delimited(one), one + one, request({span()}, "x", 1000),
                                  four_bytes(request({}) + one), (one + one).substr(0, one.size() + 3)}) {
    CAPTURE(head.size());
    CHECK(recognise(head) == &otlp_protobuf);
  }
  const std::string metric =
      message([](pbf_writer& w) { w.add_string(1, "sixteen.letters_"), w.add_string(2, "text"); });
  const std::string record = message([](pbf_writer& w) { w.add_fixed64(1, 1'750'000'000'000'000'000); });
  for (const std::string& head : {std::string(), std::string("\x0A"), request({}), request({metric}), request({record}),
                                  std::string("\n\n\n\n"), std::string(4096, '\0')})
    CHECK(recognise(head) == nullptr);
}

TEST_CASE("every framing of OTLP protobuf gives every span") {
  const std::string one = request({span(), span({}, '\x0B')}), other = request({span({}, '\x0C')}, "till");
  const Texts wanted{"a<0 absent shop", "b<0 absent shop", "c<0 absent till"};
  for (const std::string& text : {one + other, four_bytes(one) + four_bytes(other), delimited(one) + delimited(other),
                                  four_bytes(one + other), four_bytes(one) + four_bytes("") + four_bytes(other)}) {
    const Reading reading = test::read(otlp_protobuf, text);
    CHECK(reading.spans == wanted);
    CHECK(reading.messages == Texts{});
    CHECK_FALSE(reading.cut_short);
  }
}

TEST_CASE("the fields of a span in protobuf say what they say in JSON") {
  struct Case {
    const char* name;
    Fill more;
    std::string span;
  };
  for (const Case& c : {
           Case{"parent, kind and name",
                [](pbf_writer& w) { w.add_bytes(4, id('\x0B')), w.add_string(5, "x"), w.add_enum(6, 2); },
                "a<b server shop route=x"},
           Case{"state", [](pbf_writer& w) { w.add_string(3, "ot=th:8"); }, "a<0 absent shop p=0.5"},
           Case{"error", [](pbf_writer& w) { pbf_writer(w, 15).add_enum(3, 2); }, "a<0 absent shop error"},
           Case{"error, the old way", [](pbf_writer& w) { pbf_writer(w, 15).add_enum(1, 2); }, "a<0 absent shop error"},
           Case{"no error", [](pbf_writer& w) { pbf_writer(w, 15).add_enum(3, 1); }, "a<0 absent shop"},
           Case{"link",
                [](pbf_writer& w) {
                  pbf_writer link(w, 13);
                  link.add_bytes(1, trace);
                  link.add_bytes(2, id('\x0B'));
                },
                "a<0 absent shop linked"},
           Case{"every type of value",
                [](pbf_writer& w) {
                  w.add_enum(6, 3);
                  add_text(w, 9, "peer.service", "cart");
                  add_value(w, 9, "server.port", [](pbf_writer& v) { v.add_int64(3, 7070); });
                  add_value(w, 9, "error", [](pbf_writer& v) { v.add_bool(2, true); });
                  add_value(w, 9, "sampling.probability", [](pbf_writer& v) { v.add_double(4, 0.25); });
                  add_value(w, 9, "x", [](pbf_writer& v) { v.add_message(5, std::string("\x0A\x03\x0A\x01y")); });
                },
                "a<0 client shop peer=cart port=7070 error p=0.25"},
           Case{"a value before its key",
                [](pbf_writer& w) {
                  pbf_writer pair(w, 9);
                  pbf_writer(pair, 2).add_string(1, "redis");
                  pair.add_string(1, "db.system");
                },
                "a<0 absent shop db=redis"},
           Case{"long keys and values",
                [](pbf_writer& w) {
                  add_text(w, 9, std::string(300, 'k'), std::string(300, 'v'));
                  add_text(w, 9, "url.path", "/" + std::string(200, 'v'));
                },
                "a<0 absent shop proto=http route=/" + std::string(200, 'v')},
           Case{"what a later version may add", [](pbf_writer& w) { w.add_fixed32(16, 257), w.add_string(99, "new"); },
                "a<0 absent shop"},
       }) {
    CAPTURE(c.name);
    const Reading reading = read_span(c.more);
    CHECK(test::lines(reading.spans) == c.span);
    CHECK(reading.messages == Texts{});
  }
}

TEST_CASE("a resource of OTLP protobuf may stand anywhere, and in parts") {
  const std::string text = message([](pbf_writer& w) {
    pbf_writer resource_spans(w, 1);
    {
      pbf_writer scope(resource_spans, 2);
      scope.add_message(2, span());
    }
    {
      pbf_writer resource(resource_spans, 1);
      add_text(resource, 1, "service.name", "cart");
    }
    pbf_writer resource(resource_spans, 1);
    add_text(resource, 1, "k8s.namespace.name", "shop");
  });
  CHECK(test::read(otlp_protobuf, text + request({span({}, '\x0B')})).spans ==
        Texts{"a<0 absent cart ns=shop", "b<0 absent shop"});
}

TEST_CASE("damage in OTLP protobuf is said with its place, and the rest is read") {
  struct Wrong {
    const char* name;
    std::string text;
    Texts spans, messages;
    std::uint64_t skipped;
    bool cut_short = false;
  };
  const std::string good = request({span()});
  const std::size_t in = good.size() - span().size();
  for (const Wrong& w : {
           Wrong{"no span id",
                 request({message([](pbf_writer& m) { m.add_bytes(1, trace); }), span()}),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} a span without a trace id or span id of its own", in + 1)},
                 1},
           Wrong{"a length that is too long",
                 request({span() + "\x2A\x70x", span()}),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} a damaged span", in + 1)},
                 1},
           Wrong{"not UTF-8",
                 request({span([](pbf_writer& m) { m.add_string(5, "\xFF"); }), span()}),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} a span with text that is not UTF-8", in + 1)},
                 1},
           Wrong{"a resource that is not UTF-8",
                 request({span()}, "\xFF") + good,
                 {"a<0 absent shop"},
                 {"1:3 a resource that is not UTF-8"},
                 1},
           Wrong{"a kind nobody knows",
                 request({span([](pbf_writer& m) { m.add_enum(6, 9); })}),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} a span kind that is not known", good.size() + 2)},
                 0},
           Wrong{"a name that is a number",
                 request({span([](pbf_writer& m) { m.add_enum(5, 9); })}),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} a field of a span that has another type than OTLP's", good.size() + 2)},
                 0},
           Wrong{"the end is missing",
                 four_bytes(good) + four_bytes(good).substr(0, good.size()),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} the input ends in the middle of a record", good.size() + 5)},
                 1,
                 true},
           Wrong{"no message where one should be",
                 four_bytes(good) + four_bytes("x" + good),
                 {"a<0 absent shop"},
                 {fmt::format("1:{} no message begins where the last one ends", good.size() + 5)},
                 1,
                 true},
       }) {
    CAPTURE(w.name);
    const Reading reading = test::read(otlp_protobuf, w.text);
    CHECK(reading.spans == w.spans);
    CHECK(test::lines(reading.messages) == test::lines(w.messages));
    CHECK(reading.skipped == w.skipped);
    CHECK(reading.cut_short == w.cut_short);
  }
}

TEST_CASE("OTLP protobuf that is larger than a batch is cut into many, wherever it is cut short") {
  std::string bare, lengths;
  for (int i = 0; i < 9000; ++i) {
    const std::string one = request({span({}, static_cast<char>(1 + i % 100))}, std::string(100, 'a'));
    bare += one;
    lengths += four_bytes(one);
  }
  for (const std::string* text : {&bare, &lengths}) {
    const Reading whole = test::read(otlp_protobuf, *text);
    CHECK(whole.records == 9000);
    const Reading cut = test::read(otlp_protobuf, text->substr(0, text->size() - 1));
    CHECK(cut.records == 8999);
    CHECK(cut.cut_short);
  }
}
