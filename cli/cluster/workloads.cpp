#include <algorithm>

#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

namespace {

using Nodes = std::vector<const Node*>;

void add_once(std::vector<std::string>& to, std::string name) {
  if (!name.empty() && std::ranges::find(to, name) == to.end()) to.push_back(std::move(name));
}

std::vector<ContainerPort> ports_of(Fields& fields, const Node& container) {
  std::vector<ContainerPort> ports;
  for (const Node* from : fields.maps(&container, "ports")) {
    ContainerPort port{fields.text(from, "name"), fields.text(from, "protocol"), fields.port(from, "containerPort")};
    if (port.protocol.empty()) port.protocol = "TCP";
    ports.push_back(std::move(port));
  }
  return ports;
}

std::vector<Probe> probes_of(Fields& fields, const Node& container) {
  std::vector<Probe> probes;
  for (const std::string_view kind : {"liveness", "readiness", "startup"}) {
    const Node* probe = fields.map(&container, std::string(kind) + "Probe");
    for (const std::string_view how : {"httpGet", "tcpSocket", "grpc"})
      if (const Node* action = fields.map(probe, how))
        probes.push_back({std::string(kind), fields.text(action, "path"), fields.text_or_number(action, "port")});
  }
  return probes;
}

void read_env(Fields& fields, const Node& from, Container& container, Workload& workload) {
  for (const Node* variable : fields.maps(&from, "env")) {
    container.env.push_back({fields.text(variable, "name"), fields.text(variable, "value"), fields.at(*variable)});
    add_once(workload.config_maps, fields.text(fields.map_at(variable, {"valueFrom", "configMapKeyRef"}), "name"));
  }
  for (const Node* source : fields.maps(&from, "envFrom")) {
    const std::string map = fields.text(fields.map(source, "configMapRef"), "name");
    const std::string secret = fields.text(fields.map(source, "secretRef"), "name");
    if (!map.empty()) container.env_from.push_back("configmap/" + map);
    if (!secret.empty()) container.env_from.push_back("secret/" + secret);
    add_once(workload.config_maps, map);
  }
}

Container container_of(Fields& fields, const Node& from, Workload& workload) {
  Container container;
  container.name = fields.text(&from, "name");
  container.image = fields.text(&from, "image");
  container.ports = ports_of(fields, from);
  read_env(fields, from, container, workload);
  container.command = fields.texts(&from, "command");
  container.args = fields.texts(&from, "args");
  container.probes = probes_of(fields, from);
  return container;
}

void read_volumes(Fields& fields, const Node* pod_spec, Workload& workload) {
  for (const Node* volume : fields.maps(pod_spec, "volumes")) {
    add_once(workload.config_maps, fields.text(fields.map(volume, "configMap"), "name"));
    for (const Node* source : fields.maps(fields.map(volume, "projected"), "sources"))
      add_once(workload.config_maps, fields.text(fields.map(source, "configMap"), "name"));
  }
}

void read_pod_spec(Fields& fields, const Node* pod_spec, Workload& workload) {
  workload.service_account = fields.text(pod_spec, "serviceAccountName");
  if (workload.service_account.empty()) workload.service_account = fields.text(pod_spec, "serviceAccount");
  workload.host_network = fields.flag(pod_spec, "hostNetwork");
  for (const bool init : {true, false})
    for (const Node* from : fields.maps(pod_spec, init ? "initContainers" : "containers")) {
      workload.containers.push_back(container_of(fields, *from, workload));
      workload.containers.back().init = init;
    }
  read_volumes(fields, pod_spec, workload);
}

Labels selector_of(Fields& fields, const Node* spec) {
  const Node* selector = fields.map(spec, "selector");
  const bool nested = selector && (selector->find("matchLabels") || selector->find("matchExpressions"));
  return nested ? fields.labels(selector, "matchLabels") : fields.labels(spec, "selector");
}

std::string owner_of(Fields& fields, const Node* metadata) {
  for (const Node* owner : fields.maps(metadata, "ownerReferences")) {
    const std::string kind = fields.text(owner, "kind");
    if (kind != "Node") return kind + "/" + fields.text(owner, "name");
  }
  return {};
}

Workload workload_with(Reading& reading, const Node* spec, const Node* pod_template, const Node* pod_spec) {
  Fields& fields = reading.fields;
  Workload workload;
  workload.object = reading.object;
  workload.owner = owner_of(fields, fields.map(reading.root, "metadata"));
  workload.replicas = fields.integer(spec, "replicas");
  workload.selector = selector_of(fields, spec);
  const Node* metadata = fields.map(pod_template, "metadata");
  workload.pod_labels = fields.labels(metadata, "labels");
  workload.pod_annotations = fields.labels(metadata, "annotations");
  read_pod_spec(fields, pod_spec, workload);
  return workload;
}

void keep(Reading& reading, Workload workload) {
  if (workload.selector.empty() && !workload.job) workload.selector = workload.pod_labels;
  mark_workload(reading.inventory, workload);
  leave_out_proxies(workload.containers);
  reading.inventory.workloads.push_back(std::move(workload));
}

// "cart" of cart-5d4f8c7b9-x2x4z where a label says that 5d4f8c7b9 is the hash of its template.
std::string owner_by_name(const Object& pod) {
  const auto hash = pod.labels.find("pod-template-hash");
  if (hash == pod.labels.end()) return {};
  const std::string middle = "-" + hash->second + "-";
  const auto at = pod.name.rfind(middle);
  if (at == std::string::npos || at == 0) return {};
  return "ReplicaSet/" + pod.name.substr(0, at + middle.size() - 1);
}

// A pod that is done has given its address back when its last container ended; one that is being deleted gives it back
// by the time that the deletion says.
std::string end_of_pod(Reading& reading, const Node* status) {
  Fields& fields = reading.fields;
  const Node* metadata = fields.map(reading.root, "metadata");
  std::string end = fields.text(metadata, "deletionTimestamp");
  const std::string phase = fields.text(status, "phase");
  if (phase != "Succeeded" && phase != "Failed") return end;
  std::string finished;  // times of this form are in order as text
  for (const Node* container : fields.maps(status, "containerStatuses"))
    finished = std::max(finished, fields.text(fields.map_at(container, {"state", "terminated"}), "finishedAt"));
  return finished.empty() ? end : finished;
}

}  // namespace

