#!/usr/bin/env python3
"""Runs labelled decision cases through `nsew advise --facts` and compares outcome, mode, confidence and citations.

The first argument is the binary, NSEW_CASES the folder with decision-cases.yaml and independent-cases.yaml. The defaults of the
first file are applied here, because nsew itself never fills a gap. Exits 1 below 40 of 40, below 28 of 30, or with one
needless mesh. `-v` prints every line."""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

LEVELS = ["low", "medium", "high"]
PARTIAL_FROM = "A49"  # from here on a fact left out is unknown
RECOMPUTE = pathlib.Path(__file__).with_name("recompute.py")


def filled(defaults, inputs):
    sheet = copy.deepcopy(defaults)
    for section, facts in inputs.items():
        sheet.setdefault(section, {}).update(facts)
    return sheet


def advise(sheet):
    """The report, or what nsew said instead."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(sheet, file)  # JSON is YAML
        file.flush()
        run = subprocess.run([sys.argv[1], "advise", "--facts", file.name, "-o", "json"],
                             capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"nsew exits {run.returncode}: {run.stderr}")
    again = subprocess.run([sys.executable, RECOMPUTE], input=run.stdout, capture_output=True, text=True, check=False)
    return json.loads(run.stdout)["verdict"], again.stderr.strip()


def fits_mode(verdict, wanted):
    return wanted is None or str(verdict["mode"]) == wanted or (
        wanted == "ambient" and str(verdict["mode"]).startswith("ambient"))


def differences(verdict, expected, exact):
    allowed = [expected["outcome"]] + expected.get("also_acceptable", [])
    if verdict["outcome"] not in allowed:
        yield f"outcome {verdict['outcome']}, not {' or '.join(allowed)}"
    elif exact and verdict["outcome"] != expected["outcome"]:
        yield f"outcome {verdict['outcome']}, acceptable, but not {expected['outcome']}"
    if verdict["outcome"] == expected["outcome"] and not fits_mode(verdict, expected.get("mode")):
        yield f"mode {verdict['mode']}, not {expected['mode']}"
    if "confidence" in expected and verdict["confidence"] != expected["confidence"]:
        yield f"confidence {verdict['confidence']}, not {expected['confidence']}"
    at_most = expected.get("confidence_at_most", "high")
    if LEVELS.index(verdict["confidence"]) > LEVELS.index(at_most):
        yield f"confidence {verdict['confidence']}, above {at_most}"
    cited = {reason["rule"] for reason in verdict["because"]}
    for rule in expected.get("rules_that_must_be_cited", []):
        if rule not in cited:
            yield f"{rule} is not cited"


def needless_mesh(verdict, expected):
    allowed = [expected["outcome"]] + expected.get("also_acceptable", [])
    return verdict["outcome"].startswith("mesh") and not any(word.startswith("mesh") for word in allowed)


def check(cases, defaults, exact):
    right = needless = 0
    for case in cases:
        partial = not exact and case["id"] >= PARTIAL_FROM
        verdict, recomputed = advise(case["inputs"] if partial else filled(defaults, case["inputs"]))
        problems = list(differences(verdict, case["expected"], exact))
        problems += [f"recomputed: {recomputed}"] if recomputed else []
        right += not problems
        needless += needless_mesh(verdict, case["expected"])
        score = verdict["score"]
        if problems or "-v" in sys.argv:
            print(f"{case['id']} {verdict['outcome']} {verdict['mode']} {verdict['confidence']} "
                  f"score {score['value']:.1f} ({score['low']:.1f} to {score['high']:.1f}) {'; '.join(problems)}")
    return right, needless


def main():
    folder = pathlib.Path(os.environ["NSEW_CASES"])
    decision = yaml.safe_load((folder / "decision-cases.yaml").read_text())
    independent = yaml.safe_load((folder / "independent-cases.yaml").read_text())
    right, needless = check(decision["cases"], decision["defaults"], exact=True)
    others, more = check(independent["cases"], decision["defaults"], exact=False)
    print(f"decision cases: {right} of {len(decision['cases'])}; independent cases: {others} of "
          f"{len(independent['cases'])}; needless meshes: {needless + more}")
    return 0 if right == len(decision["cases"]) and others >= 28 and needless + more == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
