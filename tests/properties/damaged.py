#!/usr/bin/env python3
"""damaged.py NSEW_BINARY [COUNT [FILE...]]

COUNT copies of the recordings and manifests of samples/shop, each cut short or with flipped bytes, then every file of
samples/broken and each FILE: `nsew advise` reads it or says why not, and never crashes, hangs or ends in another way
(a sanitizer's report ends it in another way). The same COUNT damages the same bytes. Exits 1 naming each offender.
"""
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FINE, WEAK, UNREADABLE, NO_INPUT = 0, 3, 65, 66
MOST_SECONDS = 60


def damaged(data, rng):
    """Cut anywhere, or up to eight bytes changed in one bit, to a bracket or to a byte that no text has."""
    if rng.random() < 0.4:
        return data[: rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(changed))
        changed[place] = rng.choice([changed[place] ^ 1 << rng.randrange(8), ord(rng.choice('{}[]",:-&*\n\t')), 0, 255])
    return bytes(changed)


def write_damaged(count, folder):
    rng = random.Random(count)
    sources = sorted(path for path in (SAMPLES / "shop").rglob("*") if path.suffix in (".json", ".jsonl", ".ndjson", ".csv", ".log", ".txt", ".yaml", ".binpb"))
    for number in range(count):
        source = sources[number % len(sources)]
        path = folder / f"{number}-{source.name}"
        path.write_bytes(damaged(source.read_bytes(), rng))
        yield path


def complaint(binary, path):
    command = [binary, "advise", str(path), "-o", "json", "--now", "2026-11-24"]
    try:
        run = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"still reads after {MOST_SECONDS} s"
    said = run.stderr.decode("utf-8", "replace").strip()
    if run.returncode in (FINE, WEAK):
        return None
    if run.returncode in (UNREADABLE, NO_INPUT):
        return None if said else f"exits {run.returncode} without a word"
    return f"exits {run.returncode}: {said[-2000:]}"


def main():
    binary, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 48
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        paths = [*write_damaged(count, Path(folder)), *sorted((SAMPLES / "broken").iterdir()), *map(Path, sys.argv[3:])]
        complaints = list(zip(paths, pool.map(lambda path: complaint(binary, path), paths)))
    wrong = [(path, said) for path, said in complaints if said]
    for path, said in wrong:
        print(f"{path.name}: {said}")
    print(f"{len(paths)} damaged files, {len(wrong)} end wrongly")
    return bool(wrong)


sys.exit(main())
