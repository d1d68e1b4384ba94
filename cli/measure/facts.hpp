// The second waist: named values, each with its origin. Names, units and ranges are the table's (fact_table.cpp);
// definitions: decision.md §3. A fact that is not known is absent.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "measure/picture.hpp"

namespace nsew {

using FactValue = std::variant<double, bool, std::string, std::vector<double>, std::vector<std::string>>;

enum class Origin { measured, declared, assumed, derived };
std::string_view name_of(Origin);

struct Fact {
  FactValue value;
  Origin origin = Origin::measured;
  std::optional<double> low, high;  // 95 % interval or bounds, numbers only; infinity is allowed
  std::string source;               // "traces", "flags", the file of a declared fact, …
};

struct FactSheet {
  std::map<std::string, Fact, std::less<>> facts;

  const Fact* find(std::string_view name) const {
    const auto at = facts.find(name);
    return at == facts.end() ? nullptr : &at->second;
  }
  std::optional<double> number(std::string_view name) const;
  std::optional<bool> truth(std::string_view name) const;
  std::optional<std::string> word(std::string_view name) const;
};

enum class FactType { number, boolean, word, numbers, words };

// One row for every fact that interface.md and decision.md name: the list a user sees, validation of --facts, --set and
// rules.
struct FactInfo {
  std::string_view name;  // "traffic.east_west_calls"
  FactType type;
  bool derived = false;                     // computed from others when absent
  std::string_view unit;                    // "calls", "services", "share", "ms", …
  std::string_view summary;                 // one line
  double low = 0, high = 0;                 // declared range of a number (high may be infinity)
  double step = 0;                          // of a number, for flips
  std::span<const std::string_view> words;  // allowed words; empty = any
  std::string_view assumed;                 // value when nothing says otherwise ("none", "0", "false"); empty = absent
};
std::span<const FactInfo> fact_table();  // by section in interface.md's order, then name
const FactInfo* fact_called(std::string_view name);

// The facts of what was seen and declared, for the component that scores highest on size; `components` lists all.
struct Component {
  std::vector<std::string> services;  // node ids, sorted
};
std::vector<Component> components_of(const CallGraph&);  // largest first, ties by first id; decision.md §3

FactSheet measure(const Picture&, const Component* scored);  // null: everything is one component

// A share with its 95 % interval (decision.md §3): Wilson on `effective` of the counted calls, widened at its ends by
// the calls whose direction is unknown. None without counted or unknown calls.
struct Share {
  double value = 0, low = 0, high = 0;
};
std::optional<Share> east_west_share(double east_west, double counted, double unknown, double effective);

// The ends of a number: its interval, else the value itself.
double low_end(const Fact&);
double high_end(const Fact&);

// Fills in derived facts that are absent and can be computed (amplification, largest_component, …).
void derive(FactSheet&);
// Fills in the assumed defaults of the table, marked as such.
void assume(FactSheet&);

}  // namespace nsew
