#include "graph/declared.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <numeric>
#include <optional>

#include "base/text.hpp"

namespace nsew {
namespace {

bool matches_any(std::string_view image, const auto& families) {
  return std::ranges::any_of(families, [&](const auto& family) { return image_matches(image, family); });
}

bool all_ports_in(const Container& container, const std::set<int>& ports) {
  return !container.ports.empty() &&
         std::ranges::all_of(container.ports, [&](const ContainerPort& p) { return ports.contains(p.port); });
}

struct Verdict {
  NodeKind kind = NodeKind::service;
  std::string why;
};

std::optional<Verdict> by_image(const Container& container, const PlatformKnowledge& known) {
  if (matches_any(container.image, known.gateway_images)) return Verdict{NodeKind::gateway, "image"};
  if (matches_any(container.image, known.images)) return Verdict{NodeKind::platform, "image"};
  if (matches_any(container.image, known.store_images)) return Verdict{NodeKind::datastore, "image"};
  if (matches_any(container.image, known.broker_images)) return Verdict{NodeKind::broker, "image"};
  return {};
}

std::optional<Verdict> by_port(const Container& container, const PlatformKnowledge& known) {
  if (all_ports_in(container, known.store_ports)) return Verdict{NodeKind::datastore, "port"};
  if (all_ports_in(container, known.broker_ports)) return Verdict{NodeKind::broker, "port"};
  return {};
}

Verdict kind_of(const Container& container, const PlatformKnowledge& known) {
  if (auto image = by_image(container, known)) {
    image->why = "image " + image_path(container.image);
    return *image;
  }
  if (auto port = by_port(container, known)) {
    port->why = "port " + std::to_string(container.ports.front().port);
    return *port;
  }
  return {};
}

// A platform container beside another is a sidecar (an exporter, a proxy) and says nothing about the workload.
Verdict by_containers(const Workload& workload, const PlatformKnowledge& known) {
  std::optional<Verdict> first, platform;
  for (const Container& container : workload.containers) {
    if (container.init) continue;
    Verdict verdict = kind_of(container, known);
    if (verdict.kind == NodeKind::platform) {
      if (!platform) platform = std::move(verdict);
    } else if (verdict.kind == NodeKind::service) {
      return verdict;  // its own code is there, whatever runs beside it
    } else if (!first) {
      first = std::move(verdict);
    }
  }
  return first ? *first : platform.value_or(Verdict{});
}

bool ends_in_word(std::string_view name, const std::set<std::string>& words) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return name == word || (name.ends_with(word) && name[name.size() - word.size() - 1] == '-');
  });
}

const std::string* label(const Labels& labels, std::string_view key) {
  const auto at = labels.find(key);
  return at == labels.end() ? nullptr : &at->second;
}

std::optional<Verdict> by_owning_gateway(const Workload& workload) {
  for (const std::string_view key :
       {"gateway.networking.k8s.io/gateway-name", "gateway.envoyproxy.io/owning-gateway-name"})
    if (const std::string* owner = label(workload.pod_labels, key))
      return Verdict{NodeKind::gateway, "pods of Gateway " + *owner};
  return {};
}

std::optional<Verdict> by_name(const std::string& name, const PlatformKnowledge& known) {
  if (known.gateway_names.contains(name)) return Verdict{NodeKind::gateway, "well-known name " + name};
  if (known.store_names.contains(name)) return Verdict{NodeKind::datastore, "well-known name " + name};
  if (known.broker_names.contains(name)) return Verdict{NodeKind::broker, "well-known name " + name};
  if (ends_in_word(name, known.synthetic_names)) return Verdict{NodeKind::outside, "load generator by name"};
  return {};
}

Verdict kind_of(const Workload& workload, const PlatformKnowledge& known) {
  if (auto owned = by_owning_gateway(workload)) return *owned;
  Verdict contained = by_containers(workload, known);
  if (contained.kind == NodeKind::gateway) return contained;
  if (known.namespaces.contains(workload.object.ns)) return {NodeKind::platform, "namespace " + workload.object.ns};
  if (contained.kind != NodeKind::service) return contained;
  return by_name(workload.object.name, known).value_or(contained);
}

bool selects(const Service& service, const Workload& workload) {
  const bool same_place = service.object.ns == workload.object.ns || service.object.ns.empty();
  return same_place && !service.selector.empty() && std::ranges::all_of(service.selector, [&](const auto& pair) {
           const std::string* value = label(workload.pod_labels, pair.first);
           return value != nullptr && *value == pair.second;
         });
}

// One Service over a whole application (`release: shop`) does not make its workloads one: variants agree in what names
// an application.
bool variants(const Workload& a, const Workload& b) {
  static constexpr std::array<std::string_view, 5> keys = {"app", "k8s-app", "app.kubernetes.io/name",
                                                           "app.kubernetes.io/component", "component"};
  bool agree = false;
  for (const std::string_view key : keys) {
    const std::string *left = label(a.pod_labels, key), *right = label(b.pod_labels, key);
    if (left == nullptr || right == nullptr) continue;
    if (*left != *right) return false;
    agree = true;
  }
  return agree;
}

