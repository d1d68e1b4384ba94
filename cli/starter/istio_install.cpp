#include "starter/istio_install.hpp"

#include <fmt/format.h>

#include "starter/products.hpp"

namespace nsew::starter {
namespace {

std::string chart(const std::string& release, const std::string& name, const Product& istio,
                  const std::string& values) {
  return fmt::format("# helm upgrade --install {} istio/{} --version {} -n {}{} --wait\n", release, name, istio.version,
                     istio.namespace_, values);
}

std::string istiod(const Product& istio) {
  return "# written by nsew starter (istio-ambient)\n# helm repo add istio "
         "https://istio-release.storage.googleapis.com/charts\n" +
         chart("istio-base", "base", istio, " --create-namespace") +
         chart("istiod", "istiod", istio, " -f values-istiod.yaml") +
         chart("istio-cni", "cni", istio, " -f values-cni.yaml") +
         chart("ztunnel", "ztunnel", istio, " -f values-ztunnel.yaml") +
         "profile: ambient\n"
         "autoscaleMin: 2\n"
         "env:\n"
         "  # Phase 2. Every ztunnel must be 1.29 or newer: an older one enforces a dry-run policy.\n"
         "  AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY: \"true\"\n"
         "meshConfig:\n"
         "  # Istio's default retries twice, also calls that change something and may have run. No recording says "
         "which may run twice.\n"
         "  defaultHttpRetryPolicy:\n"
         "    attempts: 0\n"
         "  accessLogFile: \"\"   # switched on per scope with Telemetry\n";
}

}  // namespace

void write_install(Bundle& bundle) {
  const Product istio = product("istio");
  bundle.text("install/values-istiod.yaml", 0, istiod(istio));
  bundle.text("install/values-cni.yaml", 0,
              "# written by nsew starter (istio-ambient)\n# On GKE, k3s and OpenShift set global.platform: a wrong "
              "platform gives pods that never start.\n"
              "profile: ambient\n");
  bundle.text("install/values-ztunnel.yaml", 0,
              "# written by nsew starter (istio-ambient)\n# The chart's defaults, made explicit: one ztunnel per node "
              "carries all of its traffic.\n"
              "resources:\n  requests:\n    cpu: 200m\n    memory: 512Mi\n");
  bundle.plan.before.push_back(fmt::format("Kubernetes {}, Gateway API {}, Istio {} with the values in `install/`.",
                                           istio.kubernetes, istio.gateway_api, istio.version));
  bundle.plan.before.push_back(
      "`kubectl get netpol -A`: none, or each allows TCP 15008 to enrolled pods and 169.254.7.127/32 for probes.");
  bundle.plan.before.push_back(
      "No other mesh's labels on the namespaces (`istio-injection`, `istio.io/rev`, `linkerd.io/inject`); no pod on "
      "hostNetwork: it cannot be enrolled.");
}

}  // namespace nsew::starter
