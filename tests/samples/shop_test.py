#!/usr/bin/env python3
"""shop_test.py NSEW_BINARY

From each recording of samples/shop, with its manifests, come exactly the nodes and edges that its format can show, with
their counts in its unit. Both are worked out from the story that the recordings are made of.

What a format cannot show of the story:

  otlp.*, jaeger.json       who asked the gateway for what it passed on (one north-south call, not two), what is not
                            traced: scrapes, DNS, the broker between a message and its reader
  zipkin.json               the same, and links: a message that was read in a trace of its own is two halves; that the
                            first span of a job is no request: it has no kind
  zipkin-v1.json            as zipkin.json
  jaeger-es.ndjson          as jaeger.json
  nezha.csv                 kinds, peers and links: whoever is not traced is not called, a message is a call, a job and
                            a message that was read in a trace of its own begin with a call from outside
  xray.json                 messages: a producer calls the broker or, where its reader goes on with its trace, the
                            reader; that a job's first span is no request
  elastic-apm.ndjson        as otlp.jsonl
  skywalking.jsonl          as otlp.jsonl; a probe is known by its path
  skywalking.csv            the same, but links: a message that was read in a trace of its own is two halves
  alibaba.csv               who is asked outside the cluster
  hubble.jsonl              requests: it counts connections; that a message came from a certain producer
  istio-access.*            probes (they go to the sidecar's own port), scrapes, DNS, what the broker's readers read;
                            of stores, the broker and the payment host it shows connections, not requests
  vpc-flow.log, azure-flow.json, zeek-conn.log, conntrack.txt
                            requests; who has an address that no manifest claims: the platform's own pods, here
  gcp-vpc-flow.json, calico-flow.jsonl, netobserv.json
                            requests
  hubble.txt                requests; when: its times have no year
  gateway-access.log        everything that does not pass the gateway, as envoy-gateway.jsonl, ingress-nginx.* and traefik.*
  ztunnel.*                 requests, and who came in from outside: the gateway's callers have no tunnel
  linkerd-access.*          what has no proxy of Linkerd's: stores, the broker, the payment host, the gateway's callers
  kiali.json                counts, of rates with two decimals: rare calls vanish; connections, of bytes; the gateway's callers
  *-dependencies.json       callers from outside; that a link is a message; Jaeger's: what emits no spans
  istio-metrics.*           requests that the gateway answered itself; the query: connections
  service-graph.prom        that a probe is none; a message that was read in a trace of its own is one all the same
  hubble-metrics.prom       what answered a gateway's callers; DNS, which begins no connection
  caretta.prom              calls and connections: bytes alone; callers from outside
  linkerd-metrics.prom      what linkerd-access.* cannot
  linkerd-edges.*           counts, stores, callers from outside
  linkerd-stat.json         who calls
  otterize.*                counts, callers from outside, the broker
"""
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import shop_graphs
import shop_requests
from shop_logs import ASKS_DNS, SCRAPED
from shop_story import WORKLOADS, Story

SHOP = Path(__file__).resolve().parents[2] / "samples" / "shop"
UNITS = {"traces": "requests", "graph": "requests", "request-logs": "requests", "flows": "connections"}
STORY = Story()


def identity(name):
    return WORKLOADS[name].id if name in WORKLOADS else "outside"


def class_of(call):
    role = WORKLOADS[call.callee].role if call.callee in WORKLOADS else "outside"
    if call.caller == "kubelet":
        return "platform"
    if call.protocol == "kafka":
        return "async"
    if role == "datastore":
        return "datastore"
    if call.caller in ("outside", "gateway"):
        return "north-south"
    return "egress" if role == "outside" else "east-west"


def passed_on(call):
    """A request that the gateway gave to a backend is the call from the gateway to that backend."""
    return call.caller == "outside" and bool(call.children)


def edge(call, unit, callee=None):
    return identity(call.caller), identity(callee or call.callee), class_of(call), unit


def traced():
    return Counter(edge(call, "requests") for call in STORY.calls() if not passed_on(call))


def traced_without_links():
    counts = traced()
    for call in STORY.calls():
        if call.linked:
            counts[edge(call, "requests")] -= 1
            counts[identity("checkout"), identity("kafka"), "async", "requests"] += 1
            counts[identity("kafka"), identity("orders"), "async", "requests"] += 1
    for job in STORY.jobs():
        counts["outside", identity(job.service), "north-south", "requests"] += 1
    return counts


def traced_without_kinds():
    counts = Counter()
    for call in STORY.calls():
        if not WORKLOADS[call.callee].language if call.callee in WORKLOADS else True:
            continue
        if call.caller == "kubelet":
            counts[edge(call, "requests")] += 1
        elif call.caller not in WORKLOADS or call.linked:
            counts["outside", identity(call.callee), "north-south", "requests"] += not passed_on(call)
        else:
            cls = "north-south" if call.caller == "gateway" else "east-west"
            counts[identity(call.caller), identity(call.callee), cls, "requests"] += 1
    for job in STORY.jobs():
        counts["outside", identity(job.service), "north-south", "requests"] += 1
    return counts


def traced_without_links_but_jobs():
    counts = traced_without_links()
    for job in STORY.jobs():
        counts["outside", identity(job.service), "north-south", "requests"] -= 1
    return counts


def traced_without_messages():
    counts = traced()
    for call in STORY.calls():
        if call.protocol == "kafka":
            counts[edge(call, "requests")] -= 1
            if call.linked:
                counts[identity("checkout"), identity("kafka"), "async", "requests"] += 1
                counts["outside", identity("orders"), "north-south", "requests"] += 1
            else:
                counts[identity("checkout"), identity("orders"), "east-west", "requests"] += 1
    for job in STORY.jobs():
        counts["outside", identity(job.service), "north-south", "requests"] += 1
    return counts


