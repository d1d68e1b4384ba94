#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

std::vector<Finding> run(const Assessment& assessment) {
  const RecordedDecision& decision = *assessment.decision;
  if (decision.outcome == assessment.verdict.outcome) return {};
  const Object object{{}, "Decision", {}, decision.outcome, {}, {}, decision.where};
  return {about(
      object, decision.where,
      "the recorded decision is " + decision.outcome + ", but the inputs now lead to " + assessment.verdict.outcome,
      assessment.verdict.outcome)};
}

bool applies(const Assessment& assessment) { return assessment.decision && !assessment.decision->outcome.empty(); }

}  // namespace

const Check decision_drift{
    .code = "NSEW0801",
    .name = "decision-drift",
    .level = Severity::error,
    .summary = "the inputs lead to another outcome than the recorded decision",
    .page = R"(.nsew.yaml keeps the decision that people took, and today's traffic and manifests no longer lead to it.
Nothing is broken by that. It means that what the decision rested on has changed: services were added,
traffic moved, a need was declared, or the recording is thinner than the one of that day.

Look at what moved in the reasons of `nsew advise`. Then either record the new outcome
with `nsew decide`, or leave the system as it is and write down why.)",
    .remedy = "look at the reasons of `nsew advise`, then record the outcome again with `nsew decide`",
    .applies = applies,
    .run = run};

}  // namespace nsew
