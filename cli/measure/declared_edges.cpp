#include "measure/declared_edges.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "base/text.hpp"

namespace nsew {
namespace {

bool in_host(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_'; }

// Host-like words of a text, lower case, with what stands around them saying whether they are an address.
struct Word {
  std::string host;
  bool address = false;
};
std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (!in_host(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && in_host(text[end])) ++end;
    const bool after_scheme = at >= 2 && (text.substr(at - 2, 2) == "//" || text[at - 1] == '@');
    const bool before_port =
        end + 1 < text.size() && text[end] == ':' && std::isdigit(static_cast<unsigned char>(text[end + 1])) != 0;
    const std::string_view word = text.substr(at, end - at);
    words.push_back({lower(word), after_scheme || before_port || word.find(".svc") != std::string_view::npos});
    at = end;
  }
  return words;
}

bool names_address(std::string_view variable) {
  static constexpr std::array<std::string_view, 10> hints = {"addr",   "host",    "url",    "uri",      "endpoint",
                                                             "server", "service", "target", "upstream", "backend"};
  const std::string name = lower(variable);
  return std::ranges::any_of(hints, [&](std::string_view hint) { return name.find(hint) != std::string::npos; });
}

using HostTable = std::map<std::pair<std::string, std::string>, const DeclaredPart*>;  // (namespace, Service)

HostTable hosts_of(const std::vector<DeclaredPart>& parts) {
  HostTable hosts;
  for (const DeclaredPart& part : parts)
    for (const Service* service : part.services) hosts.try_emplace({part.ns, service->object.name}, &part);
  return hosts;
}

// "name" is of the caller's namespace, "name.namespace…" of that one.
const DeclaredPart* part_at(const HostTable& hosts, const std::string& caller_ns, const std::string& host) {
  const auto parts = split(host, '.');
  const std::string name(parts[0]);
  for (const std::string& ns : {parts.size() > 1 ? std::string(parts[1]) : caller_ns, std::string()})
    if (const auto at = hosts.find({ns, name}); at != hosts.end()) return at->second;
  return nullptr;
}

class Collector {
 public:
  Collector(const std::vector<DeclaredPart>& parts, const Inventory& inventory)
      : parts_(parts), inventory_(inventory), hosts_(hosts_of(parts)) {}

  std::vector<DeclaredEdge> edges() {
    for (const DeclaredPart& part : parts_)
      for (const Workload* workload : part.workloads) read(part, *workload);
    for (const Policy& policy : inventory_.policies) read(policy);
    std::vector<DeclaredEdge> edges;
    for (const DeclaredPart& from : parts_)
      for (const DeclaredPart& to : parts_)
        if (found_.contains({&from, &to})) edges.push_back({.from = &from, .to = &to});
    return edges;
  }

 private:
  void read(const DeclaredPart& from, std::string_view text, bool address) {
    for (const Word& word : words_of(text))
      if (address || word.address) add(from, part_at(hosts_, from.ns, word.host));
  }

  void read(const DeclaredPart& from, const Workload& workload) {
    std::set<std::string> maps(workload.config_maps.begin(), workload.config_maps.end());
    for (const Container& container : workload.containers) {
      for (const EnvVar& variable : container.env) read(from, variable.value, names_address(variable.name));
      for (const std::string& argument : container.command) read(from, argument, false);
      for (const std::string& argument : container.args) read(from, argument, false);
      for (const std::string& source : container.env_from)
        if (source.starts_with("configmap/")) maps.insert(source.substr(10));
    }
    for (const ConfigMap& map : inventory_.config_maps)
      if (map.object.ns == from.ns && maps.contains(map.object.name))
        for (const auto& [key, value] : map.data) read(from, value, names_address(key) && value.size() < 254);
  }

  void read(const Policy& policy) {
    if (!policy.allows || !policy.ingress) return;
    for (const DeclaredPart& to : parts_) {
      if (policy.selector.empty() || !lives_in(to, policy.object.ns) || !selected(to, policy.selector)) continue;
      for (const Policy::Caller& caller : policy.callers)
        if (caller.pods && !caller.pods->empty()) add_callers(policy, caller, to);
    }
  }

  void add_callers(const Policy& policy, const Policy::Caller& caller, const DeclaredPart& to) {
    for (const DeclaredPart& from : parts_)
      if ((caller.namespaces || lives_in(from, policy.object.ns)) && selected(from, *caller.pods)) add(from, &to);
  }

  static bool lives_in(const DeclaredPart& part, const std::string& ns) { return ns.empty() || part.ns == ns; }

  static bool selected(const DeclaredPart& part, const Labels& selector) {
    return std::ranges::any_of(part.workloads, [&](const Workload* w) {
      return std::ranges::all_of(selector, [&](const auto& pair) {
        const auto at = w->pod_labels.find(pair.first);
        return at != w->pod_labels.end() && at->second == pair.second;
      });
    });
  }

  void add(const DeclaredPart& from, const DeclaredPart* to) {
    if (to != nullptr && to != &from) found_.insert({&from, to});
  }

  const std::vector<DeclaredPart>& parts_;
  const Inventory& inventory_;
  HostTable hosts_;
  std::set<std::pair<const DeclaredPart*, const DeclaredPart*>> found_;
};

bool is_app(const DeclaredPart& part) { return part.kind == NodeKind::service && !part.job; }

bool is_edge_route(const Route& route) {
  return std::ranges::none_of(route.parents,
                              [](const ParentRef& p) { return p.kind == "Service" || p.kind == "Mesh"; });
}

bool routed_to(const Route& route, const DeclaredPart& part) {
  return std::ranges::any_of(route.rules, [&](const RouteRule& rule) {
    return std::ranges::any_of(rule.backends, [&](const Backend& backend) {
      return std::ranges::any_of(part.services, [&](const Service* s) {
        return s->object.name == backend.name && s->object.ns == backend.ns;
      });
    });
  });
}

bool is_entry(const DeclaredPart& part, const Inventory& inventory) {
  const auto exposed = [](const Service* s) { return s->type == "LoadBalancer" || s->type == "NodePort"; };
  return std::ranges::any_of(part.services, exposed) ||
         std::ranges::any_of(inventory.routes, [&](const Route& r) { return is_edge_route(r) && routed_to(r, part); });
}

}  // namespace

std::vector<DeclaredEdge> declared_edges(const std::vector<DeclaredPart>& parts, const Inventory& inventory) {
  return Collector(parts, inventory).edges();
}

std::size_t declared_backend_edges(const std::vector<DeclaredPart>& parts, const Inventory& inventory) {
  const auto edges = declared_edges(parts, inventory);
  std::set<const DeclaredPart*> called;
  for (const DeclaredEdge& edge : edges)
    if (is_app(*edge.from) && is_app(*edge.to)) called.insert(edge.to);
  return static_cast<std::size_t>(std::ranges::count_if(edges, [&](const DeclaredEdge& edge) {
    return is_app(*edge.from) && is_app(*edge.to) && called.contains(edge.from) && !is_entry(*edge.from, inventory);
  }));
}

}  // namespace nsew
