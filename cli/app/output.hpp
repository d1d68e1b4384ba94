// The only place that writes: stdout, files (whole or not at all), diagnostics.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"

namespace nsew {

// A closed pipe ends the program quietly with 0; any other failure throws Failure(74).
void write_stdout(std::string_view text);

// Through a temporary file beside it and a rename; a device or pipe is written directly. Throws Failure(74).
void write_file(const std::string& path, std::string_view text);

void print_diagnostics(const std::vector<Diagnostic>&, bool quiet, bool verbose);
void print_failure(const Failure&);

bool is_terminal(int descriptor);

}  // namespace nsew
