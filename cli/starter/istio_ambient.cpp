#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/gateway_plan.hpp"
#include "starter/istio_install.hpp"
#include "starter/names.hpp"
#include "starter/policies.hpp"
#include "starter/table.hpp"

namespace nsew {
namespace starter {
namespace {

struct Mesh {
  Bundle& bundle;
  Members members;
  Surface surface;
  Site site;
  std::vector<Callee> callees;
  std::set<std::string> namespaces;  // enrolled
  std::set<std::string> with_gateway_label;
  std::vector<NamedPolicy> policies;
  std::vector<const NamedPolicy*> behind_waypoint;

  bool gateway() const { return !surface.hosts.empty(); }
  std::string gateway_account() const { return gateway() ? site.ns + "/" + site.name + "-istio" : ""; }
};

std::set<std::string> namespaces_of(const Picture& picture, const Members& members) {
  std::set<std::string> out;
  for (const auto& [id, member] : members.by_id) {
    const bool ours = member.kind == NodeKind::service || member.kind == NodeKind::datastore;
    if (ours && member.nameable() && !member.selector.empty() && in_scope(picture, member.ns)) out.insert(member.ns);
  }
  return out;
}

Mesh mesh_of(Bundle& bundle) {
  const Picture& picture = bundle.assessment().picture;
  Mesh mesh{bundle, members_of(picture), {}, {}, {}, {}, {}, {}, {}};
  mesh.surface = surface_of(picture, mesh.members);
  mesh.site = site_of(picture, mesh.surface);
  mesh.site.gateway_class = "istio";
  mesh.site.pod_security = "baseline";
  mesh.callees = callees_of(picture, mesh.members, mesh.surface);
  mesh.namespaces = namespaces_of(picture, mesh.members);
  return mesh;
}

Json namespace_json(const std::string& ns) {
  return {{note("This namespace exists already: apply server-side, never prune. Not enrolled yet."), nullptr},
          {"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata",
           {{"name", ns},
            {"annotations",
             {{"argocd.argoproj.io/sync-options", "Prune=false,ServerSideApply=true"},
              {"kustomize.toolkit.fluxcd.io/prune", "disabled"}}}}}};
}

Json telemetry_json() {
  return {{note("Nothing is enrolled yet. This only prepares what the next phases are judged by."), nullptr},
          {"apiVersion", "telemetry.istio.io/v1"},
          {"kind", "Telemetry"},
          {"metadata", {{"name", "mesh-default"}, {"namespace", "istio-system"}}},
          {"spec",
           {{"accessLogging",
             Json::array({{{"providers", Json::array({{{"name", "envoy"}}})},
                           {"filter", {{"expression", "response.code >= 400 || connection.mtls == false"}}}}})}}}};
}

Json peer_authentication(const std::string& ns) {
  return {{"apiVersion", "security.istio.io/v1"},
          {"kind", "PeerAuthentication"},
          {"metadata", {{"name", "default"}, {"namespace", ns}}},
          {"spec", {{"mtls", {{"mode", "PERMISSIVE"}}}}}};
}

void observe(Mesh& mesh) {
  std::vector<std::string> resources{"telemetry.yaml"};
  if (mesh.gateway()) {
    const Written written = write_base(mesh.bundle, mesh.surface, mesh.site, "ingress");
    mesh.with_gateway_label = written.namespaces;
    resources.push_back("../../ingress");
  }
  std::vector<Json> others;
  for (const std::string& ns : mesh.namespaces) {
    if (mesh.with_gateway_label.count(ns) == 0) others.push_back(namespace_json(ns));
  }
  if (!others.empty()) {
    mesh.bundle.yaml("phases/0-observe/namespaces.yaml", 0, others);
    resources.push_back("namespaces.yaml");
  }
  mesh.bundle.yaml("phases/0-observe/telemetry.yaml", 0, {telemetry_json()});
  mesh.bundle.kustomization("phases/0-observe", 0, "Istio is installed; nothing is enrolled.", resources);
  mesh.bundle.plan.phases.push_back(
      {"0-observe",
       mesh.gateway() ? "Istio installed; the Gateway answers next to the door of today; telemetry"
                      : "Istio installed; telemetry",
       mesh.gateway() ? "Gateway `Programmed`; the checks below pass" : "ztunnel and istiod are ready",
       "delete the phase"});
}

void enrol(Mesh& mesh) {
  std::vector<Json> peers;
  Json patches = Json::array();
  for (const std::string& ns : mesh.namespaces) {
    peers.push_back(peer_authentication(ns));
    const bool has_labels = mesh.with_gateway_label.count(ns) != 0;
    const Json mode{{"istio.io/dataplane-mode", "ambient"}};
    const Json add =
        has_labels ? Json{{"op", "add"}, {"path", "/metadata/labels/istio.io~1dataplane-mode"}, {"value", "ambient"}}
                   : Json{{"op", "add"}, {"path", "/metadata/labels"}, {"value", mode}};
    patches.push_back(patch({{"kind", "Namespace"}, {"name", "^" + ns + "$"}}, {add}));
  }
  mesh.bundle.yaml("phases/1-enroll/peerauthentication.yaml", 1, peers);
  mesh.bundle.kustomization(
      "phases/1-enroll", 1,
      "Enrolment is one label per namespace; no pod is restarted. PERMISSIVE still accepts plaintext.",
      {"../0-observe", "peerauthentication.yaml"}, patches);
  mesh.bundle.plan.phases.push_back(
      {"1-enroll", "one label per namespace; mTLS between enrolled pods, plaintext still accepted",
       "`istioctl ztunnel-config workloads -n istio-system` shows HBONE for every pod; error rate as before for a day",
       "remove the label"});
}

// Per namespace what keeps it from a default deny: callees without a policy, and those whose callers are no part of the
// system.
std::map<std::string, std::set<std::string>> kept_open(const Mesh& mesh) {
  std::map<std::string, std::set<std::string>> open;
  for (const Callee& callee : mesh.callees) {
    if (!callee.refused.empty()) open[callee.member->ns].insert(code(callee.member->id));
  }
  for (const auto& [id, member] : mesh.members.by_id) {
    const bool others = member.kind == NodeKind::gateway || member.kind == NodeKind::platform;
    if (member.seen && others) open[member.ns].insert(code(id));
  }
  return open;
}

std::set<std::string> closed_namespaces(const Mesh& mesh) {
  std::set<std::string> closed;
  for (const NamedPolicy& policy : mesh.policies) closed.insert(policy.callee->member->ns);
  for (const auto& [ns, names] : kept_open(mesh)) closed.erase(ns);
  return closed;
}

void write_l4(Mesh& mesh) {
  std::vector<std::string> resources;
  std::map<std::string, std::set<std::string>> taken;
  for (const std::string& ns : closed_namespaces(mesh)) {
    const std::string file = "default-deny-" + ns + ".yaml";
    mesh.bundle.yaml(
        "policies/l4/" + file, 2,
        {{{note("An ALLOW policy without rules matches nothing: what no other policy allows is refused."), nullptr},
          {"apiVersion", "security.istio.io/v1"},
          {"kind", "AuthorizationPolicy"},
          {"metadata", {{"name", "default-deny"}, {"namespace", ns}}},
          {"spec", Json::object()}}});
    resources.push_back(file);
  }
  for (const NamedPolicy& policy : mesh.policies) {
    const std::string file = policy.callee->member->ns + "-" + policy.name + ".yaml";
    mesh.bundle.yaml("policies/l4/" + file, 2, {policy.document});
    resources.push_back(file);
  }
  std::sort(resources.begin(), resources.end());
  mesh.bundle.kustomization("policies/l4", 2, "One ALLOW policy per callee, callers as recorded.", resources);
}

void allow_l4(Mesh& mesh) {
  write_l4(mesh);
  const Json any_policy{{"group", "security.istio.io"}, {"kind", "AuthorizationPolicy"}};
  const Json dry{{"op", "add"}, {"path", "/metadata/annotations"}, {"value", {{"istio.io/dry-run", "true"}}}};
  mesh.bundle.kustomization("phases/2-dry-run", 2,
                            "ztunnel logs and counts what the policies would refuse. Nothing is refused.",
                            {"../1-enroll", "../../policies/l4"}, Json::array({patch(any_policy, {dry})}));
  const Json strict{{"op", "replace"}, {"path", "/spec/mtls/mode"}, {"value", "STRICT"}};
  mesh.bundle.kustomization(
      "phases/3-enforce-l4", 3,
      "Policies refuse, plaintext is refused. Only after a week without a would-be denial or plaintext.",
      {"../1-enroll", "../../policies/l4"},
      Json::array({patch({{"group", "security.istio.io"}, {"kind", "PeerAuthentication"}}, {strict})}));
  const std::string door =
      mesh.gateway() ? "**all public traffic enters through the gateway** (STRICT cuts the old door off); " : "";
  mesh.bundle.plan.phases.push_back(
      {"2-dry-run", fmt::format("{} policies with `istio.io/dry-run`", mesh.policies.size()),
       "7 days without a would-be denial of a legitimate call; otherwise add the caller to `policies/l4`",
       "previous directory"});
  mesh.bundle.plan.phases.push_back(
      {"3-enforce-l4", "policies enforce; `STRICT`", door + "no plaintext for 7 days", "previous directory"});
}

Json account_patches(const Mesh& mesh, bool replace) {
  Json patches = Json::array();
  for (const NamedPolicy* policy : mesh.behind_waypoint) {
    const std::string waypoint = policy->callee->member->ns + "/waypoint";
    Json operation{{"op", "add"},
                   {"path", "/spec/rules/0/from/-"},
                   {"value", {{"source", {{"serviceAccounts", Json::array({waypoint})}}}}}};
    if (replace) {
      std::set<std::string> kept{waypoint};
      if (policy->callee->routed) kept.insert(mesh.gateway_account());
      const Json source{{"source", {{"serviceAccounts", std::vector<std::string>(kept.begin(), kept.end())}}}};
      operation = {{"op", "replace"}, {"path", "/spec/rules/0/from"}, {"value", Json::array({source})}};
    }
    patches.push_back(patch({{"group", "security.istio.io"},
                             {"kind", "AuthorizationPolicy"},
                             {"name", "^" + policy->name + "$"},
                             {"namespace", policy->callee->member->ns}},
                            {operation}));
  }
  return patches;
}

void write_waypoint(Mesh& mesh) {
  std::vector<Json> gateways, services, l7, traffic;
  std::set<std::string> namespaces;
  for (const NamedPolicy* policy : mesh.behind_waypoint) {
    if (namespaces.insert(policy->callee->member->ns).second) {
      for (Json& document : waypoint_of(policy->callee->member->ns)) gateways.push_back(std::move(document));
    }
    services.push_back(waypoint_service(*policy->callee));
    l7.push_back(l7_policy(mesh.bundle, *policy->callee));
    for (Json& document : waypoint_traffic(mesh.bundle, *policy->callee)) traffic.push_back(std::move(document));
  }
  std::vector<std::string> resources{"../3-enforce-l4"};
  for (const auto& [file, documents] : {std::pair("waypoint.yaml", &gateways),
                                        {"services.yaml", &services},
                                        {"authz-l7.yaml", &l7},
                                        {"traffic.yaml", &traffic}}) {
    if (documents->empty()) continue;
    mesh.bundle.yaml(std::string("phases/4-waypoint/") + file, 4, *documents);
    resources.emplace_back(file);
  }
  mesh.bundle.kustomization("phases/4-waypoint", 4,
                            "What came through a waypoint reaches the pod as the waypoint: the L4 policies learn it "
                            "here and forget\nthe callers in the next phase; the other way round is an outage.",
                            resources, account_patches(mesh, false));
  mesh.bundle.kustomization("phases/5-no-bypass", 5,
                            "Pods behind the waypoint accept nobody else, so that its policies cannot be bypassed.",
                            {"../4-waypoint"}, account_patches(mesh, true));
}

void waypoint(Mesh& mesh) {
  for (const NamedPolicy& policy : mesh.policies) {
    if (needs_waypoint(*policy.callee)) mesh.behind_waypoint.push_back(&policy);
  }
  if (mesh.behind_waypoint.empty()) {
    mesh.bundle.plan.lead.push_back(
        "No callee has callers that differ in what they change (by the operations recorded): no waypoint, L4 is "
        "enough.");
    return;
  }
  write_waypoint(mesh);
  std::string names;
  for (const NamedPolicy* policy : mesh.behind_waypoint)
    names += (names.empty() ? "" : ", ") + code(policy->callee->member->id);
  mesh.bundle.plan.lead.push_back("Callers of these differ in what they change, so a waypoint tells them apart: " +
                                  names + ". All others need nothing above L4.");
  mesh.bundle.plan.phases.push_back({"4-waypoint", fmt::format("L7 for {} services", mesh.behind_waypoint.size()),
                                     "waypoint `Programmed`; `istioctl ztunnel-config service` lists it for exactly "
                                     "these services; their p99 within +5 ms",
                                     "previous directory"});
  mesh.bundle.plan.phases.push_back({"5-no-bypass", "their pods accept only the waypoint",
                                     "a call to the pod's address from a caller is refused", "previous directory"});
}

// Callees without a policy whose reason stands nowhere else.
void plan_never_called(Mesh& mesh) {
  const std::set<std::string> closed = closed_namespaces(mesh);
  for (const auto& [id, member] : mesh.members.by_id) {
    const auto refused = [self = &member](const Callee& it) { return it.member == self && !it.refused.empty(); };
    const auto covers = [self = &member](const NamedPolicy& policy) { return policy.callee->member == self; };
    const bool known = std::ranges::any_of(mesh.callees, refused);
    const bool guarded = std::ranges::any_of(mesh.policies, covers);
    const bool called = std::ranges::find(mesh.callees, &member, &Callee::member) != mesh.callees.end();
    const bool ours = member.kind != NodeKind::gateway && member.kind != NodeKind::platform;
    if (known || guarded || !ours || member.service == nullptr || mesh.namespaces.count(member.ns) == 0) continue;
    mesh.bundle.plan.yours.push_back(fmt::format(
        "{} {}, so no policy is written for it: {}.", code(id),
        called ? "was called, but by nobody whom a policy could name" : "is declared, but no call to it was recorded",
        closed.count(member.ns) != 0 ? "default-deny refuses its callers until they are added"
                                     : "every pod may go on calling it"));
  }
}

void plan_open_namespaces(Mesh& mesh) {
  const auto open = kept_open(mesh);
  const std::set<std::string> closed = closed_namespaces(mesh);
  for (const std::string& ns : mesh.namespaces) {
    if (closed.count(ns) != 0) continue;
    const auto why = open.find(ns);
    const std::string reason =
        why == open.end() ? "no call to it was recorded"
                          : "no policy can list the callers of " + join({why->second.begin(), why->second.end()}, ", ");
    mesh.bundle.plan.yours.push_back(fmt::format(
        "No default-deny is written for {}: {}. What has no policy of its own there stays open.", code(ns), reason));
  }
}

void plan_the_rest(Mesh& mesh) {
  Plan& plan = mesh.bundle.plan;
  plan_the_callees(mesh.bundle, mesh.callees);
  plan_the_accounts(mesh.bundle, mesh.callees);
  if (mesh.policies.empty()) {
    plan.unknown.push_back(
        "Who calls whom: no call between known services was recorded, so there are no policies and no phases after "
        "enrolment.");
  } else {
    plan_open_namespaces(mesh);
    plan_never_called(mesh);
    plan.unknown.push_back(
        "Callers that were silent while this was recorded (a monthly job). Never go from phase 1 to 3: the dry run "
        "finds them.");
  }
  plan.unknown.push_back("Where traces go: tracing needs a provider in the mesh's own configuration; none is set up.");
  plan.assumed.push_back(
      "Sizes of istiod, ztunnel and waypoint; trust domain as installed (serviceAccounts match in any).");
}

std::vector<StarterFile> generate(const Assessment& assessment) {
  Bundle bundle("istio-ambient", assessment);
  Mesh mesh = mesh_of(bundle);
  plan_the_start(bundle, "an Istio ambient mesh", mesh.members);
  if (mesh.namespaces.empty()) {
    bundle.plan.unknown.push_back(
        "Which pods to enrol: no manifest declares a Service with pods. Add the manifests of the system.");
    return bundle.finish();
  }
  write_install(bundle);
  observe(mesh);
  enrol(mesh);
  mesh.policies = l4_policies(bundle, mesh.callees, mesh.gateway_account());
  if (!mesh.policies.empty()) {
    allow_l4(mesh);
    waypoint(mesh);
  }
  if (mesh.gateway()) {
    check_the_gateway(bundle, mesh.surface, mesh.site);
    plan_the_surface(bundle, mesh.surface, mesh.site);
  }
  plan_the_rest(mesh);
  return bundle.finish();
}

}  // namespace

const Target istio_ambient_target{
    .name = "istio-ambient",
    .summary = "Istio ambient: enrolment, allow-lists with dry run, a waypoint where needed",
    .generate = generate};

}  // namespace starter
}  // namespace nsew
