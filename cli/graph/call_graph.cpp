#include "graph/call_graph.hpp"

#include <array>
#include <span>
#include <utility>

namespace nsew {
namespace {

template <class Enum>
using Spelling = std::pair<Enum, std::string_view>;

constexpr std::array<Spelling<CallClass>, 7> class_names{{{CallClass::north_south, "north-south"},
                                                          {CallClass::east_west, "east-west"},
                                                          {CallClass::egress, "egress"},
                                                          {CallClass::datastore, "datastore"},
                                                          {CallClass::async, "async"},
                                                          {CallClass::platform, "platform"},
                                                          {CallClass::unknown, "unknown"}}};

constexpr std::array<Spelling<NodeKind>, 7> kind_names{{{NodeKind::service, "service"},
                                                        {NodeKind::gateway, "gateway"},
                                                        {NodeKind::outside, "outside"},
                                                        {NodeKind::datastore, "datastore"},
                                                        {NodeKind::broker, "broker"},
                                                        {NodeKind::platform, "platform"},
                                                        {NodeKind::unknown, "unknown"}}};

constexpr std::array<Spelling<EdgeFlag>, 5> flag_names{{{EdgeFlag::inferred, "inferred"},
                                                        {EdgeFlag::unpaired, "unpaired"},
                                                        {EdgeFlag::hairpin, "hairpin"},
                                                        {EdgeFlag::snat, "snat"},
                                                        {EdgeFlag::synthetic, "synthetic"}}};

constexpr std::array<Spelling<Source>, 4> source_names{{{Source::traces, "traces"},
                                                        {Source::request_logs, "request-logs"},
                                                        {Source::flows, "flows"},
                                                        {Source::graph, "graph"}}};

constexpr std::array<Spelling<Claim>, std::size(claims)> claim_names{{{Claim::told_gateway, "told-gateway"},
                                                                      {Claim::declared_gateway, "declared-gateway"},
                                                                      {Claim::plumbing, "plumbing"},
                                                                      {Claim::told_outside, "told-outside"},
                                                                      {Claim::client, "client"},
                                                                      {Claim::gateway_name, "gateway-name"},
                                                                      {Claim::platform, "platform"},
                                                                      {Claim::known_store, "known-store"},
                                                                      {Claim::known_broker, "known-broker"},
                                                                      {Claim::inside, "inside"},
                                                                      {Claim::called_as_store, "called-as-store"},
                                                                      {Claim::called_as_broker, "called-as-broker"},
                                                                      {Claim::named, "named"}}};

template <class Enum>
std::string_view spelt(std::span<const Spelling<Enum>> table, Enum value) {
  for (const auto& [one, name] : table)
    if (one == value) return name;
  return {};
}

template <class Enum>
std::optional<Enum> meant(std::span<const Spelling<Enum>> table, std::string_view text) {
  for (const auto& [one, name] : table)
    if (name == text) return one;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(CallClass value) { return spelt<CallClass>(class_names, value); }
std::string_view name_of(NodeKind value) { return spelt<NodeKind>(kind_names, value); }
std::string_view name_of(EdgeFlag value) { return spelt<EdgeFlag>(flag_names, value); }
std::string_view name_of(Source value) { return spelt<Source>(source_names, value); }
std::string_view name_of(Claim value) { return spelt<Claim>(claim_names, value); }

std::string blind_of(Source source, CallClass cls) {
  return std::string(name_of(source)).append(1, '/').append(name_of(cls));
}

std::map<OperationKey, OperationStats> asked(const Edge::Seen& seen) {
  if (seen.requests.empty()) return seen.operations;
  std::map<OperationKey, OperationStats> all = seen.requests;
  const auto unparsed = seen.operations.find(OperationKey{});
  if (unparsed != seen.operations.end()) all.insert(*unparsed);
  return all;
}

std::optional<CallClass> call_class(std::string_view name) { return meant<CallClass>(class_names, name); }
std::optional<NodeKind> node_kind(std::string_view name) { return meant<NodeKind>(kind_names, name); }
std::optional<EdgeFlag> edge_flag(std::string_view name) { return meant<EdgeFlag>(flag_names, name); }
std::optional<Source> source_called(std::string_view name) { return meant<Source>(source_names, name); }
std::optional<Claim> claim_called(std::string_view name) { return meant<Claim>(claim_names, name); }

}  // namespace nsew
