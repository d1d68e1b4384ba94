// What belongs to the component that is scored.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/declared.hpp"
#include "measure/measure.hpp"

namespace nsew {

using EdgeEntry = std::pair<const EdgeKey, Edge>;

struct Scope {
  Scope(const Picture&, const Component* scored);

  const Picture& picture;
  std::vector<DeclaredPart> all_parts;  // that manifests declare
  std::vector<DeclaredPart> parts;      // in the chosen namespaces
  std::set<std::string> services;       // node ids
  std::vector<const EdgeEntry*> edges;  // of the component, every class
  bool whole = true;                    // no counted call lies outside it

  bool has(const std::string& id) const { return services.contains(id); }
  const DeclaredPart* part_of(const std::string& node) const;  // null: no manifest declares it
  bool owns_trace(const std::string& entry) const;             // a TraceGroup by its entry node
  std::vector<const EdgeEntry*> east_west() const;
  std::map<double, TraceSums> trace_sums() const;

 private:
  std::map<std::string, std::size_t> part_by_name_;  // "ns/name" and "ns/Kind/name" -> place in parts
  bool scorable(const std::string& id) const;        // a service in the chosen namespaces
  bool owns(const EdgeKey&) const;
  std::set<std::string> own_gateways() const;

  std::set<std::string> gateways_;  // own ones
};

double calls_of(const Edge&, Source);
double observed_of(const Edge&, Source);
double bytes_of(const Edge&, Source);
std::map<CallClass, double> calls_by_class(const std::vector<const EdgeEntry*>&, Source);
std::map<CallClass, double> bytes_by_class(const std::vector<const EdgeEntry*>&, Source);
Counted counted(const std::map<CallClass, double>& by_class);
// The sum over the edges of how many of their calls carry the flag, weighted as the calls are.
double flagged(const std::vector<const EdgeEntry*>&, Source, EdgeFlag);

// Which source decides: decision.md §3, "Best source wins". None without a counted call.
std::optional<Source> deciding_source(const Scope&);
// Whether any record of a source could have shown calls of a class (definitions.md §4).
bool shows(const CallGraph&, CallClass, Source);

// Declared app services: no store, gateway, platform or job.
std::vector<const DeclaredPart*> app_parts(const Scope&);
std::optional<double> coverage(const Scope&);  // of them, those seen in traffic

void put(FactSheet&, std::string_view name, FactValue, std::string_view source);
void put(FactSheet&, std::string_view name, const Share&, std::string_view source);

// One function for each family of facts, in a file of its name.
void measure_traffic(const Scope&, FactSheet&);
void measure_topology(const Scope&, FactSheet&);
void measure_l7(const Scope&, FactSheet&);
void measure_identity(const Scope&, FactSheet&);
void measure_org(const Scope&, FactSheet&);
void measure_existing(const Scope&, FactSheet&);
void measure_constraints(const Scope&, FactSheet&);
void measure_data(const Scope&, FactSheet&);

}  // namespace nsew
