#include <doctest/doctest.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "input/reader_table.hpp"
#include "reading.hpp"

using namespace nsew;

namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Counts counts_of(simdjson::dom::object said) {
  Counts counts;
  for (const auto& [name, count] : said) counts[std::string(name)] = count.get_uint64().value();
  return counts;
}

// The words of a span's line: "id<parent kind service …".
Counts counted(const std::vector<std::string>& spans, std::size_t word) {
  Counts counts;
  for (const std::string& span : spans) {
    std::istringstream words(span);
    std::string found;
    for (std::size_t i = 0; i <= word; ++i) words >> found;
    ++counts[found];
  }
  return counts;
}

void compare(const std::string& corpus, const std::string& name, simdjson::dom::object truth) {
  CAPTURE(name);
  const std::string text = file_text(corpus + "/traces/" + name);
  const std::string_view format = truth["format"].get_string().value();
  const Reader* reader = recognise(text);
  REQUIRE(reader == (format == "jaeger" ? &jaeger_json : &zipkin_json));
  const auto reading = test::read(*reader, text);
  CHECK(reading.records == truth["spans"].get_uint64().value() + truth["duplicate_spans"].get_uint64().value());
  CHECK(test::lines(reading.messages) == "");
  if (truth["duplicate_spans"].get_uint64().value() > 0) return;
  CHECK(counted(reading.spans, 1) == counts_of(truth["span_kinds"].get_object()));
}

}  // namespace

TEST_CASE("jaeger-json and zipkin-json read as many spans of each kind as the corpus holds") {
  const char* corpus = std::getenv("NSEW_CORPUS");
  if (corpus == nullptr) return;
  simdjson::dom::parser parser;
  simdjson::dom::object truth = parser.load(std::string(corpus) + "/traces/truth.json").get_object();
  std::uint64_t compared = 0;
  for (const auto& [name, file] : truth) {
    std::string_view format;
    if (file["format"].get_string().get(format) != simdjson::SUCCESS) continue;
    if (format != "jaeger" && format != "zipkin-v2") continue;
    compare(corpus, std::string(name), file.get_object());
    ++compared;
  }
  std::cout << compared << " files of the corpus compared\n";
  CHECK(compared > 0);
}
