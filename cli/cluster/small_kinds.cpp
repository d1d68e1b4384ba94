#include "cluster/kinds.hpp"
#include "cluster/mesh.hpp"

namespace nsew {

void read_namespace(Reading& reading) {
  mark_namespace(reading.inventory, reading.object);
  reading.inventory.namespaces.push_back({reading.object});
}

void read_service_account(Reading& reading) { reading.inventory.service_accounts.push_back({reading.object}); }

void read_autoscaler(Reading& reading) {
  Fields& fields = reading.fields;
  const Node* target = fields.map(reading.spec, "scaleTargetRef");
  reading.inventory.autoscalers.push_back({reading.object, fields.text(target, "kind"), fields.text(target, "name"),
                                           fields.integer(reading.spec, "minReplicas"),
                                           fields.integer(reading.spec, "maxReplicas")});
}

void read_scaled_object(Reading& reading) {
  Fields& fields = reading.fields;
  const Node* target = fields.map(reading.spec, "scaleTargetRef");
  std::string kind = fields.text(target, "kind");
  if (kind.empty()) kind = "Deployment";
  reading.inventory.autoscalers.push_back({reading.object, std::move(kind), fields.text(target, "name"),
                                           fields.integer(reading.spec, "minReplicaCount"),
                                           fields.integer(reading.spec, "maxReplicaCount")});
}

void read_config_map(Reading& reading) {
  ConfigMap map{reading.object, {}, reading.object.where};
  for (const auto& [key, value] : reading.fields.labels(reading.root, "data")) map.data[key] = value;
  const auto mutual = map.data.find("mesh-auth-mutual-enabled");
  if (mutual != map.data.end() && mutual->second == "true")
    mark(reading.inventory, map.object, "cilium", "control-plane", "mesh-auth-mutual-enabled=true");
  reading.inventory.config_maps.push_back(std::move(map));
}

// Argo CD Application and Flux HelmRelease: what they install is in another repository, its name is here.
void read_argo_application(Reading& reading) {
  Fields& fields = reading.fields;
  std::vector<const Node*> sources = fields.maps(reading.spec, "sources");
  for (const Node* one : {fields.map(reading.spec, "source"), fields.map_at(reading.spec, {"chart", "spec"})})
    if (one) sources.push_back(one);
  for (const Node* source : sources) mark_chart(reading.inventory, reading.object, fields.text(source, "chart"));
  read_other(reading);
}

void read_crd(Reading& reading) { mark_crd(reading.inventory, reading.object); }

void read_cilium_envoy_config(Reading& reading) {
  mark(reading.inventory, reading.object, "cilium", "policy", reading.object.kind);
  read_other(reading);
}

void read_other(Reading& reading) { reading.inventory.others.push_back({reading.object}); }

}  // namespace nsew
