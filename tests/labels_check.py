#!/usr/bin/env python3
"""Real systems from their manifests alone, against what a careful architect says of each (manifest-labels.yaml).

usage: labels_check.py NSEW_BINARY     with NSEW_CORPUS and NSEW_CASES set; needs python3-yaml
Right: the outcome is accepted, or it is insufficient-data with an accepted lean (unless only insufficient-data is). A needless
mesh is one where the label accepts none.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

MESHES = {"mesh-ambient", "mesh-sidecar", "mesh+gateway"}
LEAST_RIGHT = 40


def verdict(nsew, folder):
    done = subprocess.run([nsew, "advise", "-q", "--partial", str(folder), "-o", "json"], capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)["verdict"]


def accepts(accepted, outcome):
    return outcome in accepted or (outcome in MESHES and "mesh" in accepted)


def main():
    labels = yaml.safe_load((Path(os.environ["NSEW_CASES"]) / "manifest-labels.yaml").read_text())["systems"]
    right, needless = 0, 0
    for label in labels:
        said = verdict(sys.argv[1], Path(os.environ["NSEW_CORPUS"]) / "manifests" / label["system"])
        outcome, lean, accepted = said["outcome"], said["lean"], label["accept"]
        lenient = outcome == "insufficient-data" and accepted != ["insufficient-data"] and lean and accepts(accepted, lean)
        good = accepts(accepted, outcome) or lenient
        right += good
        needless += outcome in MESHES and not (MESHES | {"mesh"}) & set(accepted)
        if not good:
            print(f"{label['system']}: {outcome} (lean {lean}), accepted: {', '.join(accepted)}")
    print(f"manifest labels: {right} of {len(labels)} right, {needless} needless meshes")
    return right < LEAST_RIGHT or needless > 0


sys.exit(main())
