#!/usr/bin/env python3
"""seeds.py NSEW_BINARY OUT [FILE_OR_DIRECTORY...]

Cuts the samples (or what is given) into small seeds for the fuzzers: OUT/<format>/…, OUT/manifests/…. Which format a
file has is what nsew says. Files of lines become a few lines each, JSON documents a few elements of their arrays.
"""
import json
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LARGEST = 6000


def formats(nsew, paths):
    """(file, format) of every file below the paths that nsew can read."""
    for path in paths:
        for file in sorted(p for p in ([path] if path.is_file() else path.rglob("*")) if p.is_file()):
            ran = subprocess.run([nsew, "advise", "-q", str(file), "-o", "json"], capture_output=True)
            try:
                for row in json.loads(ran.stdout)["inputs"]:
                    yield file, "manifests" if row["role"] == "manifests" else row["format"]
            except (json.JSONDecodeError, KeyError, UnicodeDecodeError):
                continue


def shorter(value, keep):
    """A document with the first `keep` elements of each long array."""
    if isinstance(value, list):
        return [shorter(v, keep) for v in value[:keep]]
    return {k: shorter(v, keep) for k, v in value.items()} if isinstance(value, dict) else value


def seeds(data):
    yield data[:LARGEST]
    try:
        document = json.loads(data)
        for keep in (1, 2, 4):
            yield json.dumps(shorter(document, keep), separators=(",", ":")).encode()
        return
    except (ValueError, RecursionError):
        pass
    for separator in (b"\n---\n", b"\n"):
        parts = data.split(separator)
        step = max(1, len(parts) // 12)
        for at in range(0, len(parts), step):
            yield separator.join(parts[at:at + 3])[:LARGEST]


def main():
    nsew, out, *given = sys.argv[1:]
    count = {}
    for file, form in formats(nsew, [Path(p) for p in given] or [SAMPLES]):
        folder = Path(out) / form
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds(file.read_bytes()):
            count[form] = count.get(form, 0) + 1
            (folder / f"{count[form]:04}").write_bytes(seed)
    for form in sorted(count):
        print(form, count[form])


if __name__ == "__main__":
    main()
