#include "input/ingest.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "input/framing.hpp"
#include "input/store.hpp"

using namespace nsew;

namespace {

// Gives its text in small portions, so that frames straddle them.
class Trickle final : public ByteSource {
 public:
  Trickle(std::string text, std::size_t portion) : text_(std::move(text)), portion_(portion) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t n = text_.copy(to, std::min(size, portion_), at_);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t portion_, at_ = 0;
};

std::vector<std::string> frames;  // of the reader below, which is only used with one thread

void keep(const Frame& frame, RecordSink& sink) {
  frames.emplace_back(frame.text);
  const auto bad = frame.text.find("bad");
  if (bad != std::string_view::npos)
    sink.skip(frame, frame.text.data() + bad, "bad", "");
  else
    sink.edge({});
}
bool never(std::string_view) { return false; }
Framing lines(std::string_view) { return {}; }
Framing elements(std::string_view) {
  static constexpr std::string_view keys[] = {"data", "spans"};
  return {Framing::Cut::elements, keys};
}
Framing whole(std::string_view) { return {Framing::Cut::whole, {}}; }

Reader reader_with(Framing (*framing)(std::string_view)) {
  return {.name = "test",
          .summary = "",
          .unit = "requests",
          .record = "",
          .recognises = never,
          .framing = framing,
          .read = keep};
}

struct Outcome {
  std::vector<std::string> frames, said;
  InputSummary summary;
};

Outcome run(Framing (*framing)(std::string_view), const std::string& text, std::size_t portion) {
  frames.clear();
  std::vector<RecordSink> sinks(1);
  Diagnostics diagnostics;
  Outcome outcome;
  const Reader reader = reader_with(framing);
  outcome.summary = ingest(
      {"f", text.substr(0, 3), std::make_unique<Trickle>(text.substr(std::min<std::size_t>(3, text.size())), portion)},
      reader, sinks, {}, diagnostics);
  outcome.frames = frames;
  for (const Diagnostic& said : diagnostics.list())
    outcome.said.push_back(fmt::format("{} {}", to_string(said.location), said.message));
  return outcome;
}

struct Case {
  const char* name;
  std::string text;
  std::vector<std::string> frames;
  std::vector<std::string> said = {};
  bool cut_short = false;
};

void check(const Case& c, Framing (*framing)(std::string_view)) {
  for (const std::size_t portion : {1, 3, 7, 100000}) {
    CAPTURE(c.name);
    CAPTURE(portion);
    const Outcome outcome = run(framing, c.text, portion);
    CHECK(outcome.frames == c.frames);
    CHECK(outcome.said == c.said);
    CHECK(outcome.summary.cut_short == c.cut_short);
    CHECK(outcome.summary.bytes == c.text.size());
    CHECK(outcome.summary.records + outcome.summary.skipped >= c.frames.size());
  }
}

const std::string in_a_record = "the input ends in the middle of a record";

}  // namespace

TEST_CASE("lines are cut at their ends") {
  for (const Case& c :
       {Case{"plain", "a\nb\n", {"a", "b"}}, Case{"CRLF, blank lines, no last end", "a\r\n\r\n \n\nb", {"a", "b"}},
        Case{"byte order mark",
             "\xEF\xBB\xBF"
             "a\nb",
             {"a", "b"}},
        Case{"nothing", "", {}}, Case{"a bad line", "a\nx bad\nc\n", {"a", "x bad", "c"}, {"f:2:3 bad"}},
        Case{"cut", "a\nb\nbad", {"a", "b", "bad"}, {"f:3:1 " + in_a_record}, true},
        Case{"cut in JSON", "{}\n{\"a\":[{\"bad\":1}", {"{}", "{\"a\":[{\"bad\":1}"}, {"f:2:9 " + in_a_record}, true},
        Case{"cut in a text", "{\"a}\":\"bad}", {"{\"a}\":\"bad}"}, {"f:1:8 " + in_a_record}, true},
        Case{"whole, but not to be read",
             "{}\n{\"a\":\"}\\\"\",\"bad\":1}",
             {"{}", "{\"a\":\"}\\\"\",\"bad\":1}"},
             {"f:2:13 bad"}},
        Case{"bad but not last", "bad\nb", {"bad", "b"}, {"f:1:1 bad"}}})
    check(c, lines);
}

TEST_CASE("array elements are cut out of documents of several shapes") {
  for (const Case& c : {
           Case{
               "outermost", R"([{"a":1}, {"b":[2,3]} ,4, "x,]" ])", {R"({"a":1})", R"({"b":[2,3]})", "4", R"("x,]" )"}},
           Case{"under a key", R"({"total":0,"data":[{"a":"}]\""},{}],"more":[1]})", {R"({"a":"}]\""})", "{}"}},
           Case{"two levels down", R"({"result":{"spans":[1,[2]]}})", {"1", "[2]"}},
           Case{"not three levels down", R"({"a":{"b":{"data":[1]}}})", {R"({"a":{"b":{"data":[1]}}})"}},
           Case{"two arrays", R"({"data":[1],"spans":[2]})", {"1", "2"}},
           Case{"two documents", "{\"data\":[1]}\n{\"data\":[2]}", {"1", "2"}},
           Case{"no such key", R"({"other":[1]})", {R"({"other":[1]})"}},
           Case{"a key in a string", R"({"x":"data","y":[1]})", {R"({"x":"data","y":[1]})"}},
           Case{"arrays in the array", "[[1],[2,3]]", {"[1]", "[2,3]"}},
           Case{"cut from an array", R"({"a":1},{"a":2}]})", {R"({"a":1})", R"({"a":2})"}},
           Case{"byte order mark", "\xEF\xBB\xBF[1]", {"1"}},
           Case{"empty", "[]", {}},
           Case{"place", "[\n {},\n  {bad}\n]", {"{}", "{bad}"}, {"f:3:4 bad"}},
           Case{"cut in an element", "{\"data\":[{},\n {\"a\":[1,", {"{}"}, {"f:2:2 " + in_a_record}, true},
           Case{"cut in a string", "[\"abc", {}, {"f:1:2 " + in_a_record}, true},
           Case{"cut between elements",
                "[{},",
                {"{}"},
                {"f:1:5 the input ends before its last bracket is closed"},
                true},
       })
    check(c, elements);
}

