#include <algorithm>
#include <array>

#include "cluster/kinds.hpp"

namespace nsew {

namespace {

constexpr std::string_view gateway_api = "gateway.networking.k8s.io", istio_net = "networking.istio.io",
                           istio_sec = "security.istio.io", linkerd = "policy.linkerd.io",
                           envoy_gateway = "gateway.envoyproxy.io";

constexpr std::array table = {
    Kind{"Deployment", "apps", read_workload},
    Kind{"Deployment", "extensions", read_workload},
    Kind{"StatefulSet", "apps", read_workload},
    Kind{"DaemonSet", "apps", read_workload},
    Kind{"DaemonSet", "extensions", read_workload},
    Kind{"ReplicaSet", "apps", read_workload},
    Kind{"ReplicaSet", "extensions", read_workload},
    Kind{"ReplicationController", "", read_workload},
    Kind{"DeploymentConfig", "apps.openshift.io", read_workload},
    Kind{"Rollout", "argoproj.io", read_workload},
    Kind{"Job", "batch", read_workload},
    Kind{"CronJob", "batch", read_cron_job},
    Kind{"Pod", "", read_pod},
    Kind{"Node", "", read_cluster_node},
    Kind{"Service", "serving.knative.dev", read_knative_service},
    Kind{"Service", "", read_service},
    Kind{"EndpointSlice", "discovery.k8s.io", read_endpoint_slice},
    Kind{"Endpoints", "", read_endpoints},
    Kind{"Ingress", "networking.k8s.io", read_ingress},
    Kind{"Ingress", "extensions", read_ingress},
    Kind{"IngressClass", "networking.k8s.io", read_other},
    Kind{"Route", "route.openshift.io", read_openshift_route},
    Kind{"Route", "", read_openshift_route},
    Kind{"Namespace", "", read_namespace},
    Kind{"ServiceAccount", "", read_service_account},
    Kind{"HorizontalPodAutoscaler", "autoscaling", read_autoscaler},
    Kind{"ScaledObject", "keda.sh", read_scaled_object},
    Kind{"NetworkPolicy", "networking.k8s.io", read_network_policy},
    Kind{"NetworkPolicy", "extensions", read_network_policy},
    Kind{"ConfigMap", "", read_config_map},
    Kind{"Gateway", gateway_api, read_gateway},
    Kind{"GatewayClass", gateway_api, read_gateway_class},
    Kind{"HTTPRoute", gateway_api, read_gateway_route},
    Kind{"GRPCRoute", gateway_api, read_gateway_route},
    Kind{"TCPRoute", gateway_api, read_gateway_route},
    Kind{"TLSRoute", gateway_api, read_gateway_route},
    Kind{"UDPRoute", gateway_api, read_other},
    Kind{"ReferenceGrant", gateway_api, read_other},
    Kind{"BackendTLSPolicy", gateway_api, read_other},
    Kind{"BackendLBPolicy", gateway_api, read_other},
    Kind{"*", envoy_gateway, read_other},
    Kind{"VirtualService", istio_net, read_virtual_service},
    Kind{"DestinationRule", istio_net, read_destination_rule},
    Kind{"Gateway", istio_net, read_istio_gateway},
    Kind{"Sidecar", istio_net, read_sidecar},
    Kind{"*", istio_net, read_other},
    Kind{"PeerAuthentication", istio_sec, read_peer_authentication},
    Kind{"AuthorizationPolicy", istio_sec, read_istio_authorization},
    Kind{"*", istio_sec, read_other},
    Kind{"IstioOperator", "install.istio.io", read_istio_operator},
    Kind{"Istio", "sailoperator.io", read_istio_operator},
    Kind{"*", "telemetry.istio.io", read_other},
    Kind{"*", "extensions.istio.io", read_other},
    Kind{"Server", linkerd, read_linkerd_server},
    Kind{"AuthorizationPolicy", linkerd, read_linkerd_authorization},
    Kind{"MeshTLSAuthentication", linkerd, read_linkerd_authentication},
    Kind{"NetworkAuthentication", linkerd, read_linkerd_authentication},
    Kind{"HTTPRoute", linkerd, read_gateway_route},
    Kind{"*", linkerd, read_other},
    Kind{"ServiceProfile", "linkerd.io", read_service_profile},
    Kind{"TrafficSplit", "split.smi-spec.io", read_traffic_split},
    Kind{"CiliumNetworkPolicy", "cilium.io", read_cilium_policy},
    Kind{"CiliumClusterwideNetworkPolicy", "cilium.io", read_cilium_policy},
    Kind{"CiliumEnvoyConfig", "cilium.io", read_cilium_envoy_config},
    Kind{"CiliumClusterwideEnvoyConfig", "cilium.io", read_cilium_envoy_config},
    Kind{"Application", "argoproj.io", read_argo_application},
    Kind{"HelmRelease", "helm.toolkit.fluxcd.io", read_argo_application},
    Kind{"CustomResourceDefinition", "apiextensions.k8s.io", read_crd},
};

}  // namespace

std::span<const Kind> kinds() { return table; }

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

const Kind* kind_of(std::string_view api_version, std::string_view kind) {
  const std::string_view group = group_of(api_version);
  const auto at = std::ranges::find_if(table, [&](const Kind& row) {
    return (row.name == kind && (row.group == group || api_version.empty())) || (row.name == "*" && row.group == group);
  });
  return at == table.end() ? nullptr : &*at;
}

}  // namespace nsew
