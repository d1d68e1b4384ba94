// What the command line says. One flag table for all commands (flags.cpp): a flag means the same everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace nsew {

struct Flags {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;  // FORMAT or FORMAT=FILE
  std::vector<std::string> facts_files, settings;
  std::optional<double> sampling_rate;
  std::vector<std::string> namespaces, except_namespaces, inside, outside, gateways, waivers;
  std::string environment, since, until, as, config, now;
  unsigned threads = 0;      // 0 = one per processor
  std::uint64_t memory = 0;  // bytes; 0 = as much as it takes
  std::string fail_on, show = "info", min_confidence, color = "auto";
  bool quiet = false, partial = false;
  int verbose = 0;

  std::string target, to;  // starter
  bool force = false;

  std::map<const CLI::Option*, std::vector<std::string>> choices;  // what completions offer
};

// The values that a flag or argument may have; `only_one_of` refuses any other.
CLI::Option* offer(CLI::Option*, Flags&, const std::vector<std::string>& values);
CLI::Option* only_one_of(CLI::Option*, Flags&, const std::vector<std::string>& values);

// Adds the flags that every command that reads inputs shares.
void add_input_flags(CLI::App&, Flags&);
void add_output_flag(CLI::App&, Flags&, const std::vector<std::string>& formats);

// "json=report.json" -> {"json", "report.json"}.
struct Output {
  std::string format, file;  // no file: stdout
};
std::vector<Output> outputs_of(const Flags&, const std::string& otherwise);

bool wants_color(const Flags&);

}  // namespace nsew
