// The Gateway API objects that every target shares: namespaces, Gateway, redirect and routes. Standard channel only.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "starter/bundle.hpp"
#include "starter/certificates.hpp"
#include "starter/surface.hpp"

namespace nsew::starter {

struct Listener {
  std::string name, host, secret;
  std::optional<DeclaredSecret> declared;  // what `secret` was taken from; without it the name is a proposal
};

struct Site {
  std::string name;  // of the Gateway
  std::string ns;    // its own: keys lie where only the platform team reads them
  std::string gateway_class;
  std::string pod_security;         // of its namespace; empty = left alone
  std::vector<Listener> listeners;  // https; none when no public host name is known
  std::string access_label() const { return "gateway-access/" + name; }
  std::string section(const std::string& host) const;  // the listener that serves a host
};
Site site_of(const Picture&, const Surface&);

// A rule as it was written, for policies that target it.
struct WrittenRule {
  std::string kind, ns, route, name;
  std::string host;
  SurfaceRule rule;
  std::string evidence;
};

struct Written {
  std::vector<std::string> resources;
  std::vector<WrittenRule> rules;
  std::set<std::string> namespaces;  // of the backends
};

Written write_base(Bundle&, const Surface&, const Site&, const std::string& folder);

// routes.cpp
std::vector<WrittenRule> named_rules(Bundle&, const Surface&);
std::vector<Json> route_documents(const std::vector<WrittenRule>&, const Site&);

// The public Services behind the routes, as they are once their public address is gone.
std::vector<Json> closed_doors(Bundle&, const Surface&);

std::string evidence_of(Bundle&, const std::string& what, const Stats&, Source);
// "E04: p99 412 ms, …" above a timeout; nothing when no timeout follows from the recording.
std::optional<std::pair<std::string, int>> timeout_of(const Stats&, const std::string& evidence);

void plan_the_surface(Bundle&, const Surface&, const Site&);
// What the present gateway answers itself, and where the routes written so far send it.
void plan_the_answered(Bundle&, const Surface&);

}  // namespace nsew::starter
