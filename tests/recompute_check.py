#!/usr/bin/env python3
"""Judges made-up fact sheets, most of them with gaps, and works each verdict out again from `because` and `families`
alone (recompute.py). The binary is the only argument. The sheets come from a fixed seed."""
import json
import random
import subprocess
import sys
import tempfile

from recompute import recompute

SHEETS = 150
CHOICES = {
    "identity.caller_identity": ["none", "none", "desired", "required", "edge-clients-only"],
    "identity.zero_trust_mandate": [False, False, False, True],
    "existing.mesh": ["none", "none", "none", "istio-sidecar", "linkerd"],
    "existing.mesh_crds_only": [False, False, True],
    "existing.gateway": ["none", "envoy-gateway", "gateway-api-other", "ingress-nginx", "mesh-ingress"],
    "existing.edge_features_missing": [[], [], ["oidc"]],
    "constraints.envoyfilter": [False, False, True],
    "constraints.multicluster": ["none", "none", "single-network", "multi-network"],
    "constraints.unsupported_share": [0, 0, 0.5, 0.8],
    "constraints.latency_budget_ms": [2, 20, 200],
    "l7.east_west_canary": [False, True],
    "l7.grpc_unbalanced_share": [0, 0.5],
    "org.languages": [1, 3, 5],
    "org.platform_engineers": [0, 1, 4],
    "org.services_growth_12m": [1, 1.3, 2.5],
    "org.autoscaled_services": [0, 9],
    "topology.workloads": [0, 1, 3, 12, 60],
    "topology.datastores": [0, 1],
    "topology.components": [[], [1], [3], [7, 2], [11], [25], [60, 4]],
    "topology.caller_diversity": [1, 3, 9, 20],
    "topology.depth_p95": [1, 2, 3, 6],
    "topology.namespaces": [1, 6],
    "topology.cross_namespace_share": [0, 0.4],
    "traffic.north_south_calls": [0, 90, 1000, 5000],
    "traffic.east_west_calls": [0, 90, 1000, 5000, 40000],
    "traffic.nested_calls": [0, 90],
    "traffic.top_pair_share": [0.1, 0.6, 0.9],
    "traffic.top_caller_share": [0.2, 0.95],
    "traffic.async_messages": [0, 500000],
    "traffic.unknown_calls": [0, 0, 4000],
    "data.sources": [["traces", "manifests"], ["traces"], ["manifests"], ["flows"], ["request-logs"]],
    "data.traces": [3, 40, 200, 9000],
    "data.coverage": [0.2, 0.7, 0.95],
    "data.orphan_rate": [0, 0, 0.6],
    "data.sampling": ["head", "head", "tail"],
    "data.weights_known": [True, True, False],
}


def sheet(chance):
    gaps = chance.choice([0, 0.1, 0.5, 0.9])
    facts = {name: chance.choice(values) for name, values in CHOICES.items() if chance.random() >= gaps}
    return facts or {"existing.mesh": "none"}  # nothing at all is no input


def report_on(facts):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(facts, file)  # JSON is YAML
        file.flush()
        run = subprocess.run([sys.argv[1], "advise", "--facts", file.name, "-o", "json"],
                             capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"nsew exits {run.returncode} for {json.dumps(facts)}: {run.stderr}")
    return json.loads(run.stdout)["verdict"]


def main():
    chance = random.Random(20)
    outcomes = {}
    for _ in range(SHEETS):
        facts = sheet(chance)
        verdict = report_on(facts)
        try:
            found = recompute(verdict)
        except SystemExit as problem:
            sys.exit(f"{problem} for {json.dumps(facts)}")
        if found != (verdict["outcome"], verdict["mode"]):
            sys.exit(f"{found} is not {verdict['outcome']} {verdict['mode']} for {json.dumps(facts)}")
        outcomes[verdict["outcome"]] = outcomes.get(verdict["outcome"], 0) + 1
    print(f"{SHEETS} verdicts worked out again:", ", ".join(f"{n} {word}" for word, n in sorted(outcomes.items())))
    return 0 if len(outcomes) == 7 else "not every outcome was met"


if __name__ == "__main__":
    sys.exit(main())