void read_workload(Reading& reading) {
  const Node* pod = reading.fields.map(reading.spec, "template");
  Workload workload = workload_with(reading, reading.spec, pod, reading.fields.map(pod, "spec"));
  workload.job = reading.object.kind == "Job";
  keep(reading, std::move(workload));
}

void read_cron_job(Reading& reading) {
  const Node* job = reading.fields.map_at(reading.spec, {"jobTemplate", "spec"});
  const Node* pod = reading.fields.map(job, "template");
  Workload workload = workload_with(reading, job, pod, reading.fields.map(pod, "spec"));
  workload.job = true;
  keep(reading, std::move(workload));
}

void read_pod(Reading& reading) {
  Workload workload = workload_with(reading, nullptr, reading.root, reading.spec);
  if (workload.owner.empty()) workload.owner = owner_by_name(reading.object);
  const Node* status = reading.fields.map(reading.root, "status");
  workload.pods.push_back({.name = reading.object.name,
                           .address = reading.fields.text(status, "podIP"),
                           .node = reading.fields.text(reading.spec, "nodeName"),
                           .node_address = reading.fields.text(status, "hostIP"),
                           .started = reading.fields.text(status, "startTime"),
                           .ended = end_of_pod(reading, status)});
  keep(reading, std::move(workload));
}

void read_cluster_node(Reading& reading) {
  ClusterNode node{reading.object, {}};
  const Node* status = reading.fields.map(reading.root, "status");
  for (const Node* address : reading.fields.maps(status, "addresses"))
    node.addresses.push_back(reading.fields.text(address, "address"));
  reading.inventory.nodes.push_back(std::move(node));
}

void read_knative_service(Reading& reading) { read_workload(reading); }

}  // namespace nsew
