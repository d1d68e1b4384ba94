// The pieces of the first screen as lines, shared by the terminal and the Markdown report.
#pragma once

#include <string>
#include <vector>

#include "judge/assessment.hpp"
#include "measure/summary.hpp"
#include "report/report.hpp"

namespace nsew {

// At most `most` reasons: what decided first (gates, fits), then points by size.
std::vector<const Reason*> strongest_reasons(const Verdict&, std::size_t most);

// "!" for what decides, else the points, as a range where they depend on what is not known.
std::string weight_of(const Reason&);

// The sum of the points and the lines that it is held against.
std::string points_in_all(const Verdict&);

// North-south and east-west edges, busiest first, then by id.
std::vector<const EdgeSummary*> chattiest(const Summary&, std::size_t most);

// "1 234 spans" …: what was read, in a sentence; what could not be, in another (empty when all was).
std::string what_was_read(const Assessment&, const Summary&);
std::string what_was_not(const Assessment&, const Summary&);

// The largest part of `unknown` and the flag that settles it; empty when there is none.
std::string largest_unknown(const Summary&);

// "datastore 120, async 30": classes outside the share.
std::string set_aside(const UnitTraffic&);

// The commands to type next, most useful first.
std::vector<std::string> next_commands(const Document&, const Summary&);

// Text broken at blanks so that no line is wider than `width` columns.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace nsew
