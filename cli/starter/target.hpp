// A product that starter configs are written for. To add one: a file here and one line in target_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "judge/assessment.hpp"

namespace nsew {

struct StarterFile {
  std::string path;  // relative, with slashes
  std::string text;
  std::string target;
  int phase = 0;
  std::vector<std::string> evidence;  // ids in evidence.json
};

struct Target {
  std::string_view name, summary;
  std::vector<StarterFile> (*generate)(const Assessment&);  // pure; sorted by path
};

std::span<const Target* const> targets();
const Target* target_called(std::string_view name);

// Whether a file's text begins as every generated file does: only such files may be written over.
bool written_by_nsew(std::string_view text);

// Recorded north-south calls against the generated routes: each is matched by a rule, or lost.
struct Replay {
  std::uint64_t calls = 0, matched = 0, without_host = 0;  // without_host: nothing recorded to match by
  std::uint64_t connections = 0;                           // from outside, known as connections only: nothing to replay
  std::uint64_t answered = 0;                              // by the present gateway itself: no backend to compare
  std::vector<std::string> lost;                           // "GET shop.example.com/cart (12 calls)"
};
Replay replay(const Assessment&, std::span<const StarterFile>);

}  // namespace nsew
