#include "measure/facts.hpp"

#include "base/text.hpp"

namespace nsew {
namespace {

template <class T>
std::optional<T> value_of(const FactSheet& sheet, std::string_view name) {
  const Fact* fact = sheet.find(name);
  const T* value = fact ? std::get_if<T>(&fact->value) : nullptr;
  return value ? std::optional<T>(*value) : std::nullopt;
}

FactValue assumed_value(const FactInfo& row) {
  switch (row.type) {
    case FactType::number:
      return to_number(row.assumed).value_or(0);
    case FactType::boolean:
      return row.assumed == "true";
    case FactType::word:
      return std::string(row.assumed);
    case FactType::numbers:
      return std::vector<double>{};
    case FactType::words:
      return std::vector<std::string>{};
  }
  return 0.0;
}

double end_of(const Fact& fact, const std::optional<double>& end) {
  if (end) return *end;
  const double* value = std::get_if<double>(&fact.value);
  return value ? *value : 0;
}

}  // namespace

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::measured:
      return "measured";
    case Origin::declared:
      return "declared";
    case Origin::assumed:
      return "assumed";
    case Origin::derived:
      return "derived";
  }
  return "";
}

std::optional<double> FactSheet::number(std::string_view name) const { return value_of<double>(*this, name); }
std::optional<bool> FactSheet::truth(std::string_view name) const { return value_of<bool>(*this, name); }
std::optional<std::string> FactSheet::word(std::string_view name) const { return value_of<std::string>(*this, name); }

double low_end(const Fact& fact) { return end_of(fact, fact.low); }
double high_end(const Fact& fact) { return end_of(fact, fact.high); }

void assume(FactSheet& sheet) {
  for (const FactInfo& row : fact_table()) {
    if (row.assumed.empty() || sheet.find(row.name)) continue;
    sheet.facts.emplace(row.name, Fact{assumed_value(row), Origin::assumed, {}, {}, "assumed"});
  }
}

}  // namespace nsew
