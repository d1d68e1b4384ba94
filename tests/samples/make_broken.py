#!/usr/bin/env python3
"""Writes samples/broken from samples/shop: recordings that were cut, mistyped or damaged; --check as in make_shop.py."""
import gzip
import io
import json
import sys
import zlib
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def shop(name):
    return (SAMPLES / "shop" / name).read_bytes()


def packed(data):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as file:
        file.write(data)
    return out.getvalue()


def wrong_types():
    """The first three traces, each with one thing of the wrong type."""
    traces = json.loads(shop("jaeger.json"))["data"][:3]
    traces[0]["spans"][0]["startTime"] = "this morning"
    traces[1]["spans"][0]["references"] = {"refType": "CHILD_OF"}
    traces[2]["spans"] = 7
    return json.dumps({"data": traces}, indent=1).encode() + b"\n"


def wrong_bytes():
    """Three lines of OTLP, the middle one with bytes that are not UTF-8."""
    lines = shop("otlp.jsonl").splitlines()[:3]
    lines[1] = lines[1].replace(b"service.name", b"service\xff\xfename", 1)
    return b"\n".join(lines) + b"\n"


def broken_line():
    """Flows with a line that is half a flow and a line that is something else."""
    lines = shop("hubble.jsonl").splitlines()[:6]
    lines[2] = lines[2][:200]
    lines[4] = b'{"greeting":"hello"}'
    return b"\n".join(lines) + b"\n"


FILES = {
    "cut-short.json": lambda: shop("jaeger.json")[:12_000],
    "cut-short.jsonl": lambda: b"\n".join(shop("otlp.jsonl").splitlines()[:4])[:-700],
    "wrong-types.json": wrong_types,
    "wrong-bytes.jsonl": wrong_bytes,
    "broken-lines.jsonl": broken_line,
    "cut-short.json.gz": lambda: packed(shop("zipkin.json"))[:6_000],
    "empty.json": lambda: b"",
}


def same(name, one, other):
    """Compressors differ from system to system; what comes out does not."""
    if not name.endswith(".gz"):
        return one == other
    one, other = (zlib.decompressobj(31).decompress(data) for data in (one, other))
    return one[:10_000] == other[:10_000]


def main():
    check, stale = sys.argv[1:] == ["--check"], []
    for name, make in FILES.items():
        path, data = SAMPLES / "broken" / name, make()
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        elif not path.exists() or not same(name, path.read_bytes(), data):
            stale.append(name)
    for name in stale:
        print(f"samples/broken/{name} is not what tests/samples/make_broken.py makes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
