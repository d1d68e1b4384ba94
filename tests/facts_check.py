#!/usr/bin/env python3
"""What `-o facts` writes, `--facts` reads: fed back, the sheet of every recording of samples/shop gives the same verdict, scope and all.

usage: facts_check.py NSEW_BINARY
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SHOP = Path(__file__).resolve().parents[1] / "samples" / "shop"
INPUTS = [[SHOP / name, SHOP / "manifests"] for name in ("otlp.jsonl", "hubble.jsonl", "istio-access.log", "gateway-access.log")]


def verdict(*arguments):
    run = subprocess.run([sys.argv[1], "advise", "-q", *map(str, arguments), "-o", "json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)["verdict"]


def main():
    problems = []
    with tempfile.TemporaryDirectory() as place:
        sheet = Path(place, "facts.yaml")
        for inputs in [*INPUTS, [SHOP / "otlp.jsonl"], [SHOP / "manifests"], [SHOP / "otlp.jsonl", "-n", "shop"]]:
            measured = verdict(*inputs, "-o", f"facts={sheet}")
            again = verdict("--facts", sheet)
            problems += [f"{inputs[0].name}: {key} was {measured[key]}, fed back {again[key]}"
                         for key in measured if measured[key] != again[key]]
    print("\n".join(problems) or "every verdict came back")
    return 1 if problems else 0


sys.exit(main())
