#!/usr/bin/env python3
"""stories_test.py NSEW_BINARY: each fact sheet of samples/stories is judged to the outcome that it is named after."""
import json
import subprocess
import sys
from pathlib import Path

STORIES = Path(__file__).resolve().parents[2] / "samples" / "stories"
OUTCOMES = {"gateway", "gateway-mesh-ready", "mesh-ambient", "mesh-sidecar", "mesh+gateway", "keep-current",
            "insufficient-data"}


def outcome_of(binary, sheet):
    run = subprocess.run([binary, "advise", "--facts", str(sheet), "-o", "json", "-q"], capture_output=True, text=True,
                         check=False)
    if run.returncode != 0:
        raise SystemExit(f"{sheet.name}: nsew exits {run.returncode}: {run.stderr.strip()}")
    return json.loads(run.stdout)["verdict"]["outcome"]


def main():
    sheets = sorted(STORIES.glob("*.yaml"))
    wrong = [f"{sheet.name}: {outcome}" for sheet in sheets
             if (outcome := outcome_of(sys.argv[1], sheet)) != sheet.stem]
    missing = OUTCOMES - {sheet.stem for sheet in sheets}
    print(f"{len(sheets) - len(wrong)} of {len(sheets)} stories end as they should", *wrong, sep="\n  ")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
