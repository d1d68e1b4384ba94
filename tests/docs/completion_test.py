#!/usr/bin/env python3
"""The completion scripts, asked as their shells ask them: a flag whose values are fixed offers exactly those of the tables.

usage: completion_test.py NSEW_BINARY
bash is asked always; fish where it is installed; zsh, which completes only at a terminal, is read.
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NSEW = sys.argv[1]


def nsew(*arguments):
    return subprocess.run([NSEW, *arguments], capture_output=True, text=True, check=True).stdout


def names(what):
    return [row["name"] for row in json.loads(nsew("list", what, "-o", "json"))]


def reports_of(command):
    return re.search(r"report to write: ([\w, ]+?)\s*\(", re.sub(r"\s+", " ", nsew(command, "--help"))).group(1).split(", ")


FILES = ["a b.yaml", "traces.json"]
# The words before the cursor, the last of them unfinished; what is offered.
CASES = [
    (["lint", "--fail-on", ""], ["info", "warning", "error", "none"]),
    (["lint", "--fail-on", "e"], ["error"]),
    (["advise", "--color", ""], ["auto", "always", "never"]),
    (["advise", "--min-confidence", ""], ["low", "medium", "high"]),
    (["advise", "--as", ""], names("formats")),
    (["advise", "-o", ""], reports_of("advise")),
    (["lint", "--output", ""], reports_of("lint")),
    (["starter", "--target", ""], names("targets")),
    (["list", "-o", ""], ["text", "json"]),
    (["list", ""], [re.split(r"[^\w-]", word)[0] for word in re.search(r"\{([\w,-]+)\}", nsew("list", "--help")).group(1).split(",")]),
    (["schema", ""], ["report", "graph"]),
    (["completion", ""], ["bash", "zsh", "fish"]),
    (["advise", "--facts", ""], FILES),
    (["advise", ""], FILES),
    (["advise", "--since", ""], []),
    (["lint", "--sho"], ["--show"]),
]


def bash(script, words, folder):
    # As bash hands them over: cut at `=`.
    cut = [part for word in ["nsew", *words] for part in re.split("(=)", word) if part] + ([""] if words[-1] == "" else [])
    ask = (f"source {script}; COMP_WORDS=({' '.join(repr(word) for word in cut)}); COMP_CWORD={len(cut) - 1}; _nsew; "
           'for word in "${COMPREPLY[@]}"; do echo "$word"; done')
    return subprocess.run(["bash", "-c", ask], cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()


def fish(script, words, folder):
    ask = f"source {script}; complete -C {json.dumps('nsew ' + ' '.join(words))}"
    run = subprocess.run(["fish", "--no-config", "-c", ask], cwd=folder, capture_output=True, text=True, check=True)
    return [line.split("\t")[0].replace("\\ ", " ") for line in run.stdout.splitlines()]


def zsh_values(script, command, flag):
    page = re.search(rf"^    {command}\)\n(.*?)^      ;;", script, re.M | re.S).group(1)
    found = re.search(rf"^ +'\*{flag}\[.*\]:value:\((.*)\)'", page, re.M)
    return found.group(1).split() if found else None


def main():
    problems = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "here")
        folder.mkdir()
        for name in FILES:
            (folder / name).touch()
        scripts = {shell: Path(place, shell) for shell in ("bash", "fish", "zsh")}
        for shell, path in scripts.items():
            path.write_text(nsew("completion", shell))
        shells = {"bash": bash} | ({"fish": fish} if shutil.which("fish") else {})
        equals = [(["lint", "--fail-on="], ["info", "warning", "error", "none"]), (["lint", "-o", "json=tr"], ["traces.json"])]
        for shell, ask in shells.items():
            for words, wanted in CASES + (equals if shell == "bash" else []):
                offered = ask(scripts[shell], words, folder)
                if sorted(offered) != sorted(wanted):
                    problems.append(f"{shell}: nsew {' '.join(words)}<TAB> offers {offered}, not {wanted}")
        text = scripts["zsh"].read_text()
        for words, wanted in CASES:
            if len(words) == 3 and words[2] == "" and wanted and wanted != FILES and zsh_values(text, *words[:2]) != wanted:
                problems.append(f"zsh: {words} offers {zsh_values(text, *words[:2])}, not {wanted}")
    print("\n".join(problems) or f"{len(CASES)} completions, {', '.join(shells)} asked, zsh read: as the tables say")
    return 1 if problems else 0


sys.exit(main())