class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t of(std::size_t i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = of(a), b = of(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

// For each Service the places of the workloads that it selects. By one pair of its selector first: clusters have
// thousands of both.
std::vector<std::vector<std::size_t>> selections(const Inventory& inventory) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < inventory.workloads.size(); ++i)
    for (const auto& [key, value] : inventory.workloads[i].pod_labels) by_label[{key, value}].push_back(i);
  std::vector<std::vector<std::size_t>> all;
  for (const Service& service : inventory.services) {
    all.emplace_back();
    if (service.selector.empty()) continue;
    const auto candidates = by_label.find(*service.selector.begin());
    if (candidates == by_label.end()) continue;
    for (const std::size_t i : candidates->second)
      if (selects(service, inventory.workloads[i])) all.back().push_back(i);
  }
  return all;
}

Groups group(const Inventory& inventory, const std::vector<std::vector<std::size_t>>& selected) {
  const auto& workloads = inventory.workloads;
  Groups groups(workloads.size());
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> first_of_name;
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const auto [at, fresh] = first_of_name.try_emplace({workloads[i].object.ns, workloads[i].object.name}, i);
    if (!fresh) groups.join(at->second, i);
  }
  for (const auto& places : selected)
    for (const std::size_t i : places)
      if (variants(workloads[places.front()], workloads[i])) groups.join(places.front(), i);
  return groups;
}

// The Service that says best what the part is called: as its workload, then a cluster address, then short, then first.
std::string name_of(const DeclaredPart& part) {
  const auto selects_all = [&](const Service* s) {
    return std::ranges::all_of(part.workloads, [&](const Workload* w) { return selects(*s, *w); });
  };
  const auto rank = [&](const Service* s) {
    const bool as_workload = s->object.name == part.workloads.front()->object.name;
    return std::tuple(!as_workload, s->headless, s->object.name.size(), s->object.name);
  };
  const Service* best = nullptr;
  for (const Service* service : part.services)
    if (selects_all(service) && (best == nullptr || rank(service) < rank(best))) best = service;
  return best != nullptr ? best->object.name : part.workloads.front()->object.name;
}

void settle(DeclaredPart& part, const PlatformKnowledge& known) {
  const Workload& first = *part.workloads.front();
  part.ns = first.object.ns;
  part.name = name_of(part);
  part.job = std::ranges::all_of(part.workloads, [](const Workload* w) { return w->job; });
  Verdict verdict = kind_of(first, known);
  if (verdict.kind == NodeKind::service) verdict = by_name(part.name, known).value_or(verdict);
  part.kind = verdict.kind;
  part.why = std::move(verdict.why);
}

}  // namespace

std::string image_path(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash))
    image = image.substr(0, colon);
  const std::size_t first = image.find('/');
  const std::string_view host = image.substr(0, first);
  if (first != std::string_view::npos && (host.find_first_of(".:") != std::string_view::npos || host == "localhost"))
    image = image.substr(first + 1);
  return lower(image);
}

bool image_matches(std::string_view image, std::string_view family) {
  const std::string path = image_path(image), wanted = lower(family);
  if (wanted.empty()) return false;
  for (std::size_t at = 0; at < path.size();) {
    const std::string_view rest = std::string_view(path).substr(at);
    if (rest.starts_with(wanted) &&
        (rest.size() == wanted.size() || std::isalpha(static_cast<unsigned char>(rest[wanted.size()])) == 0))
      return true;
    const std::size_t slash = rest.find('/');
    at = slash == std::string_view::npos ? path.size() : at + slash + 1;
  }
  return false;
}

std::vector<DeclaredPart> declared_parts(const Inventory& inventory, const PlatformKnowledge& known) {
  const auto selected = selections(inventory);
  const Groups groups = group(inventory, selected);
  std::map<std::size_t, DeclaredPart> by_root;
  for (std::size_t i = 0; i < inventory.workloads.size(); ++i)
    by_root[groups.of(i)].workloads.push_back(&inventory.workloads[i]);
  for (std::size_t s = 0; s < selected.size(); ++s) {
    std::set<std::size_t> roots;
    for (const std::size_t i : selected[s]) roots.insert(groups.of(i));
    for (const std::size_t root : roots) by_root.at(root).services.push_back(&inventory.services[s]);
  }
  std::vector<DeclaredPart> parts;
  for (auto& [root, part] : by_root) {
    settle(part, known);
    parts.push_back(std::move(part));
  }
  std::ranges::sort(parts, [](const DeclaredPart& a, const DeclaredPart& b) {
    return std::tie(a.ns, a.name) < std::tie(b.ns, b.name);
  });
  return parts;
}

}  // namespace nsew
