#include "base/diagnostics.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nsew {

std::string_view name_of(Severity level) {
  switch (level) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

std::string to_string(const Location& where) {
  if (where.line == 0) return where.file;
  if (where.column == 0) return fmt::format("{}:{}", where.file, where.line);
  return fmt::format("{}:{}:{}", where.file, where.line, where.column);
}

void Diagnostics::report(Diagnostic said) {
  Places& places = kinds_[{said.level, said.location.file, std::move(said.message), std::move(said.hint)}];
  ++places.seen;
  places.kept.insert(std::upper_bound(places.kept.begin(), places.kept.end(), said.location), said.location);
  if (places.kept.size() > kept_per_message) places.kept.pop_back();
}

void Diagnostics::report_more(const Diagnostic& said, std::uint64_t more) {
  kinds_[{said.level, said.location.file, said.message, said.hint}].seen += more;
}

void Diagnostics::merge(const Diagnostics& other) {
  for (const auto& [kind, theirs] : other.kinds_) {
    Places& ours = kinds_[kind];
    ours.seen += theirs.seen;
    ours.kept.insert(ours.kept.end(), theirs.kept.begin(), theirs.kept.end());
    std::sort(ours.kept.begin(), ours.kept.end());
    if (ours.kept.size() > kept_per_message) ours.kept.resize(kept_per_message);
  }
}

std::vector<Diagnostic> Diagnostics::list() const {
  std::vector<Diagnostic> all;
  for (const auto& [kind, places] : kinds_) {
    const std::uint64_t more = places.seen - places.kept.size();
    for (std::size_t i = 0; i < places.kept.size(); ++i) {
      const bool last = i + 1 == places.kept.size();
      all.push_back({kind.level, places.kept[i],
                     last && more > 0 ? fmt::format("{} (and {} more like it)", kind.message, more) : kind.message,
                     kind.hint});
    }
  }
  std::sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.location, a.message, a.hint) < std::tie(b.location, b.message, b.hint);
  });
  return all;
}

bool Diagnostics::has(Severity at_least) const {
  return std::any_of(kinds_.begin(), kinds_.end(), [&](const auto& kind) { return kind.first.level >= at_least; });
}

}  // namespace nsew
