#include <algorithm>

#include "lint/checks.hpp"
#include "lint/look.hpp"
#include "measure/existing.hpp"

namespace nsew {
namespace {

constexpr std::string_view retired = "ingress-nginx";

void add_controllers(const Assessment& assessment, std::vector<Finding>& findings) {
  for (const Workload& workload : assessment.picture.inventory.workloads)
    if (!workload.job && incumbent_of(workload) == retired)
      findings.push_back(about(workload.object, workload.object.where,
                               shown(workload.object) + " runs ingress-nginx, which upstream retired in March 2026"));
}

std::vector<Finding> run(const Assessment& assessment) {
  std::vector<Finding> findings;
  add_controllers(assessment, findings);
  for (const Route& route : assessment.picture.inventory.routes)
    if (incumbent_of(route) == retired && chosen(assessment.picture, route.object.ns))
      findings.push_back(
          about(route.object, route.object.where,
                shown(route.object) + " is served by ingress-nginx, which upstream retired in March 2026"));
  return findings;
}

}  // namespace

const Check retired_gateway{
    .code = "NSEW0304",
    .name = "retired-gateway",
    .level = Severity::warning,
    .summary = "an edge that its makers no longer maintain (ingress-nginx)",
    .page =
        R"(The maintenance of ingress-nginx, the community controller for class nginx, ended in March 2026. It goes on
working, but an edge that faces the internet and gets no security fixes is borrowed time, whatever else
nsew finds about the system. This is why `keep-current` is never the answer for it.

The controller of the company NGINX (annotations under nginx.org/) is another product and not meant, nor is
any Ingress of another class.)",
    .remedy = "move the routes to Gateway API: `nsew starter --target gateway-api` writes them",
    .applies = always,
    .run = run};

}  // namespace nsew
