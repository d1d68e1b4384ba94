#include <doctest/doctest.h>

#include <set>
#include <string>

#include "reading.hpp"

namespace nsew {
namespace {

using Signs = std::set<std::string>;

Signs signs(const std::string& text) {
  Signs found;
  for (const MeshMarker& marker : read_text(text).inventory.mesh_markers)
    found.insert(marker.mesh + " " + marker.evidence);
  return found;
}

std::string object(const std::string& api_version, const std::string& kind, const std::string& rest,
                   const std::string& name = "x") {
  return "apiVersion: " + api_version + "\nkind: " + kind + "\nmetadata: {name: " + name + "}\n" + rest + "\n---\n";
}

std::string workload(const std::string& name, const std::string& pod_metadata, const std::string& containers) {
  return object("apps/v1", "Deployment",
                "spec: {template: {metadata: {" + pod_metadata + "}, spec: {containers: [" + containers + "]}}}", name);
}

std::string space(const std::string& metadata) {
  return "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, " + metadata + "}\n---\n";
}

const std::string istiod = workload("istiod", "", "{name: discovery, image: 'docker.io/istio/pilot:1.24.0'}");
const std::string ztunnel =
    object("apps/v1", "DaemonSet",
           "spec: {template: {spec: {containers: [{name: istio-proxy, image: 'gcr.io/istio/ztunnel:1.24.0'}]}}}", "zt");
const std::string authorization =
    object("security.istio.io/v1", "AuthorizationPolicy", "spec: {selector: {matchLabels: {app: a}}}");

}  // namespace

TEST_CASE("a mesh shows by what runs it, what joined it and what it was told") {
  struct Case {
    std::string name, text;
    Signs signs;
  };
  const Case cases[] = {
      {"istiod", istiod, {"istio-sidecar control-plane"}},
      {"istiod and ztunnel", istiod + ztunnel, {"istio-ambient control-plane"}},
      {"Linkerd", workload("linkerd-destination", "", "{name: d}"), {"linkerd control-plane"}},
      {"Dapr", workload("op", "", "{name: d, image: 'docker.io/daprio/operator:1.14'}"), {"dapr control-plane"}},
      {"Consul",
       workload("ci", "", "{name: d, image: 'hashicorp/consul-k8s-control-plane:1.5'}"),
       {"consul control-plane"}},
      {"a Helm chart of Argo CD",
       object("argoproj.io/v1alpha1", "Application", "spec: {source: {chart: ztunnel}}"),
       {"istio-ambient control-plane"}},
      {"a namespace that injects", space("labels: {istio-injection: enabled}"), {"istio-sidecar enrolment"}},
      {"one that does not", space("labels: {istio-injection: disabled}"), {}},
      {"a revision", space("labels: {istio.io/rev: stable}"), {"istio-sidecar enrolment"}},
      {"ambient", space("labels: {istio.io/dataplane-mode: ambient}"), {"istio-ambient enrolment"}},
      {"an annotated namespace", space("annotations: {linkerd.io/inject: enabled}"), {"linkerd enrolment"}},
      {"an annotated pod", workload("a", "annotations: {dapr.io/enabled: 'true'}", "{name: a}"), {"dapr enrolment"}},
      {"a labelled pod",
       workload("a", "labels: {sidecar.istio.io/inject: 'true'}", "{name: a}"),
       {"istio-sidecar enrolment"}},
      {"a pod that refuses",
       workload("a", "labels: {istio.io/rev: x, sidecar.istio.io/inject: 'false'}", "{name: a}"),
       {}},
      {"an injected proxy", workload("a", "", "{name: a}, {name: linkerd-proxy}"), {"linkerd enrolment"}},
      {"a policy", authorization, {"istio-sidecar policy"}},
      {"a policy under ambient", authorization + ztunnel, {"istio-ambient control-plane", "istio-ambient policy"}},
      {"PeerAuthentication", object("security.istio.io/v1", "PeerAuthentication", ""), {"istio-sidecar policy"}},
      {"a VirtualService between services",
       object("networking.istio.io/v1", "VirtualService", "spec: {hosts: [reviews]}"),
       {"istio-sidecar policy"}},
      {"one at the edge",
       object("networking.istio.io/v1", "VirtualService", "spec: {hosts: [a.example.com], gateways: [front]}"),
       {}},
      {"an Istio Gateway",
       object("networking.istio.io/v1", "Gateway", "spec: {selector: {istio: ingressgateway}}"),
       {}},
      {"a Gateway of class istio",
       object("gateway.networking.k8s.io/v1", "Gateway", "spec: {gatewayClassName: istio}"),
       {}},
      {"a waypoint",
       object("gateway.networking.k8s.io/v1", "Gateway", "spec: {gatewayClassName: istio-waypoint}"),
       {"istio-ambient policy"}},
      {"a route bound to a Service",
       object("gateway.networking.k8s.io/v1", "HTTPRoute", "spec: {parentRefs: [{kind: Service, name: a}]}"),
       {"other policy"}},
      {"the same beside Linkerd",
       object("gateway.networking.k8s.io/v1", "HTTPRoute", "spec: {parentRefs: [{kind: Service, name: a}]}") +
           object("linkerd.io/v1alpha2", "ServiceProfile", ""),
       {"linkerd policy"}},
      {"a policy on the ingress gateway",
       object("security.istio.io/v1", "AuthorizationPolicy",
              "spec: {selector: {matchLabels: {istio: ingressgateway}}}"),
       {}},
      {"an ingress gateway",
       workload("gw", "labels: {istio: ingressgateway, sidecar.istio.io/inject: 'true'}", "{name: istio-proxy}"),
       {}},
      {"Cilium as a network", object("cilium.io/v2", "CiliumNetworkPolicy", "spec: {}"), {}},
      {"Cilium with identities",
       object("cilium.io/v2", "CiliumNetworkPolicy", "spec: {ingress: [{authentication: {mode: required}}]}"),
       {"cilium policy"}},
      {"only definitions",
       object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "sidecars.networking.istio.io"),
       {"istio-sidecar crd"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(signs(one.text) == one.signs);
  }
}

TEST_CASE("a proxy beside an application is none of its containers, a proxy alone is") {
  const Said said = read_text(workload("app", "", "{name: app}, {name: istio-proxy, ports: [{containerPort: 15090}]}") +
                              workload("gateway", "", "{name: istio-proxy}"));
  REQUIRE(said.inventory.workloads.size() == 2);
  REQUIRE(said.inventory.workloads[0].containers.size() == 1);
  CHECK(said.inventory.workloads[0].containers[0].name == "app");
  CHECK(said.inventory.workloads[1].containers.size() == 1);
}

}  // namespace nsew
