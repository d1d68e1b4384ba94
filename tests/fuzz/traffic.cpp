// fuzz_traffic --reader=FORMAT: any bytes through one reader, then all the way to a call graph and back. Aborts where
// the graph that is read back is not the graph that was written.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "graph/build.hpp"
#include "graph/serialise.hpp"
#include "input/ingest.hpp"

namespace {

const nsew::Reader* reader = nullptr;

class Memory final : public nsew::ByteSource {
 public:
  explicit Memory(std::string_view bytes) : left_(bytes) {}
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t n = left_.copy(to, size);
    left_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view left_;
};

void insist(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view flag = "--reader=";
  for (const std::string_view argument : std::span(*argv, static_cast<std::size_t>(*argc)))
    if (argument.starts_with(flag)) reader = nsew::reader_called(argument.substr(flag.size()));
  insist(reader != nullptr, "--reader=FORMAT names a format of `nsew list formats`");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t head_bytes = std::size_t{64} << 10;
  nsew::Diagnostics diagnostics;
  std::vector<nsew::RecordSink> sinks(1);
  const std::string_view head = bytes.substr(0, head_bytes);
  (void)reader->recognises(head);
  nsew::OpenInput input{"input", std::string(head), std::make_unique<Memory>(bytes.substr(head.size()))};
  const auto summary = nsew::ingest(std::move(input), *reader, sinks, {}, diagnostics);
  insist(summary.skipped == 0 || !diagnostics.list().empty(), "whatever is skipped is said");
  if (nsew::quick_hash(bytes) % 16 != 0) return 0;  // the graph costs ten times what the reader does

  const nsew::CallGraph graph = nsew::build_graph(sinks, {}, nsew::no_platform_knowledge, {});
  const std::string written = nsew::to_json(graph);
  const auto back = nsew::graph_from_json(written, "graph", diagnostics);
  insist(back.has_value(), "a graph that was written can be read");
  insist(nsew::to_json(*back) == written, "a graph that was read back is the graph that was written");
  return 0;
}
