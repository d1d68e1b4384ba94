#!/usr/bin/env python3
"""What nsew says of every malformed file of the corpus: the table malformed.tsv (file, exit code, first message) holds.

usage: malformed.py NSEW_BINARY      with NSEW_CORPUS set; NSEW_UPDATE=1 writes the table anew
A run may not crash, hang, or take more memory than a small file can need.
"""
import os
import resource
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("malformed.tsv")
MOST_MEMORY, MOST_SECONDS = 512 << 20, 20


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def said_of(nsew, path, root):
    done = subprocess.run([nsew, "advise", "--now", "2026-11-24", str(path)], capture_output=True, timeout=MOST_SECONDS, preexec_fn=limits)
    first = done.stderr.decode("utf-8", "replace").split("\n")[0].replace(str(root) + "/", "")
    return str(done.returncode), first


def main():
    nsew, root = sys.argv[1], Path(os.environ["NSEW_CORPUS"])
    files = sorted(p for kind in root.iterdir() for p in kind.glob("malformed/**/*") if p.is_file())
    rows = {str(p.relative_to(root)): said_of(nsew, p, root) for p in files}
    text = "".join("\t".join((name, *row)) + "\n" for name, row in rows.items())
    wrong = [name for name, (code, _) in rows.items() if code not in ("0", "65", "66")]
    if os.environ.get("NSEW_UPDATE") == "1":
        TABLE.write_text(text)
    expected = dict(line.split("\t", 1) for line in TABLE.read_text().splitlines())
    for name, row in rows.items():
        if expected.get(name) != "\t".join(row):
            wrong.append(name)
            print(f"{name}\n  expected {expected.get(name)}\n  now      {' '.join(row)}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    if peak > MOST_MEMORY:
        wrong.append(f"peak memory {peak >> 20} MiB")
    print(f"{len(rows)} malformed files, {len(rows) - len(wrong)} as the table says, peak memory {peak >> 20} MiB")
    return bool(wrong) or not rows


sys.exit(main())
