// The graph's own form (-o graph): JSON, versioned, the same bytes for the same graph. Computed elsewhere and read back
// it gives the same report. Schema: see graph.schema.json, printed by `nsew schema graph`.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "graph/call_graph.hpp"

namespace nsew {

std::string to_json(const CallGraph&);

bool looks_like_graph(std::string_view head);

// Reports what does not fit with its place in `name`; gives nothing when the document is not a graph of a version we
// know.
std::optional<CallGraph> graph_from_json(std::string_view text, const std::string& name, Diagnostics&);

}  // namespace nsew
