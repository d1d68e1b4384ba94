// What nsew has to say about its input: each message with a place and, where there is one, a hint.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nsew {

enum class Severity { info, warning, error };
std::string_view name_of(Severity);

// line and column count from 1; 0 means that the place is the whole file. Columns count bytes.
struct Location {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Location&) const = default;
};
std::string to_string(const Location&);  // "file:line:column", shorter where parts are unknown

struct Diagnostic {
  Severity level = Severity::warning;
  Location location;
  std::string message;  // lower case, no full stop
  std::string hint;     // what to do; may be empty
  auto operator<=>(const Diagnostic&) const = default;
};

// Bounded: of one message in one file the first `kept_per_message` places (by line) are kept and the rest is counted,
// so that ten gigabytes of broken lines cost kilobytes. Merging in any order gives the same list.
class Diagnostics {
 public:
  static constexpr std::size_t kept_per_message = 5;

  void report(Diagnostic);
  // The same said at `more` places that come later and are not kept.
  void report_more(const Diagnostic&, std::uint64_t more);
  void report(Severity level, Location where, std::string message, std::string hint = {}) {
    report(Diagnostic{level, std::move(where), std::move(message), std::move(hint)});
  }
  void merge(const Diagnostics& other);

  // Ordered by file, line, column, message; a message with more places than were kept ends in "(and N more like it)".
  std::vector<Diagnostic> list() const;
  bool has(Severity at_least) const;

 private:
  struct Kind {
    Severity level;
    std::string file, message, hint;
    auto operator<=>(const Kind&) const = default;
  };
  struct Places {
    std::vector<Location> kept;  // sorted
    std::uint64_t seen = 0;
  };
  std::map<Kind, Places> kinds_;
};

// A dead end where the program meets files, flags or a library; caught once, in app.
struct Failure : std::runtime_error {
  Failure(int exit_code_, const std::string& message, Location where_ = {}, std::string hint_ = {})
      : std::runtime_error(message), exit_code(exit_code_), where(std::move(where_)), hint(std::move(hint_)) {}
  int exit_code;
  Location where;
  std::string hint;
};

namespace exit_code {  // interface.md
inline constexpr int fine = 0, findings = 1, defect = 2, weak = 3, drift = 4, lost_call = 5, usage = 64,
                     unreadable = 65, no_input = 66, write_failed = 74;
}

}  // namespace nsew
