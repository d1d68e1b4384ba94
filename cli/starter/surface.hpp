// What enters the system, as routes need it: per public host the rules that were declared or recorded, and what is
// known of each. Hosts, paths and backends are never invented; what cannot be written is a gap.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "starter/match.hpp"
#include "starter/members.hpp"
#include "starter/names.hpp"
#include "starter/numbers.hpp"
#include "starter/target.hpp"

namespace nsew::starter {

struct Recorded {  // one north-south operation at one backend, by one source
  OperationKey key;
  Request request;
  HostKind host = HostKind::none;
  std::string backend;  // node id
  Source source = Source::traces;
  OperationStats stats;
};

struct RouteTarget {
  const Member* member = nullptr;
  Port port;
  std::optional<int> weight;
};

struct SurfaceRule {
  Match match;
  bool grpc = false;
  std::vector<RouteTarget> targets;
  std::string why;  // "declared at …" or "recorded"
  bool declared = false;
  std::map<Source, Stats> seen;
  const Stats* best() const;  // of the source that numbers are taken from; null when nothing was seen
  Source best_source() const;
};

struct SurfaceHost {
  std::string host;  // empty: any
  std::string why;
  double calls = 0;
  std::vector<SurfaceRule> rules;
};

struct Surface {
  std::vector<Recorded> recorded;
  std::vector<Recorded> answered;  // by the present gateway itself; `backend` is the gateway
  std::vector<SurfaceHost> hosts;  // by name; a single "" when no public name is known
  std::vector<std::string> gaps;   // sentences for the plan, names unescaped

  bool named() const { return !hosts.empty() && !hosts.front().host.empty(); }
  bool hosts_recorded() const;                  // some call from outside says which host it was for
  std::vector<const Member*> backends() const;  // by id
};

inline constexpr std::size_t most_hosts = 32;

// A north-south edge to a service of the system, in the chosen namespaces.
bool is_chosen_entry(const Picture&, const Members&, const EdgeKey&);
std::set<std::string> chosen_gateways(const Picture&, const Members&);
// Every north-south operation at a service of the system.
std::vector<Recorded> recorded_calls(const Picture&, const Members&);
// Redirects, refusals and what the present gateway had no route for, as far as requests were seen.
std::vector<Recorded> answered_calls(const Picture&, const Members&);
Surface surface_of(const Picture&, const Members&);

// replay.cpp: the backends that the routes in these files send each request to; "" = the gateway answers it, "-" = no
// route takes it.
std::vector<std::string> destinations(std::span<const StarterFile>, const std::vector<Recorded>&);

// surface_rules.cpp
std::vector<SurfaceRule> recorded_rules(const std::vector<const Recorded*>&, const Members&, bool catch_all,
                                        std::vector<std::string>& gaps);
SurfaceRule* rule_for(std::vector<SurfaceRule>&, const Request&);
void count(std::vector<SurfaceRule>&, const std::vector<const Recorded*>&);
void split_slow_writes(std::vector<SurfaceRule>&, const std::vector<const Recorded*>&);

// surface_declared.cpp
struct DeclaredHost {
  std::string why;
  std::vector<SurfaceRule> rules;
};
std::map<std::string, DeclaredHost> declared_hosts(const Picture&, const Members&, std::vector<std::string>& gaps);

}  // namespace nsew::starter
