#!/usr/bin/env python3
"""coverage.py NSEW_BINARY [REPLICATES]

Does the 95 % interval of the east-west share cover the truth? A population of traces with known calls (clustered: a
trace's calls depend on what was asked) is sampled at the head, each trace with the probability of its entry service
(1/64, 1/16 or 1/4, written as `ot=th`), REPLICATES times (1000), and each sample goes through the real binary. Three
populations: every call known, and 10 % and 20 % of the calls without their caller's span, so that nsew cannot tell
their class. Exits 1 unless the interval covers in 93 to 97 % of the replicates (at least 93 % with unknown calls).
"""
import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TRACES = 20_000
RATES = {"web": ("fc", 1 / 64), "app": ("f", 1 / 16), "api": ("c", 1 / 4)}


def span(service, trace, identifier, parent, threshold):
    above = f'"parentSpanId":"{parent:016x}",' if parent else ""
    return ('{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},"scopeSpans":[{"spans":['
            '{"traceId":"%032x","spanId":"%016x","traceState":"ot=th:%s",%s"name":"GET /","kind":2,'
            '"startTimeUnixNano":"1790000000000000000","endTimeUnixNano":"1790000000010000000"}]}]}'
            % (service, trace, identifier, threshold, above))


def one_trace(number, unknown, draw):
    """(probability, line, east-west calls, calls): a request from outside and what it sets off, more for some requests."""
    entry = draw.choice(list(RATES))
    threshold, probability = RATES[entry]
    busy = draw.random() < 0.3
    inner = min(40, int(draw.expovariate(1 / 6.0))) if busy else draw.choice((0, 0, 1, 1, 2))
    ids = iter(draw.sample(range(1, 1 << 62), 3 * inner + 2))
    root = next(ids)
    spans, callers = [span(entry, number, root, 0, threshold)], [(root, entry)]
    for _ in range(inner):
        parent, caller = draw.choice(callers)
        callee, here = draw.choice([s for s in ("cart", "stock", "price", "users") if s != caller]), next(ids)
        known = draw.random() >= unknown
        spans.append(span(callee, number, here, parent if known else next(ids), threshold))
        callers.append((here, callee))
    return probability, '{"resourceSpans":[%s]}\n' % ",".join(spans), inner, inner + 1


def measured(nsew, folder, number, lines):
    file = Path(folder) / f"{number}.jsonl"
    file.write_text("".join(lines))
    ran = subprocess.run([nsew, "advise", "-q", str(file), "-o", "json", "--threads", "1"], capture_output=True, check=False)
    file.unlink()
    share = json.loads(ran.stdout)["traffic"][0]["east_west_share"]
    return share["low"], share["high"], share["value"]


def coverage(nsew, replicates, unknown):
    draw = random.Random(f"population {unknown}")
    population = [one_trace(n + 1, unknown, draw) for n in range(TRACES)]
    truth = sum(t[2] for t in population) / sum(t[3] for t in population)
    samples = ([t[1] for t in population if draw.random() < t[0]] for _ in range(replicates))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda job: measured(nsew, folder, *job), enumerate(samples)))
    covered = sum(low <= truth <= high for low, high, _ in found) / replicates
    width = sum(high - low for low, high, _ in found) / replicates
    mean = sum(value for _, _, value in found) / replicates
    print(f"{unknown:4.0%} of the calls inside unknown: {covered:.1%} of {replicates} intervals cover the true share {truth:.4f}; "
          f"mean estimate {mean:.4f}, mean width {width:.4f}")
    return covered >= 0.93 and (unknown > 0 or covered <= 0.97)


def main():
    nsew, replicates = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    sys.exit(0 if all([coverage(nsew, replicates, unknown) for unknown in (0, 0.1, 0.2)]) else 1)


if __name__ == "__main__":
    main()
