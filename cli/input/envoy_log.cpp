#include "input/access_log.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

bool recognises(std::string_view head) { return recognises_access_log(head, AccessLayout::envoy, ":authority"); }
Framing framing(std::string_view) { return {.cut = Framing::Cut::lines, .keys = {}}; }
void read(const Frame& frame, RecordSink& sink) { read_access_log(frame, AccessLayout::envoy, sink); }

}  // namespace

const Reader envoy_access_log{
    .name = "envoy-access-log",
    .summary = "Envoy access logs: its default text format, Envoy Gateway's JSON",
    .unit = "requests",
    .record =
        "kubectl logs -n envoy-gateway-system -c envoy -l "
        "gateway.envoyproxy.io/owning-gateway-name=GATEWAY --tail=-1",
    .enough = "A day of every replica; a gateway never shows what services ask of each other, so add traces.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
