// What manifests declare. Every object keeps its place; kinds that nothing here reads are counted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"

namespace nsew {

using Labels = std::map<std::string, std::string, std::less<>>;

struct Object {
  std::string api_version, kind, ns, name;  // ns empty when the manifest gives none
  Labels labels, annotations;
  Location where;  // of the object's `kind` key
};

struct ContainerPort {
  std::string name, protocol;  // protocol TCP unless given
  int port = 0;
};
struct EnvVar {
  std::string name, value;
  Location where;
};
struct Probe {
  std::string kind;  // liveness | readiness | startup
  std::string path;  // HTTP path, empty for others
  std::string port;  // number or name
};
struct Container {
  std::string name, image;
  std::vector<ContainerPort> ports;
  std::vector<EnvVar> env;
  std::vector<std::string> env_from;  // "configmap/NAME", "secret/NAME"
  std::vector<std::string> command, args;
  std::vector<Probe> probes;
  bool init = false;
};

// Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, and a Pod that nothing owns. A
// Pod or ReplicaSet that an owner in the inventory explains is folded into it (its pods and addresses are kept).
struct Workload {
  Object object;
  Labels selector, pod_labels, pod_annotations;
  std::string service_account;  // empty = default
  std::string owner;            // "ReplicaSet/cart-5d4f": of a Pod, ReplicaSet or Job until `finish` has folded it
  std::optional<int> replicas;
  bool job = false;  // Job or CronJob
  bool host_network = false;
  std::vector<Container> containers;
  std::vector<std::string> config_maps;  // mounted or in envFrom
  struct Pod {
    std::string name, address, node;
    std::string node_address = {};
    std::string started = {}, ended = {};  // RFC 3339: it had its address in between; empty = not known
  };
  std::vector<Pod> pods;  // from Pod objects; the same name more than once where it had several addresses
};

struct ServicePort {
  std::string name, protocol, app_protocol, target;  // target: number or name
  int port = 0, node_port = 0;
  Location where;
};
struct Service {
  Object object;
  std::string type = "ClusterIP";  // ClusterIP | NodePort | LoadBalancer | ExternalName
  Labels selector;
  std::vector<ServicePort> ports;
  std::vector<std::string> cluster_ips, external_ips,
      load_balancer;  // load_balancer: addresses and host names in status
  std::string external_name;
  bool headless = false;
};
struct EndpointSlice {
  Object object;
  std::string service;
  struct Endpoint {
    std::string address, pod, node;
  };
  std::vector<Endpoint> endpoints;
};

struct Backend {
  std::string ns, name;  // ns is filled in from the route when not given
  int port = 0;
  std::string port_name;
  std::optional<int> weight;
  Location where;
};
struct RouteRule {
  std::string path, path_type;  // Exact | PathPrefix | RegularExpression | "" (any)
  std::string method;
  std::vector<Backend> backends;
  Location where;
  std::size_t number = 0;  // Gateway API: of the rule in its route, from 0; each match of it is a RouteRule
};
struct ParentRef {
  std::string kind, ns, name, section;  // kind Gateway or Service
};
// Ingress, HTTPRoute, GRPCRoute, TCPRoute, TLSRoute, VirtualService, OpenShift Route.
struct Route {
  Object object;
  std::vector<std::string> hosts;
  std::vector<Location> host_places;  // one per host
  std::vector<RouteRule> rules;
  std::vector<ParentRef> parents;  // Gateway API parentRefs; VirtualService gateways ("mesh" as kind Mesh)
  std::string ingress_class;       // Ingress
  bool tls = false;
  struct Certificate {
    std::vector<std::string> hosts;  // empty: every host of the route
    std::string secret;              // in the route's namespace
    Location where;
  };
  std::vector<Certificate> certificates;  // what names a Secret
};
// Gateway API Gateway, Istio Gateway.
struct GatewayObject {
  Object object;
  std::string class_name;  // gatewayClassName; empty for an Istio Gateway
  Labels selector;         // Istio Gateway
  struct Listener {
    std::string name, host, protocol;
    int port = 0;
    std::string secret, secret_ns;  // of its certificate; secret_ns empty = not said (Istio: where the proxies run)
    Location where = {};
  };
  std::vector<Listener> listeners;
  std::vector<std::string> addresses;
};
struct GatewayClass {
  Object object;
  std::string controller;
};

// NetworkPolicy, AuthorizationPolicy, Linkerd Server/AuthorizationPolicy, Cilium policies: who may call whom.
struct Policy {
  Object object;
  Labels selector;                   // of the callee's pods; empty = all in the namespace
  std::vector<std::string> targets;  // Service names (targetRefs)
  struct Caller {
    std::optional<Labels> pods, namespaces;
    std::string service_account;  // ns/name, or a principal
    std::string ip_block;
    Location where;
  };
  std::vector<Caller> callers;
  std::vector<std::string> ports;
  bool allows = true;              // false: a DENY policy
  bool ingress = true;             // false: egress only
  std::vector<std::string> joins;  // Linkerd, "Server/ns/name": until `finish` has joined them in
};

// One piece of evidence about a mesh. In use = control plane, enrolment or policy; crd = none of these.
struct MeshMarker {
  std::string mesh;      // istio-ambient | istio-sidecar | linkerd | cilium | consul | dapr | other
  std::string evidence;  // control-plane | enrolment | policy | crd
  Object object;
  std::string says;  // "label istio-injection=enabled"
};

struct Namespace {
  Object object;
};
struct ClusterNode {
  Object object;
  std::vector<std::string> addresses;
};
struct ServiceAccount {
  Object object;
};
struct Autoscaler {  // HorizontalPodAutoscaler, KEDA ScaledObject
  Object object;
  std::string target_kind, target;
  std::optional<int> min, max;
};
struct ConfigMap {
  Object object;
  std::map<std::string, std::string> data;
  Location where;
};
struct Other {  // a kind that something downstream asks for by name only (EnvoyFilter, Rollout, …)
  Object object;
};

// kustomization.yaml: what it takes in, as written. `finish` leaves out what no kustomization of the input applies.
struct Kustomization {
  Object object;  // where.file is the file itself
  bool component = false;
  std::vector<std::string> takes;    // resources, bases, components
  std::vector<std::string> patches;  // files that change other objects and are none themselves
};

struct Inventory {
  std::vector<Workload> workloads;
  std::vector<Service> services;
  std::vector<EndpointSlice> endpoint_slices;
  std::vector<Route> routes;
  std::vector<GatewayObject> gateways;
  std::vector<GatewayClass> gateway_classes;
  std::vector<Policy> policies;
  std::vector<MeshMarker> mesh_markers;
  std::vector<Namespace> namespaces;
  std::vector<ClusterNode> nodes;
  std::vector<ServiceAccount> service_accounts;
  std::vector<Autoscaler> autoscalers;
  std::vector<ConfigMap> config_maps;
  std::vector<Other> others;
  std::vector<Kustomization> kustomizations;
  std::map<std::string, std::uint64_t> unknown_kinds;  // "apiVersion/Kind" -> how many
  std::uint64_t objects = 0;                           // all, known or not
  std::set<std::string> unrendered;                    // files met in a directory that are Helm templates
  std::uint64_t repeated = 0;                          // the same object again (overlays, dumps): merged into one

  bool empty() const { return objects == 0; }
};

}  // namespace nsew
