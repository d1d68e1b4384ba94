#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "input/hubble_endpoint.hpp"

namespace nsew {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::object;

// Ordered: the first that an endpoint has. A managed control plane is kube-apiserver and world at once, a node host and
// remote-node.
constexpr std::array<std::string_view, 8> reserved_words = {"kube-apiserver", "host",      "remote-node", "health",
                                                            "init",           "unmanaged", "ingress",     "world"};
constexpr std::array<std::string_view, 4> app_labels = {"app.kubernetes.io/name", "app", "k8s-app", "name"};

template <std::size_t N>
std::size_t rank(const std::array<std::string_view, N>& list, std::string_view word) {
  return static_cast<std::size_t>(std::ranges::find(list, word) - list.begin());
}

struct Labels {
  std::size_t reserved = reserved_words.size(), app = app_labels.size();  // ranks of the best so far
  std::string_view app_name, ns, cluster, service_account, fqdn;
  bool outside = false;  // cidr: or fqdn:

  void add(std::string_view label);
  void add_kubernetes(std::string_view label);
};

void Labels::add_kubernetes(std::string_view label) {
  const std::size_t equals = label.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = label.substr(0, equals), value = label.substr(equals + 1);
  if (const std::size_t place = rank(app_labels, key); place < app && !value.empty()) app = place, app_name = value;
  if (key == "io.kubernetes.pod.namespace") ns = value;
  if (key == "io.cilium.k8s.policy.cluster") cluster = value;
  if (key == "io.cilium.k8s.policy.serviceaccount") service_account = value;
}

void Labels::add(std::string_view label) {
  const std::size_t colon = label.find(':');
  const std::string_view source = label.substr(0, std::min(colon, label.find('=')));
  const std::string_view rest = colon == std::string_view::npos ? label : label.substr(colon + 1);
  if (source == "k8s" || colon == std::string_view::npos) return add_kubernetes(rest);
  if (source == "cidr" || source == "fqdn") outside = true;
  if (source == "fqdn" && rest.find('*') == std::string_view::npos) fqdn = rest;
  if (source != "reserved") return;
  const std::string_view word = rest.starts_with("world") ? "world" : rest;  // world-ipv4, world-ipv6
  reserved = std::min(reserved, rank(reserved_words, word));
}

Labels labels_of(array list) {
  Labels labels;
  for (auto label : list) labels.add(label.get_string());
  return labels;
}

// One of the workloads: they are alike for a pod, but for a Job's CronJob.
std::string_view workload_of(array list) {
  std::string_view name;
  for (object workload : list)
    for (auto field : workload)
      if (std::string_view(field.unescaped_key()) == "name" && name.empty()) name = field.value().get_string();
  return name;
}

std::string_view text_of(std::uint64_t number) {
  thread_local std::array<char, 20> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

struct Endpoint {
  Party party;
  Labels labels;
  std::uint64_t identity = 0;
};

Endpoint endpoint_of(object fields) {
  Endpoint e;
  for (auto field : fields) {
    const std::string_view key = field.unescaped_key();
    if (key == "namespace")
      e.party.ns = field.value().get_string();
    else if (key == "pod_name")
      e.party.pod = field.value().get_string();
    else if (key == "cluster_name")
      e.party.cluster = field.value().get_string();
    else if (key == "identity")
      e.identity = field.value().get_uint64();
    else if (key == "labels" && !field.value().is_null())
      e.labels = labels_of(field.value());
    else if (key == "workloads" && !field.value().is_null())
      e.party.workload = workload_of(field.value());
  }
  return e;
}

std::string_view reserved_of_identity(std::uint64_t identity) {
  constexpr std::array<std::string_view, 11> words = {
      "", "host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress", "world", "world"};
  if (identity < words.size()) return words[identity];
  const std::uint64_t scope = identity >> 24;  // 0: the cluster (mesh); 1: a local CIDR or name; 2: a remote node
  return scope == 1 ? "world" : scope == 2 ? "remote-node" : "";
}

}  // namespace

Party hubble_party(std::string_view raw) {
  thread_local simdjson::ondemand::parser parser;
  simdjson::ondemand::document document =
      parser.iterate(simdjson::padded_string_view(raw.data(), raw.size(), raw.size() + simdjson::SIMDJSON_PADDING));
  const Endpoint e = endpoint_of(document.get_object());
  Party party = e.party;
  if (party.ns.empty()) party.ns = e.labels.ns;
  if (party.cluster.empty()) party.cluster = e.labels.cluster;
  party.app = e.labels.app_name;
  const std::string_view reserved = reserved_of_identity(e.identity);
  if (reserved.empty() && e.identity != 0) party.identity = text_of(e.identity);
  if (!party.pod.empty() || !party.ns.empty()) return party;  // a pod may carry reserved:world in L7 records
  if (e.labels.reserved < reserved_words.size())
    party.reserved = reserved_words[e.labels.reserved];
  else if (e.labels.outside)
    party.reserved = "world";
  else
    party.reserved = reserved;
  if (party.reserved == "world") party.host = e.labels.fqdn;
  return party;
}

}  // namespace nsew
