#!/usr/bin/env python3
"""Runs every `$ nsew …` of the console blocks in README.md and tests/cases/*.md and compares what it prints.

usage: console_test.py NSEW_BINARY     run from anywhere; commands run at the top of the project
A line `$ command` is run by bash with nsew on the PATH; the lines below it, to the next `$` or the end of the block, are exactly its
stdout and stderr, in this order. `(exit N)` as the last line states an exit code other than 0. A block opened with
```console no-run is only shown. NSEW_UPDATE=1 writes what is printed now; read the diff then.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(command, environment):
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    out = done.stdout + done.stderr
    if done.returncode:
        out += ("" if out.endswith("\n") or not out else "\n") + f"(exit {done.returncode})\n"
    return out


def check(path, environment):
    """The file as it should be, how many commands ran, and a list of differences."""
    result, problems, commands = [], [], 0
    lines = path.read_text().splitlines(keepends=True)
    at, inside = 0, False
    while at < len(lines):
        line = lines[at]
        at += 1
        result.append(line)
        if line.startswith("```"):
            inside = line.strip() == "```console"
        if not inside or not line.startswith("$ "):
            continue
        start, expected = at, []
        while at < len(lines) and not lines[at].startswith(("$ ", "```")):
            expected.append(lines[at])
            at += 1
        printed = run(line[2:], environment)
        commands += 1
        result.append(printed)
        if printed != "".join(expected):
            problems.append(f"{path.relative_to(ROOT)}:{start}: {line.strip()}\n--- shown\n{''.join(expected)}--- printed\n{printed}")
    return "".join(result), commands, problems


def main():
    binary = Path(sys.argv[1]).resolve()
    failed = total = 0
    with tempfile.TemporaryDirectory() as scratch:
        environment = {"PATH": f"{binary.parent}:/usr/bin:/bin", "HOME": scratch, "TMPDIR": scratch, "LC_ALL": "C.UTF-8",
                       "NSEW_NOW": "2026-11-24", "T": scratch}
        for path in [ROOT / "README.md", *sorted((ROOT / "tests/cases").glob("*.md"))]:
            text, commands, problems = check(path, environment)
            total += commands
            failed += len(problems)
            print(*problems, sep="\n", end="\n" if problems else "")
            if os.environ.get("NSEW_UPDATE") == "1" and problems:
                path.write_text(text)
    print(f"{total} commands run, {failed} differ")
    return bool(failed) or total == 0


sys.exit(main())
