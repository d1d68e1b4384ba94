#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "graph/observe.hpp"
#include "input/ingest.hpp"

using namespace nsew;

namespace {

std::string name_of(const Party& p) {
  std::string name = p.reserved.empty() ? std::string() : "reserved:" + std::string(p.reserved);
  for (const std::string_view word : {p.service, p.app, p.workload, p.pod})
    if (name.empty() && !word.empty()) name = std::string(p.ns) + "/" + std::string(word);
  if (name.empty()) name = p.host.empty() ? std::string(p.address) : std::string(p.host);
  return name.empty() ? "?" : name;
}

// Names as the truth of the corpus writes them.
std::string truth_name(const Party& p, bool log) {
  if (log && p.reserved == "outside") return "via-gateway";
  if (log) return p.host.empty() ? "ip:" + std::string(p.address) : std::string(p.host);
  if (p.reserved == "world") return "world";
  std::string name = name_of(p);
  if (p.app.empty() && !p.pod.empty()) name = name.substr(0, name.rfind('-'));  // pods of DaemonSets and Deployments
  if (name.ends_with("-b4f5c58c7")) name.resize(name.size() - 10);
  return name;
}

std::string edges_of(const std::string& file) {
  OpenInput input = open_input(file);
  const Reader* reader = recognise(input.head);
  REQUIRE(reader != nullptr);
  std::vector<RecordSink> sinks(1);
  Diagnostics diagnostics;
  ingest(std::move(input), *reader, sinks, {}, diagnostics);
  const Observed all = observe(sinks, gather(sinks));
  std::map<std::string, std::uint64_t> edges;
  for (const auto& [call, stats] : all.calls) {
    const bool log = call.recorder != Recorder::network;
    if (!call.denied && !call.unrouted && !call.answered)  // truth drops answers
      edges[truth_name(unpacked_party(all.parties[call.source]), log) + " -> " +
            truth_name(unpacked_party(all.parties[call.destination]), log)] += stats.calls.observed();
  }
  return nlohmann::json(edges).dump(1);
}

}  // namespace

TEST_CASE("flows and access logs of the corpus give the edges of its truth") {
  const char* corpus = std::getenv("NSEW_CORPUS");
  if (corpus == nullptr) return;
  const std::string folder = std::string(corpus) + "/flows/";
  const auto truth = nlohmann::json::parse(std::ifstream(folder + "truth.json"));
  std::size_t compared = 0;
  for (const auto& entry : truth["files"].items()) {
    const std::string file = entry.key();
    if (!file.starts_with("hubble/") && !file.starts_with("istio-access-log/")) continue;
    std::map<std::string, std::uint64_t> edges;
    for (const auto& edge : entry.value()["edges"])
      edges[edge["src"].get<std::string>() + " -> " + edge["dst"].get<std::string>()] +=
          edge["count"].get<std::uint64_t>();
    CHECK_MESSAGE(edges_of(folder + file) == nlohmann::json(edges).dump(1), file);
    ++compared;
  }
  CHECK(compared == 9);
}
