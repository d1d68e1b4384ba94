#!/usr/bin/env python3
"""order.py NSEW_BINARY [--all] [RECORDING...]

Order, split and threads must not show: each recording of samples/shop (or each given one) is shuffled (OTLP span by
span), is spread over 2, 7 and 100 files in one run, and is read by 1, 2 and 4 threads, with all the memory it takes and
with little: one variant of each, or with --all every one of them together. `-o graph` and `-o facts` have to be the same
bytes every time, and `-o json` from its window on, but for the diagnostics. Exits 1 with the first differing line of
each variant.
"""
import itertools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

SHOP = Path(__file__).resolve().parents[2] / "samples" / "shop"
REPORTS = ("graph", "facts", "json")
RECORDINGS = ["otlp.jsonl", "jaeger.json", "zipkin.json", "hubble.jsonl", "istio-access.log", "istio-access.jsonl",
              "gateway-access.log", "vpc-flow.log", "gcp-vpc-flow.json", "azure-flow.json",
              "zipkin-v1.json", "jaeger-es.ndjson", "nezha.csv",
              "hubble.txt", "calico-flow.jsonl", "netobserv.json", "zeek-conn.log", "conntrack.txt",
              "xray.json", "elastic-apm.ndjson", "skywalking.jsonl", "skywalking.csv", "alibaba.csv"]
RECORDINGS += ["otlp.binpb", "stdouttrace.jsonl", "opensearch.ndjson", "clickhouse.jsonl"]
RECORDINGS += ["kiali.json", "jaeger-dependencies.json", "zipkin-dependencies.json", "istio-metrics.prom",
               "istio-metrics.json", "service-graph.prom", "hubble-metrics.prom", "caretta.prom",
               "linkerd-metrics.prom", "linkerd-edges.json", "linkerd-edges.txt", "linkerd-stat.json",
               "otterize.json", "envoy-gateway.jsonl", "ztunnel.log", "ztunnel.jsonl", "ingress-nginx.log",
               "ingress-nginx.jsonl", "traefik.log", "traefik.jsonl", "linkerd-access.log", "linkerd-access.jsonl"]


def span_by_span(line):
    """A line of OTLP as lines of one span each; any other line as it is."""
    if not line.startswith('{"resourceSpans"'):
        yield line
        return
    for block in json.loads(line)["resourceSpans"]:
        for scope in block["scopeSpans"]:
            for span in scope["spans"]:
                yield json.dumps({"resourceSpans": [{"resource": block["resource"], "scopeSpans": [{"spans": [span]}]}]})


def with_section(lines):
    """Each event of Elastic APM below its own copy of the line that says whose events follow."""
    section = None
    for line in lines:
        if line.startswith('{"metadata"'):
            section = line
        else:
            yield f"{section}\n{line}" if section else line


def header_of(lines):
    """Every part of a table needs the lines that name its columns."""
    if lines[0].startswith(("version ", "TraceID,", "timestamp,traceid", "StartTime,", "SRC ")):
        return lines[:1]
    return list(itertools.takewhile(lambda line: line.startswith("#"), lines))


def with_records(document, inside, key, records):
    filled = {**inside, key: records}
    return filled if inside is document else {**document, "data": filled}


def messages_of(data):
    """With their lengths of four bytes."""
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at:at + 4], "big")
        yield data[at:end]
        at = end


class Recording:
    """Its records and how they are written as one file: lines, or elements of an array."""

    def __init__(self, path):
        if path.suffix == ".binpb":
            self.records = list(messages_of(path.read_bytes()))
            self.write = b"".join
            return
        text = path.read_text(encoding="utf-8")
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            document = None
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith('{"index":')]
        if document is None:
            head = header_of(lines)
            rows = [line for line in lines if line not in head]
            self.records = [one for line in with_section(rows) for one in span_by_span(line)]
            self.write = lambda records: "\n".join([*head, *records]) + "\n"
        elif isinstance(document, list):
            self.records = document
            self.write = json.dumps
        elif "elements" in document:
            nodes = document["elements"]["nodes"]
            self.records = document["elements"]["edges"]
            self.write = lambda records: json.dumps({**document, "elements": {"nodes": nodes, "edges": records}})
        else:
            inside = document["data"] if isinstance(document.get("data"), dict) else document  # a Loki answer
            key = next(key for key, value in inside.items() if isinstance(value, list))
            self.records = inside.pop(key)
            self.write = lambda records: json.dumps(with_records(document, inside, key, records))

    def split(self, parts, rng):
        shuffled = list(self.records)
        rng.shuffle(shuffled)
        return [self.write(shuffled[part::parts]) for part in range(parts) if shuffled[part::parts]]


def advise(binary, files, how, folder):
    """Each report's text."""
    paths = {report: folder / f"report.{report}" for report in REPORTS}
    outputs = [word for report, path in paths.items() for word in ("-o", f"{report}={path}")]
    command = [binary, "advise", *map(str, files), *outputs, "-q", *how]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{files[0]} and {len(files) - 1} more: nsew exits {run.returncode}: {run.stderr.strip()}")
    texts = {report: path.read_text(encoding="utf-8") for report, path in paths.items()}
    return texts | {"json": without_names(texts["json"])}


def without_names(text):
    """The report but for what the inputs are called and what was said about them."""
    report = json.loads(text)
    keys = list(report)
    kept = {key: report[key] for key in keys[keys.index("window"):] if key != "diagnostics"}
    return json.dumps(kept, indent=1)


def first_difference(wanted, found):
    for number, (one, other) in enumerate(zip(wanted.splitlines(), found.splitlines()), 1):
        if one != other:
            return f"line {number}: {other[:300]!r} where one file in order gives {one[:300]!r}"
    return f"{len(found)} bytes, not {len(wanted)}"


def variants(recording, folder, everything):
    for parts in (1, 2, 7, 100):
        rng = random.Random(parts)
        files = []
        for place, text in enumerate(recording.split(parts, rng)):
            files.append(folder / f"part-{parts}-{place}")
            files[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
        rng.shuffle(files)
        for threads in (1, 2, 4) if everything else ({1: 4, 2: 2, 7: 1}.get(parts),):
            how = ["--threads", str(threads or 2)]
            if threads:
                yield f"{len(files)} files, {threads} threads", files, how
        if everything or not threads:
            yield f"{len(files)} files, {threads} threads, 16 MiB", files, [*how, "--memory", "16M"]


def prove(binary, path, everything):
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = advise(binary, [path], ["--threads", "1"], folder)
        for variant, files, how in variants(Recording(path), folder, everything):
            found = advise(binary, files, how, folder)
            for report in REPORTS:
                if found[report] != wanted[report]:
                    print(f"{path.name}, {report}, {variant}: {first_difference(wanted[report], found[report])}")
                    bad += 1
    return bad


def main():
    binary, everything = sys.argv[1], "--all" in sys.argv
    given = [Path(name) for name in sys.argv[2:] if name != "--all"] or [SHOP / name for name in RECORDINGS]
    bad = sum(prove(binary, path, everything) for path in given)
    print(f"{len(given)} recordings, {bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
