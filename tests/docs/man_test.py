#!/usr/bin/env python3
"""The manual against the program: every flag and every listed name is in man/nsew.1, and the manual names no flag that is not there.

usage: man_test.py NSEW_BINARY
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NSEW = sys.argv[1]


def nsew(*arguments):
    return subprocess.run([NSEW, *arguments], capture_output=True, text=True, check=True).stdout


def plain(path):
    text = path.read_text().replace("\\-", "-").replace("\\(en", "-").replace("\\&", "")
    return re.sub(r"\\f[BIRP]", "", text)


def main():
    manual, rules_manual = plain(ROOT / "man/nsew.1"), plain(ROOT / "man/nsew-rules.5")
    commands = re.findall(r"^  ([a-z]+) ", nsew("--help").split("Subcommands:")[1], re.M)
    flags, problems = set(), []
    for command in commands:
        flags |= set(re.findall(r"(?<![\w-])(--?[a-zA-Z][\w-]*)", "\n".join(l for l in nsew(command, "--help").splitlines() if l.startswith("  -"))))
        if not re.search(rf"\b{command}\b", manual):
            problems.append(f"man/nsew.1 does not name the command {command}")
    for flag in sorted(flags):
        if not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", manual):
            problems.append(f"man/nsew.1 does not name {flag}")
    for flag in sorted(set(re.findall(r"(?<![\w-])(--[a-z][\w-]*)", manual)) - flags - {"--version", "--help"}):
        problems.append(f"man/nsew.1 names {flag}, which no command has")
    where = {"rules": rules_manual}
    for what in ("formats", "facts", "rules", "checks", "reports", "targets", "outcomes"):
        for row in json.loads(nsew("list", what, "-o", "json")):
            text = where.get(what, manual) + (rules_manual if what == "facts" else "")
            if not re.search(rf"(?<![\w.-]){re.escape(row['name'])}(?![\w-])", text):
                problems.append(f"the manual does not name {row['name']} of {what}")
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(commands)} commands, {len(flags)} flags, {len(problems)} problems")
    return bool(problems)


sys.exit(main())
