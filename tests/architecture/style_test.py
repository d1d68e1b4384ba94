#!/usr/bin/env python3
"""Files have at most 400 lines and functions fewer than 60; prints the spread. Needs universal-ctags."""
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def spread(name, sizes):
    ordered = sorted(size for size, _ in sizes)
    at = lambda q: ordered[min(len(ordered) - 1, int(q * len(ordered)))]
    print(f"{name}: {len(ordered)}, median {at(0.5)}, p90 {at(0.9)}, largest {max(sizes)[0]} ({max(sizes)[1]})")


def main():
    files = sorted(str(p.relative_to(ROOT)) for folder in ("cli", "tests") for p in (ROOT / folder).rglob("*.[ch]pp"))
    sources = [f for f in files if f.startswith("cli/")]
    lines = [(len((ROOT / f).read_text().splitlines()), f) for f in files]
    tags = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "--kinds-C++=f", "-f", "-", *sources], cwd=ROOT,
                          capture_output=True, text=True, check=True).stdout
    functions = []
    for line in tags.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            functions.append((tag["end"] - tag["line"] + 1, f"{tag['path']}:{tag['line']} {tag['name']}"))
    spread("lines per file of cli", [entry for entry in lines if entry[1].startswith("cli/")])
    spread("lines per function of cli", functions)
    problems = [f"{f}: {n} lines" for n, f in lines if n > LONGEST_FILE]
    problems += [f"{f}: {n} lines" for n, f in functions if n >= LONGEST_FUNCTION]
    for problem in problems:
        print("too long:", problem)
    return bool(problems)


sys.exit(main())
