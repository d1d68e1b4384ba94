#include <algorithm>

#include "cluster/kinds.hpp"

namespace nsew {

namespace {

ServicePort service_port(Fields& fields, const Node& from) {
  ServicePort port;
  port.name = fields.text(&from, "name");
  port.protocol = fields.text(&from, "protocol");
  if (port.protocol.empty()) port.protocol = "TCP";
  port.app_protocol = fields.text(&from, "appProtocol");
  port.port = fields.port(&from, "port");
  port.target = fields.text_or_number(&from, "targetPort");
  if (port.target.empty()) port.target = std::to_string(port.port);
  port.node_port = fields.port(&from, "nodePort");
  port.where = fields.at(from);
  return port;
}

std::vector<std::string> cluster_addresses(Fields& fields, const Node* spec) {
  std::vector<std::string> addresses = fields.texts(spec, "clusterIPs");
  std::string single = fields.text(spec, "clusterIP");
  if (!single.empty() && std::ranges::find(addresses, single) == addresses.end())
    addresses.insert(addresses.begin(), std::move(single));
  return addresses;
}

std::vector<std::string> balancer_addresses(Fields& fields, const Node* root, const Node* spec) {
  std::vector<std::string> addresses;
  for (const Node* entry : fields.maps(fields.map_at(root, {"status", "loadBalancer"}), "ingress"))
    for (const std::string_view key : {"ip", "hostname"})
      if (std::string text = fields.text(entry, key); !text.empty()) addresses.push_back(std::move(text));
  if (std::string text = fields.text(spec, "loadBalancerIP"); !text.empty()) addresses.push_back(std::move(text));
  return addresses;
}

std::string pod_name(Fields& fields, const Node* endpoint) {
  const Node* target = fields.map(endpoint, "targetRef");
  return fields.text(target, "kind") == "Pod" ? fields.text(target, "name") : std::string{};
}

}  // namespace

void read_service(Reading& reading) {
  Fields& fields = reading.fields;
  Service service;
  service.object = reading.object;
  if (std::string type = fields.text(reading.spec, "type"); !type.empty()) service.type = std::move(type);
  service.selector = fields.labels(reading.spec, "selector");
  for (const Node* port : fields.maps(reading.spec, "ports")) service.ports.push_back(service_port(fields, *port));
  service.cluster_ips = cluster_addresses(fields, reading.spec);
  service.headless = std::ranges::find(service.cluster_ips, "None") != service.cluster_ips.end();
  std::erase(service.cluster_ips, "None");
  service.external_ips = fields.texts(reading.spec, "externalIPs");
  service.load_balancer = balancer_addresses(fields, reading.root, reading.spec);
  service.external_name = fields.text(reading.spec, "externalName");
  reading.inventory.services.push_back(std::move(service));
}

void read_endpoint_slice(Reading& reading) {
  Fields& fields = reading.fields;
  EndpointSlice slice{reading.object, {}, {}};
  const auto label = reading.object.labels.find("kubernetes.io/service-name");
  if (label != reading.object.labels.end()) slice.service = label->second;
  for (const Node* endpoint : fields.maps(reading.root, "endpoints"))
    for (std::string& address : fields.texts(endpoint, "addresses"))
      slice.endpoints.push_back({std::move(address), pod_name(fields, endpoint), fields.text(endpoint, "nodeName")});
  reading.inventory.endpoint_slices.push_back(std::move(slice));
}

void read_endpoints(Reading& reading) {
  Fields& fields = reading.fields;
  EndpointSlice slice{reading.object, reading.object.name, {}};
  for (const Node* subset : fields.maps(reading.root, "subsets"))
    for (const std::string_view ready : {"addresses", "notReadyAddresses"})
      for (const Node* address : fields.maps(subset, ready))
        slice.endpoints.push_back(
            {fields.text(address, "ip"), pod_name(fields, address), fields.text(address, "nodeName")});
  reading.inventory.endpoint_slices.push_back(std::move(slice));
}

}  // namespace nsew
