#include "input/reader_table.hpp"
namespace nsew {
namespace {
bool recognises(std::string_view) { return false; }
Framing framing(std::string_view) { return {}; }
void read(const Frame& frame, RecordSink& sink) { sink.skip(frame, nullptr, "not read"); }
}  // namespace
const Reader otlp_json{.name = "otlp-json",
                       .summary = "s",
                       .unit = "requests",
                       .record = "",
                       .recognises = recognises,
                       .framing = framing,
                       .read = read};
}  // namespace nsew
