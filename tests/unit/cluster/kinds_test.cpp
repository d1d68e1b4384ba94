#include <doctest/doctest.h>

#include <string>

#include "cluster/kinds.hpp"
#include "reading.hpp"

namespace nsew {
namespace {

std::string object(const std::string& api_version, const std::string& kind, const std::string& rest) {
  return "apiVersion: " + api_version + "\nkind: " + kind + "\nmetadata: {name: x, namespace: shop}\n" + rest +
         "\n---\n";
}

const std::string pod_template =
    "{metadata: {labels: {app: cart}}, spec: {serviceAccountName: cart, containers: [{name: c, image: 'cart:1'}]}}";

}  // namespace

TEST_CASE("every workload kind gives its pods' labels, account and containers") {
  struct Case {
    std::string api_version, kind, spec;
    bool job;
  };
  const Case cases[] = {
      {"apps/v1", "Deployment",
       "spec: {replicas: 2, selector: {matchLabels: {app: cart}}, template: " + pod_template + "}", false},
      {"extensions/v1beta1", "Deployment", "spec: {template: " + pod_template + "}", false},
      {"apps/v1", "StatefulSet", "spec: {template: " + pod_template + "}", false},
      {"apps/v1", "DaemonSet", "spec: {template: " + pod_template + "}", false},
      {"apps/v1", "ReplicaSet", "spec: {template: " + pod_template + "}", false},
      {"v1", "ReplicationController", "spec: {selector: {app: cart}, template: " + pod_template + "}", false},
      {"argoproj.io/v1alpha1", "Rollout", "spec: {template: " + pod_template + "}", false},
      {"apps.openshift.io/v1", "DeploymentConfig", "spec: {selector: {app: cart}, template: " + pod_template + "}",
       false},
      {"serving.knative.dev/v1", "Service", "spec: {template: " + pod_template + "}", false},
      {"batch/v1", "Job", "spec: {template: " + pod_template + "}", true},
      {"batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: " + pod_template + "}}}", true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.api_version);
    CAPTURE(one.kind);
    const Said said = read_text(object(one.api_version, one.kind, one.spec));
    REQUIRE(said.inventory.workloads.size() == 1);
    const Workload& workload = said.inventory.workloads[0];
    CHECK(workload.pod_labels == Labels{{"app", "cart"}});
    CHECK((one.job || workload.selector == Labels{{"app", "cart"}}));
    CHECK(workload.service_account == "cart");
    REQUIRE(workload.containers.size() == 1);
    CHECK(workload.containers[0].image == "cart:1");
    CHECK(workload.job == one.job);
    CHECK(said.told().empty());
  }
}

TEST_CASE("a container gives ports, variables, probes and the ConfigMaps it reads") {
  const Said said = read_text(
      object("apps/v1", "Deployment",
             "spec:\n  template:\n    spec:\n      volumes: [{name: v, configMap: {name: files}}]\n      "
             "initContainers: [{name: i}]\n"
             "      containers:\n      - name: c\n        command: [run]\n        args: [--fast]\n"
             "        ports: [{name: http, containerPort: 80}, {containerPort: 53, protocol: UDP}]\n"
             "        env: [{name: A, value: b}, {name: B, valueFrom: {configMapKeyRef: {name: one, key: k}}}]\n"
             "        envFrom: [{configMapRef: {name: all}}, {secretRef: {name: hidden}}]\n"
             "        readinessProbe: {httpGet: {path: /ready, port: http}}\n        livenessProbe: {tcpSocket: {port: "
             "80}}\n"));
  REQUIRE(said.inventory.workloads.size() == 1);
  const Workload& workload = said.inventory.workloads[0];
  CHECK(workload.config_maps == std::vector<std::string>{"one", "all", "files"});
  REQUIRE(workload.containers.size() == 2);
  CHECK(workload.containers[0].init);
  const Container& c = workload.containers[1];
  REQUIRE(c.ports.size() == 2);
  CHECK(c.ports[0].protocol == "TCP");
  CHECK(c.ports[1].port == 53);
  CHECK(c.env.size() == 2);
  CHECK(c.env_from == std::vector<std::string>{"configmap/all", "secret/hidden"});
  REQUIRE(c.probes.size() == 2);
  CHECK(c.probes[0].port == "80");
  CHECK(c.probes[1].path == "/ready");
}

TEST_CASE("a Service gives ports, addresses and where its ports stand") {
  const Said said = read_text(
      object("v1", "Service",
             "spec:\n  type: LoadBalancer\n  clusterIP: 10.1.1.1\n  clusterIPs: [10.1.1.1]\n"
             "  selector: {app: cart}\n  ports:\n  - {name: web, port: 80, targetPort: http, nodePort: 30080}\n"
             "  - port: 443\n    appProtocol: https\n"
             "status: {loadBalancer: {ingress: [{ip: 8.8.4.4}, {hostname: lb.example.com}]}}") +
      "kind: Service\napiVersion: v1\nmetadata: {name: h}\nspec: {clusterIP: None}\n");
  REQUIRE(said.inventory.services.size() == 2);
  CHECK(said.inventory.services[0].headless);
  CHECK(said.inventory.services[0].cluster_ips.empty());
  const Service& service = said.inventory.services[1];
  CHECK(service.cluster_ips == std::vector<std::string>{"10.1.1.1"});
  CHECK(service.load_balancer == std::vector<std::string>{"8.8.4.4", "lb.example.com"});
  REQUIRE(service.ports.size() == 2);
  CHECK(service.ports[0].target == "http");
  CHECK(service.ports[0].node_port == 30080);
  CHECK(service.ports[1].target == "443");
  CHECK(service.ports[1].app_protocol == "https");
  CHECK(service.ports[1].where == Location{"f", 11, 5});
}

TEST_CASE("endpoints give addresses, pods and nodes in both of their kinds") {
  const Said said = read_text(
      "kind: EndpointSlice\napiVersion: discovery.k8s.io/v1\nmetadata: {name: cart-x, labels: "
      "{kubernetes.io/service-name: cart}}\n"
      "endpoints: [{addresses: [10.0.0.1], nodeName: n1, targetRef: {kind: Pod, name: cart-1}}]\n---\n" +
      object("v1", "Endpoints",
             "subsets: [{addresses: [{ip: 10.0.0.2, nodeName: n2, targetRef: {kind: Pod, name: x-1}}]}]"));
  REQUIRE(said.inventory.endpoint_slices.size() == 2);
  const auto& slices = said.inventory.endpoint_slices;
  CHECK(slices[0].service == "cart");
  CHECK(slices[1].service == "x");
  for (const EndpointSlice& slice : slices) REQUIRE(slice.endpoints.size() == 1);
  CHECK(slices[0].endpoints[0].pod == "cart-1");
  CHECK(slices[1].endpoints[0].address == "10.0.0.2");
}

TEST_CASE("pods say when they had their address, and nodes say their own") {
  const auto pod = [](const std::string& metadata, const std::string& status) {
    return "kind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: shop" + metadata +
           "}\nstatus: {podIP: 10.1.0.7, hostIP: 10.0.0.1, startTime: '2026-11-02T09:00:00Z'" + status + "}\n";
  };
  const std::string terminated =
      ", containerStatuses: [{state: {terminated: {finishedAt: '2026-11-02T10:00:00Z'}}}, {state: {terminated: "
      "{finishedAt: '2026-11-02T09:30:00Z'}}}]";
  struct Case {
    const char* name;
    std::string text, ended;
  };
  const Case cases[] = {
      {"running", pod("", ", phase: Running"), ""},
      {"done", pod("", ", phase: Succeeded" + terminated), "2026-11-02T10:00:00Z"},
      {"restarting", pod("", ", phase: Running" + terminated), ""},
      {"being deleted", pod(", deletionTimestamp: '2026-11-02T11:00:00Z'", ", phase: Running"), "2026-11-02T11:00:00Z"},
  };
  for (const Case& c : cases) SUBCASE(c.name) {
      const Said said = read_text(c.text);
      REQUIRE(said.inventory.workloads.size() == 1);
      REQUIRE(said.inventory.workloads[0].pods.size() == 1);
      const Workload::Pod& found = said.inventory.workloads[0].pods[0];
      CHECK(found.started == "2026-11-02T09:00:00Z");
      CHECK(found.ended == c.ended);
      CHECK(found.node_address == "10.0.0.1");
    }
  const Said node = read_text(
      "kind: Node\napiVersion: v1\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, "
      "address: 10.0.0.1}, {type: Hostname, address: n1}]}\n");
  REQUIRE(node.inventory.nodes.size() == 1);
  CHECK(node.inventory.nodes[0].addresses == std::vector<std::string>{"10.0.0.1", "n1"});
}

TEST_CASE("each route kind gives hosts, paths and backends") {
  struct Case {
    std::string api_version, kind, rest, host, path, type, backend;
    int port;
  };
  const Case cases[] = {
      {"networking.k8s.io/v1", "Ingress",
       "spec: {rules: [{host: a.example.com, http: {paths: [{path: /p, pathType: Prefix, backend: {service: {name: b, "
       "port: {number: 80}}}}]}}]}",
       "a.example.com", "/p", "PathPrefix", "shop/b", 80},
      {"extensions/v1beta1", "Ingress",
       "spec: {rules: [{host: a.example.com, http: {paths: [{path: /p, backend: {serviceName: b, servicePort: "
       "80}}]}}]}",
       "a.example.com", "/p", "PathPrefix", "shop/b", 80},
      {"gateway.networking.k8s.io/v1", "HTTPRoute",
       "spec: {hostnames: [a.example.com], rules: [{matches: [{path: {type: Exact, value: /p}}], backendRefs: [{name: "
       "b, namespace: back, port: 80}]}]}",
       "a.example.com", "/p", "Exact", "back/b", 80},
      {"gateway.networking.k8s.io/v1", "GRPCRoute",
       "spec: {hostnames: [a.example.com], rules: [{matches: [{method: {service: s.Cart, method: Add}}], backendRefs: "
       "[{name: b, port: 80}]}]}",
       "a.example.com", "/s.Cart/Add", "Exact", "shop/b", 80},
      {"gateway.networking.k8s.io/v1alpha2", "TLSRoute",
       "spec: {hostnames: [a.example.com], rules: [{backendRefs: [{name: b, port: 80}]}]}", "a.example.com", "", "",
       "shop/b", 80},
      {"networking.istio.io/v1", "VirtualService",
       "spec: {hosts: [a.example.com], gateways: [g], http: [{match: [{uri: {prefix: /p}}], route: [{destination: "
       "{host: b.back.svc.cluster.local, port: {number: 80}}}]}]}",
       "a.example.com", "/p", "PathPrefix", "back/b", 80},
      {"route.openshift.io/v1", "Route", "spec: {host: a.example.com, path: /p, to: {kind: Service, name: b}}",
       "a.example.com", "/p", "PathPrefix", "shop/b", 0},
  };
  for (const Case& one : cases) {
    CAPTURE(one.kind);
    const Said said = read_text(object(one.api_version, one.kind, one.rest));
    REQUIRE(said.inventory.routes.size() == 1);
    const Route& route = said.inventory.routes[0];
    CHECK(route.hosts == std::vector<std::string>{one.host});
    CHECK(route.host_places.size() == 1);
    REQUIRE(route.rules.size() == 1);
    CHECK(route.rules[0].path == one.path);
    CHECK(route.rules[0].path_type == one.type);
    REQUIRE(route.rules[0].backends.size() == 1);
    CHECK(route.rules[0].backends[0].ns + "/" + route.rules[0].backends[0].name == one.backend);
    CHECK(route.rules[0].backends[0].port == one.port);
    CHECK(said.told().empty());
  }
}

TEST_CASE("the Secret of a host's certificate is read where it is named") {
  const Said said = read_text(
      object(
          "networking.k8s.io/v1", "Ingress",
          "spec: {tls: [{hosts: [a.example.com, b.example.com], secretName: ab}, {secretName: rest}, {hosts: [c]}]}") +
      object("route.openshift.io/v1", "Route", "spec: {host: a.example.com, tls: {externalCertificate: {name: own}}}") +
      object("gateway.networking.k8s.io/v1", "Gateway",
             "spec: {listeners: [{name: web, hostname: a.example.com, tls: {certificateRefs: [{kind: Other, name: no}, "
             "{name: near}, {name: second}]}}, {name: far, tls: {certificateRefs: [{name: f, namespace: keys}]}}]}") +
      object("networking.istio.io/v1", "Gateway",
             "spec: {servers: [{hosts: [a.example.com], tls: {credentialName: c}}]}"));
  REQUIRE(said.inventory.routes.size() == 2);
  const auto& ingress = said.inventory.routes[0].certificates;
  REQUIRE(ingress.size() == 2);
  CHECK(ingress[0].hosts == std::vector<std::string>{"a.example.com", "b.example.com"});
  CHECK(ingress[0].secret == "ab");
  CHECK(ingress[1].hosts.empty());
  REQUIRE(said.inventory.routes[1].certificates.size() == 1);
  CHECK(said.inventory.routes[1].certificates[0].secret == "own");
  REQUIRE(said.inventory.gateways.size() == 2);
  const auto& portable = said.inventory.gateways[0].listeners;
  CHECK(portable[0].secret + " in " + portable[0].secret_ns == "near in shop");
  CHECK(portable[1].secret + " in " + portable[1].secret_ns == "f in keys");
  CHECK(said.inventory.gateways[1].listeners[0].secret == "c");
  CHECK(said.told().empty());
}

TEST_CASE("gateways of both kinds give listeners") {
  const Said said = read_text(
      object(
          "gateway.networking.k8s.io/v1", "Gateway",
          "spec: {gatewayClassName: eg, listeners: [{name: web, hostname: a.example.com, port: 80, protocol: HTTP}]}") +
      object("networking.istio.io/v1", "Gateway",
             "spec: {selector: {istio: ingressgateway}, servers: [{hosts: [shop/a.example.com], port: {number: 80, "
             "name: web, protocol: HTTP}}]}") +
      "kind: GatewayClass\napiVersion: gateway.networking.k8s.io/v1\nmetadata: {name: eg}\nspec: {controllerName: "
      "c/eg}\n");
  REQUIRE(said.inventory.gateways.size() == 2);
  for (const GatewayObject& gateway : said.inventory.gateways) {
    REQUIRE(gateway.listeners.size() == 1);
    CHECK(gateway.listeners[0].host == "a.example.com");
    CHECK(gateway.listeners[0].port == 80);
  }
  REQUIRE(said.inventory.gateway_classes.size() == 1);
  CHECK(said.inventory.gateway_classes[0].controller == "c/eg");
  CHECK(said.inventory.mesh_markers.empty());
}

TEST_CASE("policies say whom they select and who may call") {
  struct Case {
    std::string name, text;
    Labels selector;
    std::size_t callers;
    std::string account;
    bool allows, ingress;
  };
  const Case cases[] = {
      {"NetworkPolicy",
       object("networking.k8s.io/v1", "NetworkPolicy",
              "spec: {podSelector: {matchLabels: {app: cart}}, ingress: [{from: [{podSelector: {matchLabels: {app: "
              "web}}}, {ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}"),
       {{"app", "cart"}},
       2,
       "",
       true,
       true},
      {"egress only",
       object("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}"),
       {},
       0,
       "",
       true,
       false},
      {"Istio",
       object("security.istio.io/v1", "AuthorizationPolicy",
              "spec: {selector: {matchLabels: {app: cart}}, rules: [{from: [{source: {principals: "
              "[cluster.local/ns/shop/sa/web]}}]}]}"),
       {{"app", "cart"}},
       1,
       "shop/web",
       true,
       true},
      {"Istio denies",
       object("security.istio.io/v1", "AuthorizationPolicy",
              "spec: {action: DENY, rules: [{from: [{source: {namespaces: [x]}}]}]}"),
       {},
       1,
       "",
       false,
       true},
      {"Cilium",
       object("cilium.io/v2", "CiliumNetworkPolicy",
              "spec: {endpointSelector: {matchLabels: {app: cart}}, ingress: [{fromEndpoints: [{matchLabels: {app: "
              "web}}]}]}"),
       {{"app", "cart"}},
       1,
       "",
       true,
       true},
      {"Linkerd in three objects",
       object("policy.linkerd.io/v1beta1", "Server", "spec: {podSelector: {matchLabels: {app: cart}}, port: 80}") +
           object("policy.linkerd.io/v1alpha1", "AuthorizationPolicy",
                  "spec: {targetRef: {kind: Server, name: x}, requiredAuthenticationRefs: [{kind: "
                  "MeshTLSAuthentication, name: x}]}") +
           object("policy.linkerd.io/v1alpha1", "MeshTLSAuthentication",
                  "spec: {identities: [web.shop.serviceaccount.identity.linkerd.cluster.local]}"),
       {{"app", "cart"}},
       1,
       "shop/web",
       true,
       true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const Said said = read_text(one.text);
    REQUIRE(!said.inventory.policies.empty());
    const Policy& policy = said.inventory.policies[0];
    CHECK(policy.selector == one.selector);
    REQUIRE(policy.callers.size() == one.callers);
    if (!one.account.empty()) CHECK(policy.callers[0].service_account == one.account);
    CHECK(policy.allows == one.allows);
    CHECK(policy.ingress == one.ingress);
  }
}

TEST_CASE("autoscalers, accounts and ConfigMaps are read") {
  const Said said =
      read_text(object("autoscaling/v2", "HorizontalPodAutoscaler",
                       "spec: {scaleTargetRef: {kind: Deployment, name: cart}, minReplicas: 1, maxReplicas: 9}") +
                object("keda.sh/v1alpha1", "ScaledObject", "spec: {scaleTargetRef: {name: web}, maxReplicaCount: 4}") +
                object("v1", "ServiceAccount", "") + object("v1", "ConfigMap", "data: {A: b}"));
  REQUIRE(said.inventory.autoscalers.size() == 2);
  CHECK(said.inventory.autoscalers[0].target == "cart");
  CHECK(said.inventory.autoscalers[0].max == 9);
  CHECK(said.inventory.autoscalers[1].target_kind == "Deployment");
  CHECK(said.inventory.service_accounts.size() == 1);
  REQUIRE(said.inventory.config_maps.size() == 1);
  CHECK(said.inventory.config_maps[0].data == std::map<std::string, std::string>{{"A", "b"}});
}

TEST_CASE("every kind of the table reads an object without spec, and one whose spec is no map") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const std::string name = kind.name == "*" ? "Anything" : std::string(kind.name);
    const std::string version = kind.group.empty() ? "v1" : std::string(kind.group) + "/v1";
    CHECK(read_text(object(version, name, "")).messages.empty());
    const Said said = read_text(object(version, name, "spec: [1]"));
    CHECK(said.told() == lines({"f:4:1: spec is a list, not a map"}));
    CHECK(said.inventory.unknown_kinds.empty());
  }
}

}  // namespace nsew
