#!/usr/bin/env python3
"""Writes the recordings of samples/shop from the story in shop_story.py; with --check says which are not current."""
import sys
from pathlib import Path

from shop_logs import cluster_pods, envoy_text, hubble, istio_json, istio_text
from shop_story import Story
from shop_traces import jaeger, otlp, zipkin
import shop_flows
import shop_graphs
import shop_requests
import shop_traces1
import shop_traces2

SHOP = Path(__file__).resolve().parents[2] / "samples" / "shop"
RECORDINGS = {"otlp.jsonl": otlp, "jaeger.json": jaeger, "zipkin.json": zipkin, "hubble.jsonl": hubble,
              "istio-access.log": istio_text, "istio-access.jsonl": istio_json, "gateway-access.log": envoy_text,
              "manifests/pods.json": cluster_pods}
RECORDINGS |= shop_traces1.RECORDINGS
RECORDINGS |= shop_flows.RECORDINGS
RECORDINGS |= shop_traces2.RECORDINGS
RECORDINGS |= shop_graphs.RECORDINGS | shop_requests.RECORDINGS


def recording(make):
    """Its lines as text, or its pieces where it is binary."""
    pieces = list(make(Story()))
    return b"".join(pieces) if isinstance(pieces[0], bytes) else "\n".join([*pieces, ""]).encode()


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, make in RECORDINGS.items():
        data = recording(make)
        path = SHOP / name
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            stale.append(name)
    for name in stale:
        print(f"samples/shop/{name} is not what tests/samples/make_shop.py makes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
