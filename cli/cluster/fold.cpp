#include "cluster/fold.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace nsew {

namespace {

using Key = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name

Key key_of(const Workload& workload) { return {workload.object.kind, workload.object.ns, workload.object.name}; }

template <typename T, typename Name>
void add_missing(std::vector<T>& to, const std::vector<T>& from, Name name) {
  for (const T& item : from)
    if (std::ranges::none_of(to, [&](const T& known) { return name(known) == name(item); })) to.push_back(item);
}

auto identity_of(const Workload::Pod& pod) { return std::tie(pod.name, pod.address, pod.started, pod.ended); }

bool is_hash(std::string_view text) {
  return text.size() >= 5 && text.size() <= 10 &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string_view::npos &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

// Names above a missing ReplicaSet or Job: cart-5d4f8c7b9 -> Deployment cart, report-28123120 -> CronJob report.
Key above(const Key& owner) {
  const auto& [kind, ns, name] = owner;
  const auto dash = name.rfind('-');
  if (dash == std::string::npos || dash == 0) return owner;
  const std::string last = name.substr(dash + 1), stem = name.substr(0, dash);
  const bool minutes = last.size() >= 8 && last.find_first_not_of("0123456789") == std::string::npos;
  if (kind == "ReplicaSet" && is_hash(last)) return {"Deployment", ns, stem};
  if (kind == "Job" && minutes) return {"CronJob", ns, stem};
  return owner;
}

class Owners {
 public:
  explicit Owners(std::vector<Workload>& workloads) : workloads_(workloads) {
    for (std::size_t i = 0; i < workloads.size(); ++i) at_.emplace(key_of(workloads[i]), i);
  }

  // The workload that stands for this one: itself, or the topmost owner known.
  std::size_t top(std::size_t of) {
    for (int steps = 0; steps < 4; ++steps) {
      const Workload& workload = workloads_[of];
      const auto slash = workload.owner.find('/');
      if (slash == std::string::npos) return of;
      const Key owner{workload.owner.substr(0, slash), workload.object.ns, workload.owner.substr(slash + 1)};
      const auto known = find(owner);
      if (!known) return stand_in(above(owner), of);
      if (*known == of) return of;
      of = *known;
    }
    return of;
  }

 private:
  std::optional<std::size_t> find(const Key& key) const {
    if (const auto at = at_.find(key); at != at_.end()) return at->second;
    const auto bare = at_.find({std::get<0>(key), "", std::get<2>(key)});
    return bare == at_.end() ? std::nullopt : std::optional(bare->second);
  }
  std::size_t stand_in(const Key& owner, std::size_t of) {
    if (const auto known = find(owner)) return *known;
    Workload& workload = workloads_[of];
    workload.object.kind = std::get<0>(owner);
    workload.object.name = std::get<2>(owner);
    workload.job = workload.job || workload.object.kind == "Job" || workload.object.kind == "CronJob";
    workload.owner.clear();
    at_.emplace(owner, of);
    return of;
  }

  std::vector<Workload>& workloads_;
  std::map<Key, std::size_t> at_;
};

}  // namespace

void combine(Workload& into, const Workload& from) {
  if (into.selector.empty()) into.selector = from.selector;
  for (const auto& label : from.pod_labels) into.pod_labels.insert(label);
  for (const auto& note : from.pod_annotations) into.pod_annotations.insert(note);
  if (into.service_account.empty()) into.service_account = from.service_account;
  if (into.owner.empty()) into.owner = from.owner;
  if (!into.replicas) into.replicas = from.replicas;
  into.host_network = into.host_network || from.host_network;
  for (const Container& container : from.containers) {
    const auto known = std::ranges::find(into.containers, container.name, &Container::name);
    if (known == into.containers.end()) {
      into.containers.push_back(container);
      continue;
    }
    if (known->image.empty()) known->image = container.image;
    add_missing(known->ports, container.ports, [](const ContainerPort& p) { return std::pair(p.port, p.protocol); });
    add_missing(known->env, container.env, [](const EnvVar& v) { return v.name; });
  }
  add_missing(into.config_maps, from.config_maps, [](const std::string& name) { return name; });
  add_missing(into.pods, from.pods, identity_of);
}

void fold_owned(std::vector<Workload>& workloads) {
  Owners owners(workloads);
  std::vector<std::size_t> tops;
  tops.reserve(workloads.size());
  for (std::size_t i = 0; i < workloads.size(); ++i) tops.push_back(owners.top(i));
  std::vector<Workload> kept;
  std::map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < workloads.size(); ++i)
    if (tops[i] == i) {
      place[i] = kept.size();
      kept.push_back(workloads[i]);
    }
  for (std::size_t i = 0; i < workloads.size(); ++i)
    if (tops[i] != i) {
      Workload& top = kept[place.at(tops[i])];
      add_missing(top.pods, workloads[i].pods, identity_of);
      if (top.containers.empty()) combine(top, workloads[i]);
    }
  for (Workload& workload : kept) std::ranges::sort(workload.pods, {}, identity_of);
  workloads = std::move(kept);
}

}  // namespace nsew
