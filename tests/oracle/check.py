#!/usr/bin/env python3
"""check.py NSEW_BINARY [--seeds N] [--traces N] [--keep DIR]

Generates traces with every trap, lets `nsew advise FILE -o graph` read them, and compares its edges with those of the
slow reading beside this file: each (from, to, class) with its calls per sampling probability, and the repeated reports.
The first differences are printed, and the exit code is 1. What the definitions leave open is listed at the head of
reading.py and calls.py.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from calls import Edges
from generate import generate
from reading import spans_of


def graph_of(binary, path):
    run = subprocess.run([binary, "advise", str(path), "-o", "graph", "-q"], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{path}: nsew exits {run.returncode}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def seen_by_nsew(graph):
    counts = Counter()
    for edge in graph["edges"]:
        for probability, count in edge["seen"].get("traces", {"calls": []})["calls"]:
            counts[edge["from"], edge["to"], edge["class"], probability] += count
    return counts


def expected(path):
    edges = Edges(list(spans_of(path)))
    return edges.edges(), edges.join.repeated


def differences(path, binary):
    graph, (wanted, repeated) = graph_of(binary, path), expected(path)
    found = seen_by_nsew(graph)
    for key in sorted(set(wanted) | set(found)):
        if wanted[key] != found[key]:
            yield f"{key[0]} -> {key[1]} {key[2]} at {key[3]}: {found[key]} calls, should be {wanted[key]}"
    if graph["repeated"] != repeated:
        yield f"repeated: {graph['repeated']}, should be {repeated}"


def main():
    arguments = argparse.ArgumentParser(description="compare nsew with a plain reading of generated traces")
    arguments.add_argument("binary")
    arguments.add_argument("--seeds", type=int, default=20)
    arguments.add_argument("--traces", type=int, default=60)
    arguments.add_argument("--keep", type=Path, help="leave the generated files here")
    given = arguments.parse_args()
    bad = calls = files = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.seeds):
            for form in ("otlp", "jaeger"):
                path = (given.keep or Path(folder)) / f"{form}-{seed}.json"
                generate(path, seed, form, given.traces)
                found = list(differences(path, given.binary))
                calls += sum(expected(path)[0].values())
                files += 1
                for line in found[:10] if bad < 5 else []:
                    print(f"seed {seed} as {form}: {line}")
                bad += bool(found)
    print(f"{files - bad} of {files} generated files equal, {calls} calls compared")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
