// Calls that the present gateway answers itself reach no backend: the new routes may send them to one.
#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"
#include "starter/portable.hpp"

namespace nsew::starter {
namespace {

constexpr std::size_t most_shown = 10;  // of one destination

struct Asked {
  std::map<Source, std::uint64_t> calls;
  std::string to;

  std::uint64_t most() const {
    std::uint64_t most = 0;
    for (const auto& [source, count] : calls) most = std::max(most, count);
    return most;
  }
};

std::map<std::string, std::vector<std::string>> by_destination(const Bundle& bundle, const Surface& surface) {
  const std::vector<std::string> to = destinations(bundle.files(), surface.answered);
  std::map<std::string, Asked> asked;
  for (std::size_t i = 0; i < surface.answered.size(); ++i) {
    const Recorded& op = surface.answered[i];
    const Request& request = op.request;
    Asked& one = asked[request.method + (request.method.empty() ? "" : " ") + request.host + request.path];
    one.calls[op.source] += op.stats.calls.observed();
    one.to = to[i];
  }
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& [what, one] : asked) out[one.to].push_back(fmt::format("{} x {}", one.most(), code(what)));
  return out;
}

std::string sent(const std::string& to) {
  if (to == "-") return "no new route takes them, so that the new gateway answers 404";
  if (to.empty()) return "the new gateway answers them itself as well";
  return fmt::format("the new routes send them to {}: check that this is meant", code(to));
}

}  // namespace

void plan_the_answered(Bundle& bundle, const Surface& surface) {
  for (auto& [to, calls] : by_destination(bundle, surface)) {
    const std::size_t more = calls.size() > most_shown ? calls.size() - most_shown : 0;
    if (more > 0) calls.resize(most_shown);
    bundle.plan.yours.push_back(fmt::format("The present gateway answers these itself: {}{}; {}.", join(calls, ", "),
                                            more > 0 ? fmt::format(" and {} more", more) : "", sent(to)));
  }
}

}  // namespace nsew::starter
