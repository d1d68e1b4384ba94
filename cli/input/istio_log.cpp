// Istio's default access log, text or JSON (accessLogEncoding), of any version since 1.5.
#include "input/access_log.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

bool recognises(std::string_view head) { return recognises_access_log(head, AccessLayout::istio, "authority"); }
Framing framing(std::string_view) { return {.cut = Framing::Cut::lines, .keys = {}}; }
void read(const Frame& frame, RecordSink& sink) { read_access_log(frame, AccessLayout::istio, sink); }

}  // namespace

const Reader istio_access_log{
    .name = "istio-access-log",
    .summary = "Istio access logs of sidecars, gateways and waypoints, text or JSON",
    .unit = "requests",
    .record = "kubectl logs -n NAMESPACE -l app=NAME -c istio-proxy --prefix --tail=-1",
    .enough = "A day of every sidecar and gateway: what is counted is taken as it is, without an interval.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
