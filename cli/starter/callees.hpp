// Who calls whom, as policies need it: per callee the callers that were recorded, and why no policy follows where none
// does.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "starter/bundle.hpp"
#include "starter/surface.hpp"

namespace nsew::starter {

struct Caller {
  const Member* member = nullptr;
  std::uint64_t calls = 0;
  bool platform = false;        // scrapes and the like: they reach pods, never a Service's waypoint
  bool by_namespace = false;    // platform whose pods no manifest describes
  std::set<std::string> ports;  // of a platform caller, where recorded: a scrape has a port of its own
  std::set<OperationKey> operations;
  bool operations_known = true;
};

struct Callee {
  const Member* member = nullptr;
  std::vector<Caller> callers;                      // by id
  bool routed = false;                              // the gateway calls it
  std::set<std::pair<int, std::string>> pod_ports;  // with protocol
  std::map<Source, Stats> seen;                     // all callers together
  std::string refused;                              // why no policy is written; empty = one is
  std::vector<std::string> remarks;                 // for the plan
};

std::vector<Callee> callees_of(const Picture&, const Members&, const Surface&);

// "E12, E13": the ids of the callee's edges.
std::string evidence_of(Bundle&, const Callee&);
std::string evidence_of(Bundle&, const Callee&, const Caller&);

// What policies could not be written for, and remarks, into the plan.
void plan_the_callees(Bundle&, const std::vector<Callee>&);
void plan_the_accounts(Bundle&, const std::vector<Callee>&);

// Recorded ports as numbers; what is none is left out.
std::vector<int> numbers_of(const std::set<std::string>& ports);

// Whether volumes of this source are known: its records say how they were sampled.
bool rates_known(const Picture&, Source);

}  // namespace nsew::starter
