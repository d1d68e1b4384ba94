// Which rule takes a request: the precedence of the Gateway API.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "graph/call_graph.hpp"

namespace nsew::starter {

// A request as it was recorded: the path may have variable segments, and is empty when none was recorded.
struct Request {
  std::string host, method, path;
};
Request request_of(const OperationKey&);  // an RPC is a POST to /package.Service/Method

struct Match {
  std::string path_type, path, method;  // PathPrefix | Exact | RegularExpression; empty method = any
  auto operator<=>(const Match&) const = default;
};

// Greater goes first.
struct Rank {
  int path_kind = 0;
  std::size_t path_size = 0;
  bool method = false;
  auto operator<=>(const Rank&) const = default;
};
std::optional<Rank> rank(const Match&, const Request&);

// "" takes any host, "*.example.com" every name below it; the size of what matched, for precedence.
std::optional<std::size_t> host_rank(std::string_view pattern, std::string_view host);

}  // namespace nsew::starter
