#include "starter/match.hpp"

#include "base/text.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

// Whole segments; a variable segment of the recording equals no literal one.
bool is_below(std::string_view path, std::string_view prefix) {
  if (prefix.size() > 1 && prefix.back() == '/') prefix.remove_suffix(1);
  if (prefix == "/") return true;
  if (path.substr(0, prefix.size()) != prefix) return false;
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

// Expressions are not evaluated (their dialect is the implementation's): the literal part in front decides.
std::string_view literal_front(std::string_view expression) {
  if (expression.substr(0, 1) == "^") expression.remove_prefix(1);
  return expression.substr(0, expression.find_first_of("[](){}.*+?|\\^$"));
}

}  // namespace

Request request_of(const OperationKey& key) {
  Request request{host_of(key.host), key.method, {}};
  if (key.protocol == "grpc") {
    request.method = "POST";
    request.path = (key.route.substr(0, 1) == "/" ? "" : "/") + key.route;
  } else if (key.route.substr(0, 1) == "/") {
    request.path = key.route.substr(0, key.route.find('?'));
  }
  return request;
}

std::optional<Rank> rank(const Match& match, const Request& request) {
  if (!match.method.empty() && match.method != request.method) return {};
  Rank found{0, match.path.size(), !match.method.empty()};
  if (match.path_type == "Exact") {
    found.path_kind = 2;
    if (request.path != match.path || has_variable(request.path)) return {};
  } else if (match.path_type == "RegularExpression") {
    found.path_kind = 1;
    const std::string_view front = literal_front(match.path);
    if (request.path.empty() || request.path.substr(0, front.size()) != front) return {};
  } else if (!is_below(request.path, match.path)) {
    return {};
  }
  return found;
}

std::optional<std::size_t> host_rank(std::string_view pattern, std::string_view host) {
  if (pattern.empty()) return 0;
  if (pattern == host) return 1000 + host.size();
  if (pattern.substr(0, 2) != "*." || host.size() <= pattern.size() - 1) return {};
  const std::string_view end = pattern.substr(1);
  if (host.substr(host.size() - end.size()) != end) return {};
  return pattern.size();
}

}  // namespace nsew::starter
