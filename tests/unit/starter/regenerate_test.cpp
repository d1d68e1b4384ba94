// The call graph carries everything after it: every number of the configs follows from the graph file alone.
#include <cstring>

#include <doctest/doctest.h>

#include "boutique.hpp"

using namespace nsew;

namespace {

struct Carried {
  const char *what, *target, *path, *line;
};

constexpr const char *base = "base/httproute-boutique-frontend.yaml",
                     *traffic = "overlays/envoy-gateway/backendtrafficpolicy.yaml",
                     *proxy = "overlays/envoy-gateway/envoyproxy.yaml", *fence = "phases/4-fence/networkpolicies.yaml",
                     *inside = "phases/4-waypoint/traffic.yaml", *l7 = "phases/4-waypoint/authz-l7.yaml";

constexpr Carried carried[] = {
    {"timeout of the slow write", "gateway-api", base, "request: 10s\n"},
    {"timeout of the pages", "gateway-api", base, "request: 2s\n"},
    {"the write has a rule of its own", "gateway-api", base, "value: /cart/checkout\n"},
    {"retries where nearly all calls read", "envoy-gateway", traffic, "93.8 % of the calls of this rule only read"},
    {"no retries for the write", "envoy-gateway", traffic, "maxParallelRetries: 0\n"},
    {"local limit: 62 a second x 4, next ten, over two proxies", "envoy-gateway", traffic, "requests: 125\n"},
    {"the limit begins in shadow mode", "envoy-gateway", traffic, "shadowMode: true\n"},
    {"in flight by Little's law", "envoy-gateway", traffic,
     "62.0 calls a second in the busiest minute x p99 = 25.2 in flight"},
    {"circuit breaker of reads", "envoy-gateway", traffic, "maxParallelRequests: 256\n"},
    {"circuit breaker of the write", "envoy-gateway", traffic, "maxParallelRequests: 64\n"},
    {"tracing fraction", "envoy-gateway", proxy, "numerator: 5\n"},
    {"who receives traces", "envoy-gateway", proxy, "name: otel-collector\n"},
    {"a pod's port, not its Service's", "envoy-gateway", fence, "callers recorded: boutique/checkoutservice (E"},
    {"caller of the store", "istio-ambient", "policies/l4/boutique-redis-cart.yaml",
     "serviceAccounts: [boutique/cartservice]"},
    {"port of the mailer's pods", "istio-ambient", "policies/l4/boutique-emailservice.yaml", "ports: [\"8080\"]"},
    {"callers of the catalog", "istio-ambient", "policies/l4/boutique-productcatalogservice.yaml",
     "boutique/recommendationservice"},
    {"the gateway's own account", "istio-ambient", "policies/l4/boutique-frontend.yaml",
     "boutique-ingress/boutique-istio"},
    {"timeout inside", "istio-ambient", inside, "request: 1s\n"},
    {"limit inside", "istio-ambient", inside, "http2MaxRequests: 64\n"},
    {"who may ship", "istio-ambient", l7,
     "paths: [/hipstershop.ShippingService/GetQuote, /hipstershop.ShippingService/ShipOrder]"},
};

std::size_t count(const std::vector<StarterFile>& files, const char* prefix) {
  std::size_t n = 0;
  for (const StarterFile& file : files) n += file.path.rfind(prefix, 0) == 0 ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("every number that the configs carry follows from the graph file and the manifests") {
  const boutique::Case boutique;
  const Assessment assessment = boutique.assessment();
  for (const Carried& one : carried) {
    CAPTURE(one.what);
    const std::string text = boutique::file(boutique::generated(assessment, one.target), one.path);
    CHECK_MESSAGE(text.find(one.line) != std::string::npos, text);
  }
}

TEST_CASE("a policy per callee, and a waypoint only for callees whose callers differ in what they change") {
  const boutique::Case boutique;
  const auto files = boutique::generated(boutique.assessment(), "istio-ambient");
  CHECK(count(files, "policies/l4/boutique-") == 11);
  CHECK(count(files, "policies/l4/default-deny-") == 1);
  const std::string services = boutique::file(files, "phases/4-waypoint/services.yaml");
  struct Waypoint {
    const char* service;
    bool behind;
  };
  for (const Waypoint one : {Waypoint{"cartservice", true},
                             {"shippingservice", true},
                             {"currencyservice", false},
                             {"productcatalogservice", false},
                             {"paymentservice", false}}) {
    CAPTURE(one.service);
    CHECK((services.find(std::string("name: ") + one.service + "\n") != std::string::npos) == one.behind);
  }
}

TEST_CASE("what no trace carries is in no config and named in the plan") {
  const boutique::Case boutique;
  const auto files = boutique::generated(boutique.assessment(), "envoy-gateway");
  for (const StarterFile& file : files) {
    for (const char* field : {"connectTimeout:", "connectionLimit:\n", "requestReceivedTimeout:", "jwt:"}) {
      CAPTURE(file.path);
      CHECK(file.text.find(std::string("  ") + field) == std::string::npos);
    }
  }
  const std::string plan = boutique::file(files, "README.md");
  for (const char* what : {"connect times", "clients per node", "upload times", "credentials", "streams"}) {
    CAPTURE(what);
    CHECK(plan.find(what) != std::string::npos);
  }
}

TEST_CASE("the same assessment gives the same bytes, and a graph read back the same configs") {
  const boutique::Case first;
  boutique::Case second;
  Diagnostics diagnostics;
  second.seen = graph_from_json(to_json(first.seen), "again", diagnostics).value();
  for (const Target* target : targets()) {
    const auto one = target->generate(first.assessment()), other = target->generate(second.assessment());
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(one[i].path == other[i].path);
      CHECK(one[i].text == other[i].text);
      CHECK(written_by_nsew(one[i].text));
    }
  }
}

TEST_CASE("unknown sampling takes the limits out of the configs and into the plan") {
  boutique::Case boutique;
  boutique.seen.probabilities_known.clear();
  const auto files = boutique::generated(boutique.assessment(), "envoy-gateway");
  CHECK(boutique::file(files, "overlays/envoy-gateway/backendtrafficpolicy.yaml").find("rateLimit") ==
        std::string::npos);
  CHECK(boutique::file(files, "phases/3-enforce/kustomization.yaml").empty());
  CHECK(boutique::file(files, "README.md").find("--sampling-rate") != std::string::npos);
}
