#include "report/outcomes.hpp"

#include <fmt/format.h>

namespace nsew {

std::span<const Outcome> outcomes() {
  static constexpr Outcome table[] = {
      {"gateway", "Use a gateway.",
       "A gateway is one managed door for the calls that come from outside: TLS, routing, limits, login. It is cheaper "
       "to run "
       "than a mesh, and a mesh can still be added later.",
       "envoy-gateway"},
      {"gateway-mesh-ready", "Use a gateway now, and keep it ready for a mesh.",
       "The system is close to the size or shape where a mesh starts to pay. Set up the gateway with Gateway API "
       "objects, which "
       "a mesh understands too, and look again when more services call each other.",
       "envoy-gateway"},
      {"mesh-ambient", "Use a service mesh, in ambient mode.",
       "Your services mostly call each other, and there are enough of them to need common rules. Ambient mode gives "
       "every "
       "service an identity and encryption through one proxy per node, without a sidecar in each pod. It brings its "
       "own ingress.",
       "istio-ambient"},
      {"mesh-sidecar", "Use a service mesh, with sidecars.",
       "Your services mostly call each other, or must prove who they are, and something you need does not work in "
       "ambient mode "
       "yet. Each pod gets a proxy of its own. The mesh brings its own ingress.",
       ""},
      {"mesh+gateway", "Use a service mesh, and a dedicated gateway in front.",
       "The calls between services need a mesh; the calls from outside need something that a mesh's own ingress lacks, "
       "or a "
       "working gateway is already there.",
       "istio-ambient"},
      {"keep-current", "Keep what you have.",
       "What is installed does the job. Nothing that was measured or declared asks for another gateway or another "
       "mesh.",
       ""},
      {"insufficient-data", "There is not enough data to decide.",
       "What was read fits more than one answer. The line below says which input would settle it.", ""},
  };
  return table;
}

const Outcome* outcome_called(std::string_view name) {
  for (const Outcome& one : outcomes()) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::string mode_meaning(std::string_view mode) {
  if (mode == "ambient-l4") return "identity and encryption only, no waypoint needed";
  if (mode == "ambient-l7") return "with waypoints (proxies that understand HTTP) where requests must be handled";
  if (mode == "sidecar") return "one proxy per pod";
  return {};
}

std::string headline(const Verdict& verdict) {
  const Outcome* outcome = outcome_called(verdict.outcome);
  std::string text(outcome != nullptr ? outcome->headline : std::string_view("No verdict."));
  if (verdict.outcome == "insufficient-data" && !verdict.lean.empty())
    text += fmt::format(" It leans to: {}.", verdict.lean);
  return text;
}

}  // namespace nsew
