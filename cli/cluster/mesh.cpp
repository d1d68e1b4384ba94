#include "cluster/mesh.hpp"

#include <algorithm>
#include <array>

#include "base/escape.hpp"

namespace nsew {

namespace {

struct Sign {
  std::string_view mesh, key, value;  // value "" = any but false and disabled
};

// On a namespace or on the template of a pod, as label or as annotation.
constexpr std::array enrolments = {
    Sign{"istio-sidecar", "istio-injection", "enabled"},
    Sign{"istio-sidecar", "sidecar.istio.io/inject", "true"},
    Sign{"istio-ambient", "istio.io/dataplane-mode", "ambient"},
    Sign{"istio-ambient", "istio.io/use-waypoint", ""},
    Sign{"istio", "istio.io/rev", ""},
    Sign{"linkerd", "linkerd.io/inject", "enabled"},
    Sign{"linkerd", "linkerd.io/inject", "ingress"},
    Sign{"consul", "consul.hashicorp.com/connect-inject", "true"},
    Sign{"dapr", "dapr.io/enabled", "true"},
    Sign{"other", "kuma.io/sidecar-injection", "enabled"},
    Sign{"other", "openservicemesh.io/sidecar-injection", "enabled"},
};

struct Proxy {
  std::string_view mesh, container;
};
constexpr std::array proxies = {
    Proxy{"istio-sidecar", "istio-proxy"},
    Proxy{"istio-sidecar", "istio-init"},
    Proxy{"istio-sidecar", "istio-validation"},
    Proxy{"linkerd", "linkerd-proxy"},
    Proxy{"linkerd", "linkerd-init"},
    Proxy{"linkerd", "linkerd-network-validator"},
    Proxy{"consul", "consul-dataplane"},
    Proxy{"consul", "consul-connect-inject-init"},
    Proxy{"dapr", "daprd"},
    Proxy{"other", "kuma-sidecar"},
    Proxy{"other", "kuma-init"},
};

// A part of an image's path, without registry and tag.
struct ControlImage {
  std::string_view mesh, part;
};
constexpr std::array control_images = {
    ControlImage{"istio", "istio/pilot"},
    ControlImage{"istio-ambient", "istio/ztunnel"},
    ControlImage{"istio", "istio/install-cni"},
    ControlImage{"linkerd", "linkerd/controller"},
    ControlImage{"linkerd", "linkerd/policy-controller"},
    ControlImage{"consul", "hashicorp/consul-k8s-control-plane"},
    ControlImage{"dapr", "daprio/dapr"},
    ControlImage{"dapr", "daprio/operator"},
    ControlImage{"dapr", "daprio/injector"},
    ControlImage{"dapr", "daprio/sentry"},
    ControlImage{"other", "kumahq/kuma-cp"},
    ControlImage{"other", "openservicemesh/osm-controller"},
};
// Names as the charts give them, where the image comes from a registry of one's own.
constexpr std::array control_names = {
    ControlImage{"istio", "istiod"},
    ControlImage{"istio-ambient", "ztunnel"},
    ControlImage{"istio", "istio-cni-node"},
    ControlImage{"linkerd", "linkerd-destination"},
    ControlImage{"linkerd", "linkerd-identity"},
    ControlImage{"linkerd", "linkerd-proxy-injector"},
    ControlImage{"consul", "consul-connect-injector"},
    ControlImage{"dapr", "dapr-operator"},
    ControlImage{"dapr", "dapr-sidecar-injector"},
    ControlImage{"other", "kuma-control-plane"},
};

constexpr std::array charts = {
    ControlImage{"istio", "istiod"},
    ControlImage{"istio-ambient", "ztunnel"},
    ControlImage{"linkerd", "linkerd-control-plane"},
    ControlImage{"linkerd", "linkerd2"},
    ControlImage{"consul", "consul"},
    ControlImage{"dapr", "dapr"},
    ControlImage{"other", "kuma"},
};

constexpr std::array crd_groups = {
    ControlImage{"istio", ".istio.io"},
    ControlImage{"linkerd", ".linkerd.io"},
    ControlImage{"consul", ".consul.hashicorp.com"},
    ControlImage{"dapr", ".dapr.io"},
    ControlImage{"other", ".kuma.io"},
    ControlImage{"cilium", ".cilium.io"},
};

std::string says_of(std::string_view what, std::string_view key, std::string_view value) {
  return std::string(what) + " " + std::string(key) + "=" + escape::terminal(value);
}

const Sign* enrolment(const std::string& key, const std::string& value) {
  for (const Sign& sign : enrolments) {
    const bool meant = sign.value.empty() ? value != "false" && value != "disabled" && value != "none" && !value.empty()
                                          : value == sign.value;
    if (key == sign.key && meant) return &sign;
  }
  return nullptr;
}

void mark_enrolments(Inventory& inventory, const Object& object, const Labels& labels, std::string_view what) {
  for (const auto& [key, value] : labels)
    if (const Sign* sign = enrolment(key, value))
      mark(inventory, object, sign->mesh, "enrolment", says_of(what, key, value));
}

bool runs_image(const Container& container, std::string_view part) {
  const auto at = container.image.find(part);
  if (at == std::string::npos) return false;
  const auto end = at + part.size();
  return (at == 0 || container.image[at - 1] == '/') && (end == container.image.size() || container.image[end] == ':' ||
                                                         container.image[end] == '@' || container.image[end] == '-');
}

bool named_like(std::string_view name, std::string_view wanted) {
  return name == wanted || (wanted == "istiod" && name.starts_with("istiod-"));
}

std::string_view value_of(const Labels& labels, std::string_view key) {
  const auto at = labels.find(key);
  return at == labels.end() ? std::string_view{} : std::string_view(at->second);
}

bool mark_control_plane(Inventory& inventory, const Workload& workload) {
  for (const auto& [mesh, part] : control_images)
    for (const Container& container : workload.containers)
      if (runs_image(container, part)) {
        mark(inventory, workload.object, mesh, "control-plane", "image " + escape::terminal(container.image));
        return true;
      }
  for (const auto& [mesh, name] : control_names)
    if (named_like(workload.object.name, name)) {
      mark(inventory, workload.object, mesh, "control-plane", "a workload called " + std::string(name));
      return true;
    }
  return false;
}

bool is_gateway(const Workload& workload) {
  return selects_gateway(workload.pod_labels) ||
         value_of(workload.pod_annotations, "inject.istio.io/templates").find("gateway") != std::string_view::npos;
}

const Proxy* proxy_of(const Container& container) {
  const auto at = std::ranges::find(proxies, std::string_view(container.name), &Proxy::container);
  return at == proxies.end() ? nullptr : &*at;
}

bool refuses_sidecar(const Workload& workload) {
  return value_of(workload.pod_labels, "sidecar.istio.io/inject") == "false" ||
         value_of(workload.pod_annotations, "sidecar.istio.io/inject") == "false";
}

bool runs_application(const std::vector<Container>& containers) {
  return std::ranges::any_of(containers, [](const Container& c) { return !c.init && !proxy_of(c); });
}

}  // namespace

void mark(Inventory& inventory, const Object& object, std::string_view mesh, std::string_view evidence,
          std::string says) {
  inventory.mesh_markers.push_back({std::string(mesh), std::string(evidence), object, std::move(says)});
}

void mark_workload(Inventory& inventory, const Workload& workload) {
  if (mark_control_plane(inventory, workload) || is_gateway(workload)) return;
  if (!refuses_sidecar(workload)) {
    mark_enrolments(inventory, workload.object, workload.pod_labels, "pod label");
    mark_enrolments(inventory, workload.object, workload.pod_annotations, "pod annotation");
  }
  if (!runs_application(workload.containers)) return;
  for (const Proxy& proxy : proxies)
    if (std::ranges::find(workload.containers, proxy.container, &Container::name) != workload.containers.end())
      return mark(inventory, workload.object, proxy.mesh, "enrolment", "container " + std::string(proxy.container));
}

void mark_namespace(Inventory& inventory, const Object& object) {
  mark_enrolments(inventory, object, object.labels, "label");
  mark_enrolments(inventory, object, object.annotations, "annotation");
}

void mark_crd(Inventory& inventory, const Object& object) {
  for (const auto& [mesh, group] : crd_groups)
    if (object.name.ends_with(group))
      return mark(inventory, object, mesh, "crd", "CustomResourceDefinition " + escape::terminal(object.name));
}

void mark_chart(Inventory& inventory, const Object& object, std::string_view chart) {
  for (const auto& [mesh, name] : charts)
    if (chart == name) return mark(inventory, object, mesh, "control-plane", "Helm chart " + std::string(name));
}

void leave_out_proxies(std::vector<Container>& containers) {
  if (runs_application(containers))
    std::erase_if(containers, [](const Container& c) { return proxy_of(c) != nullptr; });
}

bool selects_gateway(const Labels& labels) {
  const auto istio = value_of(labels, "istio");
  return istio.ends_with("gateway") || value_of(labels, "app").starts_with("istio-ingressgateway") ||
         labels.contains("gateway.networking.k8s.io/gateway-name");
}

void settle_meshes(std::vector<MeshMarker>& markers) {
  const auto shows = [&](std::string_view mesh) {
    return std::ranges::any_of(markers, [&](const MeshMarker& m) { return m.mesh == mesh && m.evidence != "crd"; });
  };
  const std::string istio = shows("istio-ambient") && !shows("istio-sidecar") ? "istio-ambient" : "istio-sidecar";
  for (MeshMarker& marker : markers)
    if (marker.mesh == "istio") marker.mesh = istio;
  std::string seen = "other";
  for (const std::string_view mesh : {"dapr", "consul", "cilium", "linkerd", "istio-sidecar", "istio-ambient"})
    if (shows(mesh)) seen = mesh;
  for (MeshMarker& marker : markers)
    if (marker.mesh == "any") marker.mesh = seen;
}

}  // namespace nsew
