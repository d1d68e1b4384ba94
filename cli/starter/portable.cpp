#include "starter/portable.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

bool declares_namespace(const Picture& picture, const std::string& name) {
  const auto& all = picture.inventory.namespaces;
  return std::any_of(all.begin(), all.end(), [&](const Namespace& ns) { return ns.object.name == name; });
}

Json gateway_namespace(const Site& site) {
  Json labels{{"app.kubernetes.io/part-of", site.name}};
  if (!site.pod_security.empty()) labels["pod-security.kubernetes.io/enforce"] = site.pod_security;
  return {
      {note(
           "The gateway's own namespace: TLS keys lie where only the platform team reads them, and Secret and Gateway\n"
           "share it, as each route shares its backend's, so that no ReferenceGrant is needed."),
       nullptr},
      {"apiVersion", "v1"},
      {"kind", "Namespace"},
      {"metadata", {{"name", site.ns}, {"labels", labels}}}};
}

Json app_namespace(const std::string& ns, const Site& site, const std::string& evidence) {
  return {
      {note(fmt::format(
           "{}: this namespace exists already. Only the label that lets its routes attach is ours:\napply server-side, "
           "never prune.",
           evidence)),
       nullptr},
      {"apiVersion", "v1"},
      {"kind", "Namespace"},
      {"metadata",
       {{"name", ns},
        {"labels", {{site.access_label(), "true"}}},
        {"annotations",
         {{"argocd.argoproj.io/sync-options", "Prune=false,ServerSideApply=true"},
          {"kustomize.toolkit.fluxcd.io/prune", "disabled"}}}}}};
}

Json admitted(const Site& site) {
  return {{"namespaces", {{"from", "Selector"}, {"selector", {{"matchLabels", {{site.access_label(), "true"}}}}}}},
          {"kinds", Json::array({{{"kind", "HTTPRoute"}}, {{"kind", "GRPCRoute"}}})}};
}

Json http_listener(const Site& site) {
  const bool redirects = !site.listeners.empty();
  Json listener = Json::object();
  listener[note(redirects ? "Exists only to redirect; no application route may attach."
                          : "No public host name was recorded or declared, so there is nothing a certificate could be "
                            "for: plain HTTP,\n"
                            "any host. Add an https listener once the name is known.")] = nullptr;
  listener["name"] = "http";
  listener["protocol"] = "HTTP";
  listener["port"] = 80;
  listener["allowedRoutes"] =
      redirects ? Json{{"namespaces", {{"from", "Same"}}}, {"kinds", Json::array({{{"kind", "HTTPRoute"}}})}}
                : admitted(site);
  return listener;
}

Json https_listener(const Listener& listener, const Site& site, const std::string& evidence) {
  const std::string secret =
      listener.declared
          ? fmt::format(".\nIts Secret has the name that {} gives it. Copy it here before", listener.declared->says)
          : std::string(". The Secret is yours to create before");
  return {
      {note(evidence + secret + " this is applied: a listener without its certificate is never Programmed."), nullptr},
      {"name", listener.name},
      {"protocol", "HTTPS"},
      {"port", 443},
      {"hostname", listener.host},
      {"tls", {{"mode", "Terminate"}, {"certificateRefs", Json::array({{{"name", listener.secret}}})}}},
      {"allowedRoutes", admitted(site)}};
}

std::string host_evidence(Bundle& bundle, const SurfaceHost& host) {
  return bundle.evidence("public host " + host.host, {{"calls", std::llround(host.calls)}}, host.why) +
         (host.why == "recorded" ? ": recorded" : ": " + host.why);
}

Json gateway_json(Bundle& bundle, const Surface& surface, const Site& site) {
  Json listeners = Json::array({http_listener(site)});
  for (std::size_t i = 0; i < site.listeners.size(); ++i) {
    listeners.push_back(https_listener(site.listeners[i], site, host_evidence(bundle, surface.hosts[i])));
  }
  return {{"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "Gateway"},
          {"metadata", {{"name", site.name}, {"namespace", site.ns}}},
          {"spec", {{"gatewayClassName", site.gateway_class}, {"listeners", listeners}}}};
}

Json redirect_json(const Site& site) {
  return {{note("Bound to the http listener: without sectionName it would ask for every listener, and redirect https "
                "to https."),
           nullptr},
          {"apiVersion", "gateway.networking.k8s.io/v1"},
          {"kind", "HTTPRoute"},
          {"metadata", {{"name", "https-redirect"}, {"namespace", site.ns}}},
          {"spec",
           {{"parentRefs", Json::array({{{"name", site.name}, {"sectionName", "http"}}})},
            {"rules",
             Json::array(
                 {{{"filters", Json::array({{{"type", "RequestRedirect"},
                                             {"requestRedirect", {{"scheme", "https"}, {"statusCode", 301}}}}})}}})}}}};
}

Json closed(const Service& door, const std::string& ns, const std::string& evidence) {
  Json ports = Json::array();
  for (const ServicePort& port : door.ports) {
    Json out = Json::object();
    if (!port.name.empty()) out["name"] = port.name;
    out["port"] = port.port;
    if (!port.protocol.empty() && port.protocol != "TCP") out["protocol"] = port.protocol;
    if (!port.app_protocol.empty()) out["appProtocol"] = port.app_protocol;
    if (const auto number = to_integer(port.target))
      out["targetPort"] = *number;
    else if (!port.target.empty())
      out["targetPort"] = port.target;
    ports.push_back(std::move(out));
  }
  return {{note(fmt::format(
               "{}: was {}. Left open, every policy at the gateway can be bypassed.\nGoing back gives it a new public "
               "address: keep DNS on the gateway.",
               evidence, door.type)),
           nullptr},
          {"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", door.object.name}, {"namespace", ns}}},
          {"spec", {{"type", "ClusterIP"}, {"selector", door.selector}, {"ports", ports}}}};
}

}  // namespace

