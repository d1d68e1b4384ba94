// Names that Kubernetes takes, and what a recorded host or path may become in a route.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace nsew::starter {

bool is_dns_label(std::string_view);
// A DNS-1123 label of at most 63 characters; "x" when nothing of the text can stay.
std::string dns_label(std::string_view text);
// The same, made different from every name taken before.
std::string unique_label(std::string_view text, std::set<std::string>& taken);

enum class HostKind { none, public_name, public_address, internal };
// internal: a name or address that only resolves inside a cluster or a private network.
HostKind kind_of_host(std::string_view host);
std::string host_of(std::string_view authority);  // lower case, without port and final dot

bool is_route_host(std::string_view host);  // what spec.hostnames takes
bool is_route_path(std::string_view path);  // what an Exact or PathPrefix match takes

// An untrusted name in the plan: a Markdown code span that nothing inside can end.
std::string code(std::string_view text);

// "/cart/{id}/items" -> "/cart": the part before the first variable segment, without a final slash ("/" stays).
std::string literal_prefix(std::string_view route);
bool has_variable(std::string_view route);

}  // namespace nsew::starter