TEST_CASE("a whole document is one frame") { check({"whole", "{\n\n bad}", {"{\n\n bad}"}, {"f:3:2 bad"}}, whole); }

TEST_CASE("a hundred thousand brackets neither crash nor hang") {
  const std::string deep(100'000, '[');
  const Outcome open = run(elements, deep, 100'000);
  CHECK(open.summary.cut_short);
  const Outcome closed = run(elements, "{\"data\":" + deep + std::string(100'000, ']') + "}", 100'000);
  CHECK(closed.frames.size() == 1);
  CHECK_FALSE(closed.summary.cut_short);
}

TEST_CASE("of a thousand broken lines the first places are said and the rest is counted") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "bad\n";
  const Outcome outcome = run(lines, text, 100'000);
  REQUIRE(outcome.said.size() == Diagnostics::kept_per_message);
  CHECK(outcome.said.front() == "f:1:1 bad");
  CHECK(outcome.said.back() == "f:5:1 bad (and 99995 more like it)");
  CHECK(outcome.summary.skipped == 100'000);
}

TEST_CASE("line numbers go on from batch to batch") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += i == 150'000 ? "x bad\n" : "line\n";
  const Outcome outcome = run(lines, text, 100'000);
  CHECK(outcome.said == std::vector<std::string>{"f:150001:3 bad"});
}

TEST_CASE("long elements are cut like short ones, wherever quotes and escapes fall") {
  std::vector<std::string> elements_of;
  for (std::size_t i = 0; i < 200; ++i)
    elements_of.push_back(fmt::format(R"({{"k":"{}\"]}}","a":[{{"b":"{}"}},[{}]],"c":"\\"}})", std::string(i, 'x'),
                                      std::string(3 * i, '{'), std::string(i % 7 + 1, '1')));
  std::string text = R"({"meta":{"x":[[["]"]]]},"data":[)";
  for (const std::string& element : elements_of) text += element + ",";
  text.back() = ']';
  for (const std::size_t portion : {1, 63, 64, 65, 1000, 1000000}) {
    CAPTURE(portion);
    CHECK(run(elements, text + "}", portion).frames == elements_of);
  }
}

namespace {

// As a file on disk.
class AnyPlace final : public ByteSource {
 public:
  explicit AnyPlace(std::string text) : text_(std::move(text)) {}
  std::size_t read(char*, std::size_t) override { return 0; }
  std::uint64_t size() const override { return text_.size(); }
  std::size_t read_at(std::uint64_t offset, char* to, std::size_t size) const override {
    return offset < text_.size() ? text_.copy(to, size, offset) : 0;
  }
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

// Batches as two threads take them by turns, put together again by their places.
std::string put_together(Cutter& cutter, std::size_t& troubles) {
  std::map<std::uint64_t, std::string> parts;
  Batch batches[2];
  for (std::size_t i = 0; cutter.next(batches[i % 2]) || cutter.next(batches[++i % 2]); ++i) {
    const Batch& batch = batches[i % 2];
    troubles += batch.troubles.size();
    CHECK((batch.ends_in_a_line || batch.buffer.text().ends_with('\n')));
    parts[batch.offset] = batch.troubles.empty() ? std::string(batch.buffer.text()) : "";
  }
  std::string all;
  for (const auto& [offset, text] : parts) all += text;
  return all;
}

}  // namespace

TEST_CASE("threads that take ranges of a file get every line once and whole") {
  constexpr std::size_t range = std::size_t{4} << 20;
  std::string mixed;
  for (std::size_t i = 0; mixed.size() < 3 * range; ++i) mixed += std::string(i * 7919 % 40'000, 'x') + "\n";
  struct Lines {
    const char* name;
    std::string text;
  };
  for (const Lines& c : {Lines{"short lines", mixed}, Lines{"no newline at the end", mixed + "end"},
                         Lines{"a line over several ranges", "a\n" + std::string(3 * range, 'b') + "\nc\n"},
                         Lines{"ends at a range's end", std::string(range - 1, 'd') + "\n" + mixed},
                         Lines{"begins before a range's end", std::string(range - 2, 'd') + "\ne\n" + mixed},
                         Lines{"one line", "f"}, Lines{"empty lines", std::string(range + 5, '\n')}}) {
    CAPTURE(c.name);
    const AnyPlace file(c.text);
    std::size_t troubles = 0;
    CHECK((put_together(*cut_ranges(file, 0), troubles) == c.text));
    CHECK(troubles == 0);
  }
}

TEST_CASE("a line that is longer than allowed is left out, and the lines around it are read") {
  const AnyPlace file("a\n" + std::string(std::size_t{6} << 20, 'b') + "\nc\n");
  std::size_t troubles = 0;
  CHECK(put_together(*cut_ranges(file, 0, std::size_t{2} << 20), troubles) == "a\nc\n");
  CHECK(troubles == 1);
}
