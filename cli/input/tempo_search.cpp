// What Grafana Tempo finds (/api/search): some spans of each trace, none with its parent.
// https://grafana.com/docs/tempo/latest/api_docs/#search
#include "input/json_values.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

bool recognises(std::string_view head) {
  return has_key(head, "traces", 1) && has_key(head, "traceID", 3) &&
         (has_key(head, "rootServiceName", 3) || has_key(head, "spanSet", 3) || has_key(head, "rootTraceName", 3));
}

}  // namespace

const Refusal tempo_search{.recognises = recognises,
                           .reason = "the result of a search in Tempo: its spans do not say who called them",
                           .hint =
                               "fetch what it found: jq -r '.traces[].traceID' FILE | while read id; do curl -s "
                               "http://tempo:3200/api/traces/$id; echo; done > traces.jsonl"};

}  // namespace nsew