def traced_by_name():
    counts = traced()
    for call in STORY.calls():
        if class_of(call) == "egress":
            counts[edge(call, "requests")] -= 1
            counts[identity(call.caller), "unknown", "unknown", "requests"] += 1
    return counts


def connected():
    counts = Counter()
    for call in STORY.calls():
        if call.caller == "outside":
            continue
        if call.caller == "kubelet":
            counts["reserved:host", identity(call.callee), "platform", "connections"] += 1
        elif call.protocol == "kafka":
            for end in (call.caller, call.callee):
                counts[identity(end), identity("kafka"), "async", "connections"] += 1
        else:
            counts[edge(call, "connections")] += 1
    for name in SCRAPED:
        counts[identity("prometheus"), identity(name), "platform", "connections"] += 1
    for name in ASKS_DNS:
        counts[identity(name), identity("coredns"), "platform", "connections"] += 1
    return counts


NOT_DECLARED = ("prometheus", "coredns")


def addressed():
    """What addresses tell: of pods that no manifest declares nobody knows who they are."""
    hidden = {identity(name) for name in NOT_DECLARED}
    counts = Counter()
    for (source, target, cls, unit), count in connected().items():
        known = source not in hidden and target not in hidden
        cls = cls if known or target == identity("coredns") else "unknown"  # the port of DNS tells
        ends = ["unknown" if end in hidden else end for end in (source, target)]
        counts[(*ends, cls, unit)] += count
    return counts


def logged():
    counts = Counter()
    for call in STORY.calls():
        if call.caller == "kubelet" or passed_on(call):
            continue
        if call.protocol == "kafka":
            counts[edge(call, "connections", "kafka")] += 1
        else:
            counts[edge(call, "requests" if call.protocol in ("http", "grpc") else "connections")] += 1
    return counts


def logged_at_the_gateway():
    return Counter({key: count for key, count in logged().items() if identity("gateway") in key[:2]})


EXPECTED = {"otlp.jsonl": traced, "jaeger.json": traced, "zipkin.json": traced_without_links, "hubble.jsonl": connected,
            "istio-access.log": logged, "istio-access.jsonl": logged, "gateway-access.log": logged_at_the_gateway}
EXPECTED |= dict.fromkeys(("otlp.binpb", "stdouttrace.jsonl", "opensearch.ndjson", "clickhouse.jsonl"), traced)
EXPECTED |= {"vpc-flow.log": addressed, "gcp-vpc-flow.json": connected, "azure-flow.json": addressed}
EXPECTED |= {"zipkin-v1.json": traced_without_links, "jaeger-es.ndjson": traced, "nezha.csv": traced_without_kinds}
EXPECTED |= {"hubble.txt": connected, "calico-flow.jsonl": connected, "netobserv.json": connected,
             "zeek-conn.log": addressed, "conntrack.txt": addressed}
EXPECTED |= {"xray.json": traced_without_messages, "elastic-apm.ndjson": traced,
             "skywalking.jsonl": traced, "skywalking.csv": traced_without_links_but_jobs,
             "alibaba.csv": traced_by_name}
TRACED = (traced, traced_without_links, traced_without_kinds, traced_without_messages,
          traced_without_links_but_jobs, traced_by_name)
COUNTED = shop_graphs.FORMATS | shop_requests.FORMATS
EXPECTED |= {name: lambda shows=shows: shows(STORY) for name, (_, shows, _) in COUNTED.items()}
EMITTERS = {workload.id for workload in WORKLOADS.values() if workload.language}


def uncounted(name):
    """Edges of which the format shows that they are there, and no calls or connections."""
    return set(COUNTED[name][2](STORY)) if name in COUNTED else set()


def kind_of(node):
    if node in ("outside", "unknown"):
        return node
    return "platform" if node == "reserved:host" else next(w.role for w in WORKLOADS.values() if w.id == node)


def graph_of(binary, name):
    command = [binary, "advise", str(SHOP / name), str(SHOP / "manifests"), "-o", "graph", "-q"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(command)} exits {run.returncode}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def edges_of(graph):
    counts = Counter()
    for found in graph["edges"]:
        for source, seen in found["seen"].items():
            counts[found["from"], found["to"], found["class"], UNITS[source]] += sum(n for _, n in seen["calls"])
    return counts


def differences(binary, name):
    graph, wanted = graph_of(binary, name), +EXPECTED[name]()
    found = edges_of(graph)
    bare = uncounted(name)
    for key in sorted(set(wanted) | set(found) | bare):
        if wanted[key] != found[key] or (key in found) != (key in wanted or key in bare):
            yield f"{key[0]} -> {key[1]} {key[2]}: {found[key]} {key[3]}, should be {wanted[key]}"
    nodes = {end for key in set(wanted) | bare for end in key[:2]} | (EMITTERS if EXPECTED[name] in TRACED else set())
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    for node in sorted(nodes | set(kinds)):
        wanted_kind = kind_of(node) if node in nodes else None
        if kinds.get(node) != wanted_kind:
            yield f"node {node}: {kinds.get(node)}, should be {wanted_kind}"


def main():
    bad = 0
    for name, expect in EXPECTED.items():
        found = list(differences(sys.argv[1], name))
        bad += len(found)
        print(f"{name}: {len(+expect())} edges, {sum(expect().values())} calls, {len(found)} differences")
        for line in found:
            print(f"  {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