namespace {

// All listeners read their Secrets in one namespace: a name that two namespaces use for two Secrets stays with the
// first.
void name_secrets(std::vector<Listener>& listeners, const Picture& picture) {
  std::map<std::string, std::string> from;
  std::set<std::string> taken;
  for (Listener& listener : listeners) {
    const auto declared = declared_secret(picture, listener.host);
    if (!declared || from.try_emplace(declared->name, declared->ns).first->second != declared->ns) continue;
    listener.secret = declared->name;
    listener.declared = declared;
    taken.insert(declared->name);
  }
  for (Listener& listener : listeners) {
    if (!listener.declared) listener.secret = unique_label(listener.host.substr(0, 50) + "-tls", taken);
  }
}

}  // namespace

std::string Site::section(const std::string& host) const {
  for (const Listener& listener : listeners) {
    if (listener.host == host) return listener.name;
  }
  return "http";
}

Site site_of(const Picture& picture, const Surface& surface) {
  std::set<std::string> namespaces;
  for (const Member* member : surface.backends()) namespaces.insert(member->ns);
  Site site;
  site.name = namespaces.size() == 1 && *namespaces.begin() != assumed_namespace
                  ? dns_label(namespaces.begin()->substr(0, 40))
                  : "edge";
  std::string ns = site.name + "-ingress";
  for (int i = 2; declares_namespace(picture, ns); ++i) ns = fmt::format("{}-ingress-{}", site.name, i);
  site.ns = ns;
  std::set<std::string> names;
  for (const SurfaceHost& host : surface.hosts) {
    if (host.host.empty()) continue;
    const std::string label = surface.hosts.size() == 1 ? "https" : "https-" + host.host;
    site.listeners.push_back({unique_label(label, names), host.host, "", {}});
  }
  name_secrets(site.listeners, picture);
  return site;
}

Written write_base(Bundle& bundle, const Surface& surface, const Site& site, const std::string& folder) {
  Written written;
  const auto put = [&](const std::string& name, const std::vector<Json>& documents) {
    written.resources.push_back(name);
    bundle.yaml(folder + "/" + name, 0, documents);
  };
  written.rules = named_rules(bundle, surface);
  for (const WrittenRule& rule : written.rules) written.namespaces.insert(rule.ns);
  put("namespace.yaml", {gateway_namespace(site)});
  for (const std::string& ns : written.namespaces) {
    put("namespace-" + ns + ".yaml",
        {app_namespace(ns, site, bundle.evidence("namespace of backends", ns, "traffic and manifests"))});
  }
  put("gateway.yaml", {gateway_json(bundle, surface, site)});
  if (!site.listeners.empty()) put("httproute-redirect.yaml", {redirect_json(site)});
  for (const Json& route : route_documents(written.rules, site)) {
    const Json& meta = route["metadata"];
    put(fmt::format("{}-{}-{}.yaml", route["kind"] == "GRPCRoute" ? "grpcroute" : "httproute",
                    meta["namespace"].get<std::string>(), meta["name"].get<std::string>()),
        {route});
  }
  bundle.kustomization(folder, 0, "Portable Gateway API, standard channel.", written.resources);
  return written;
}

std::vector<Json> closed_doors(Bundle& bundle, const Surface& surface) {
  std::vector<Json> out;
  for (const Member* member : surface.backends()) {
    for (const Service* door : member->doors) {
      const std::string id =
          bundle.evidence("public Service " + door->object.name, {{"type", door->type}}, place_of(door->object.where));
      out.push_back(closed(*door, member->ns, id));
    }
  }
  return out;
}

}  // namespace nsew::starter
