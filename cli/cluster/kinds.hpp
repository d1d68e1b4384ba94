// Kinds: each has a function that adds what an object of it declares. To add one: a line in kind_table.cpp, and the
// function in the file of its family.
#pragma once

#include <span>
#include <string_view>

#include "cluster/fields.hpp"
#include "cluster/inventory.hpp"
#include "cluster/node.hpp"

namespace nsew {

// One object under way into the inventory.
struct Reading {
  const Node* root;  // a map
  const Node* spec;  // null when there is none
  Object object;
  Fields& fields;
  Inventory& inventory;
};

struct Kind {
  std::string_view name;   // "*" = any of the group that no line before names
  std::string_view group;  // of apiVersion; "" is the core group
  void (*read)(Reading&);
};

std::span<const Kind> kinds();
const Kind* kind_of(std::string_view api_version, std::string_view kind);

std::string_view group_of(std::string_view api_version);  // "apps/v1" -> "apps", "v1" -> ""

// workloads.cpp
void read_workload(Reading&);
void read_cron_job(Reading&);
void read_pod(Reading&);
void read_cluster_node(Reading&);
void read_knative_service(Reading&);
// services.cpp
void read_service(Reading&);
void read_endpoint_slice(Reading&);
void read_endpoints(Reading&);
// routes.cpp
void read_ingress(Reading&);
void read_openshift_route(Reading&);
// gateway_api.cpp
void read_gateway_route(Reading&);
void read_gateway(Reading&);
void read_gateway_class(Reading&);
// istio.cpp
void read_virtual_service(Reading&);
void read_destination_rule(Reading&);
void read_istio_gateway(Reading&);
void read_peer_authentication(Reading&);
void read_istio_authorization(Reading&);
void read_istio_operator(Reading&);
void read_sidecar(Reading&);
// linkerd.cpp
void read_linkerd_server(Reading&);
void read_linkerd_authorization(Reading&);
void read_linkerd_authentication(Reading&);
void read_service_profile(Reading&);
void read_traffic_split(Reading&);
// policies.cpp
void read_network_policy(Reading&);
void read_cilium_policy(Reading&);
// small_kinds.cpp
void read_namespace(Reading&);
void read_service_account(Reading&);
void read_autoscaler(Reading&);
void read_scaled_object(Reading&);
void read_config_map(Reading&);
void read_argo_application(Reading&);
void read_crd(Reading&);
void read_cilium_envoy_config(Reading&);
void read_other(Reading&);  // kept by name

}  // namespace nsew
