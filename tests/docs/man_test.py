#!/usr/bin/env python3
"""The manual against the program: its lists are what `nsew list` and the flag tree say, and it names no flag that is not there.

usage: man_test.py NSEW_BINARY
A list stands between the comment lines `begin list WHAT` (or `begin flags COMMAND`) and `end`. NSEW_UPDATE=1 writes the lists anew.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NSEW = sys.argv[1]
MARKED = re.compile(r'(\.\\" begin (list|flags) (\w+)\n)(.*?)(\.\\" end\n)', re.S)


def nsew(*arguments):
    return subprocess.run([NSEW, *arguments], capture_output=True, text=True, check=True).stdout


def roff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped


def listed(what):
    rows = json.loads(nsew("list", what, "-o", "json"))
    return "".join(f".TP\n.B {roff(row['name'])}\n{roff(row['summary'])}\n" for row in rows)


def flags(command):
    text = ""
    for entry in re.findall(r"^  (-\S.*(?:\n {20,}\S.*)*)", nsew(command, "--help"), re.M):
        words = re.split(r"\s{2,}|\n\s+", entry.strip())
        if len(words) == 1 and " " in entry:  # the flag fills its column
            words = entry.split(" ... ", 1)
        name, summary = words[0], " ".join(words[1:])
        if not name.startswith(("-h,", "--help")):
            text += f".TP\n.B {roff(name)}\n{roff(summary)}\n"
    return text


def fresh(path):
    make = {"list": listed, "flags": flags}
    return MARKED.sub(lambda m: m.group(1) + make[m.group(2)](m.group(3)) + m.group(5), path.read_text())


def named_flags(text):
    return set(re.findall(r"(?<![\w-])(--[a-z][\w-]*)", text.replace("\\-", "-")))


def main():
    problems, manuals = [], [ROOT / "man/nsew.1", ROOT / "man/nsew-rules.5"]
    commands = re.findall(r"^  ([a-z]+) ", nsew("--help").split("Subcommands:")[1], re.M)
    known = {"--help", "--version"}.union(*(named_flags(nsew(command, "--help")) for command in commands))
    for path in manuals:
        text = fresh(path)
        if text != path.read_text():
            if os.environ.get("NSEW_UPDATE") == "1":
                path.write_text(text)
            problems.append(f"{path.relative_to(ROOT)}: its lists are not the program's; NSEW_UPDATE=1 writes them anew")
        problems += [f"{path.relative_to(ROOT)} names {flag}, which no command has" for flag in sorted(named_flags(text) - known)]
    manual = manuals[0].read_text().replace("\\-", "-")
    problems += [f"man/nsew.1 does not name {flag}" for flag in sorted(known - named_flags(manual))]
    problems += [f"man/nsew.1 does not name the command {c}" for c in commands if not re.search(rf"^\.B nsew {c}\b", manual, re.M)]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(commands)} commands, {len(known)} flags, {len(problems)} problems")
    return bool(problems)


sys.exit(main())
