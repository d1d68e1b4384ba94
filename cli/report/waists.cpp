// The two waists as reports: what -o graph and -o facts write can be read back as input.
#include "graph/serialise.hpp"
#include "judge/verdict.hpp"
#include "report/report.hpp"

namespace nsew {
namespace {

std::string facts(const Document& document) { return to_yaml(document.assessment.facts); }
std::string graph(const Document& document) { return to_json(document.assessment.picture.graph); }

}  // namespace

extern const Report facts_report{
    .name = "facts", .summary = "the fact sheet, to read, edit and feed back with --facts", .render = facts};
extern const Report graph_report{
    .name = "graph", .summary = "the call graph, to merge or read back as an input", .render = graph};

}  // namespace nsew
