#!/usr/bin/env python3
"""Compares nsew's call graph with independently computed edges of real recordings, edge by edge.

usage: compare.py NSEW [CORPUS]

CORPUS (else the environment's NSEW_CORPUS) holds traces/truth.json and flows/truth.json next to the files that they describe. Every difference has to be
listed in differences.yaml with its reason; a listed difference that is none any more fails as well.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

TRACE_FORMATS = {"otlp", "otlp-jsonl", "jaeger", "zipkin-v2"}
TRACE_FORMATS |= {"zipkin-v1", "jaeger-es", "jaeger-es-bulk", "nezha-csv", "otel-stdouttrace", "opensearch-otel-v1",
                  "elastic-apm-intake-v2"}
LOST_CALLER = "the caller's span is in no data"


def graph_of(nsew, path):
    run = subprocess.run([nsew, "advise", "-q", "-o", "graph", str(path)], capture_output=True, text=True)
    if run.returncode not in (0, 66):  # 66: read, and there was nothing in it
        return None
    return json.loads(run.stdout)


def observed(tally):
    return sum(count for _, count in tally)


def trace_edges(graph):
    """Calls of which both ends were seen, by service names. Roots and lost callers are no edges in truth."""
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    edges = collections.Counter()
    for edge in graph["edges"]:
        seen = edge["seen"].get("traces")
        if seen is None or edge["from"] == "outside":
            continue
        if edge["class"] == "async" and kinds[edge["from"]] in ("broker", "unknown"):
            continue
        count = observed(seen["calls"]) - seen["one_sided"] - observed(seen["reasons"].get(LOST_CALLER, []))
        if count:
            edges[f"{names[edge['from']]} -> {names[edge['to']]}"] += count
    return edges


def unpaired_edges(graph):
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    edges = collections.Counter()
    for edge in graph["edges"]:
        count = edge["seen"].get("traces", {}).get("flags", {}).get("unpaired", 0)
        if count:
            edges[f"{names[edge['from']]} -> {names[edge['to']]} (unpaired)"] += count
    return edges


def compare_trace(graph, truth):
    ours, theirs = trace_edges(graph), collections.Counter(truth["edges"])
    ours.update(unpaired_edges(graph))
    theirs.update({f"{edge} (unpaired)": count for edge, count in truth["leaf_known_by_edge"].items()})
    north_south = sum(observed(edge["seen"]["traces"]["calls"]) for edge in graph["edges"]
                      if edge["class"] == "north-south" and "traces" in edge["seen"])
    if north_south or truth["ns_calls_edge_aware"]:
        ours["(north-south)"], theirs["(north-south)"] = north_south, truth["ns_calls_edge_aware"]
    return ours, theirs


def flow_end(name, kinds):
    """Truth's name of an end as nsew's ids that mean the same."""
    if name == "world":
        return {"outside"}
    if "." in name.partition("/")[2]:  # a host that is no Service
        return {"outside"}
    if name.startswith("unknown/"):
        return {"unknown"}
    if name == "default/kubernetes":
        return {"reserved:kube-apiserver", "default/kubernetes"}
    if name == "node":
        return {"reserved:host"}
    if name in ("private-ip", "public-ip"):
        return {"unknown"} if name == "private-ip" else {"outside"}
    if name == "via-gateway":
        return {node for node, kind in kinds.items() if kind in ("gateway", "outside")}
    if name.startswith("ip:"):
        return {"unknown", "outside"}
    if name.endswith(".svc.cluster.local"):
        service, namespace = name.split(".")[:2]
        return {f"{namespace}/{service}"}
    return {name}


CLASS_OF = {"EW": {"east-west"}, "NS": {"north-south", "egress"}, "infra": {"platform"}, "unknown": {"unknown"},
            "unknown_source": {"unknown"}}


def opened(edge):
    """Truth drops answers, so a connection of which only the way back was recorded is none there."""
    return sum(observed(seen["calls"]) - (seen["one_sided"] if source == "flows" else 0)
               for source, seen in edge["seen"].items())


def compare_flow(graph, truth):
    """Edges with their class; where nsew says platform it says more than truth, which takes that out in app_only."""
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    ours, theirs, left = collections.Counter(), collections.Counter(), {}
    for edge in graph["edges"]:
        left[edge["from"], edge["to"], edge["class"]] = opened(edge)
    for edge in truth["edges"]:
        name = f"{edge['src']} -> {edge['dst']} {edge['class']}"
        theirs[name] += round(edge["count"])
        sources, targets = flow_end(edge["src"], kinds), flow_end(edge["dst"], kinds)
        for key in list(left):
            if key[0] in sources and key[1] in targets and key[2] in CLASS_OF[edge["class"]] | {"platform"}:
                taken = min(left[key], edge["count"] - ours[name])
                ours[name] += taken
                left[key] -= taken
    for (source, target, cls), count in left.items():
        if count:
            ours[f"{source} -> {target} {cls}"] += count
    app = truth.get("app_only", {}).get("totals")
    if app is not None:
        for cls in ("EW", "NS"):
            total = sum(opened(edge) for edge in graph["edges"] if edge["class"] in CLASS_OF[cls])
            if total or app.get(cls, 0):
                ours[f"(application's {cls})"], theirs[f"(application's {cls})"] = total, app.get(cls, 0)
    return ours, theirs


def rates_of(graph, truth, value):
    """A flow comparison of one source of a graph in Kiali's own unit, per second of its ten minutes."""
    edges = []
    for edge in graph["edges"]:
        count = round(value(edge["seen"]) / 600)
        if count:
            edges.append(edge | {"seen": {"graph": {"calls": [[1, count]]}}})
    return compare_flow(graph | {"edges": edges}, truth)


def compare_kiali(graph, truth):
    """Requests and, apart from them, bytes of TCP."""
    ours, theirs = rates_of(graph, truth, lambda seen: observed(seen.get("graph", {"calls": []})["calls"]))
    of_bytes = rates_of(graph, truth["tcp_bytes_per_second"], lambda seen: seen.get("flows", {"bytes": 0})["bytes"])
    for sums, tcp in zip((ours, theirs), of_bytes):
        sums.update({f"{edge} (tcp)": count for edge, count in tcp.items()})
    return ours, theirs


def compare_dependencies(graph, truth):
    """Links by the names of their ends, whatever class nsew gives them; links of a service to itself are no calls."""
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    ours, theirs = collections.Counter(), collections.Counter()
    for edge in graph["edges"]:
        ours[f"{names[edge['from']]} -> {names[edge['to']]}"] += observed(edge["seen"]["graph"]["calls"])
    for edge in truth["edges"]:
        theirs[f"{edge['src']} -> {edge['dst']}"] += edge["count"]
    if graph["not_observable"].get("north-south") != graph["records"]["graph"]:
        ours["(north-south is observable)"] = 1
    return ours, theirs


FLOW_FOLDERS = {"hubble": compare_flow, "istio-access-log": compare_flow, "netobserv": compare_flow,
                "kiali": compare_kiali,
                "jaeger-dependencies": compare_dependencies, "zipkin-dependencies": compare_dependencies}


def known_differences():
    lines = (pathlib.Path(__file__).parent / "differences.yaml").read_text().splitlines()
    rows = [json.loads(line[2:]) for line in lines if line.startswith("- ")]
    return {(row["file"], row["edge"]): row for row in rows}


def cases(corpus):
    traces = json.loads((corpus / "traces/truth.json").read_text())
    for name, truth in sorted(traces.items()):
        if truth["format"] in TRACE_FORMATS and "edges" in truth:
            yield f"traces/{name}", truth, compare_trace
    flows = json.loads((corpus / "flows/truth.json").read_text())["files"]
    for name, truth in sorted(flows.items()):
        how = FLOW_FOLDERS.get(name.split("/")[0])
        if how is not None:
            yield f"flows/{name}", truth, how


class Sums:
    def __init__(self):
        self.files = self.equal_files = self.calls = self.equal_calls = self.explained = self.failures = 0


def compare(nsew, corpus, name, truth, how, known, used, sums):
    graph = graph_of(nsew, corpus / name)
    if graph is None:
        sums.failures += 1
        print(f"FAILED {name}: nsew did not read it")
        return
    ours, theirs = how(graph, truth)
    calls = {edge: count for edge, count in theirs.items() if not edge.startswith("(")}
    sums.files += 1
    sums.calls += sum(calls.values())
    sums.equal_calls += sum(min(ours[edge], count) for edge, count in calls.items())
    wrong = [edge for edge in sorted(set(ours) | set(theirs)) if ours[edge] != theirs[edge]]
    sums.equal_files += not wrong
    for edge in wrong:
        row = known.get((name, edge))
        if row is not None and (row["ours"], row["theirs"]) == (ours[edge], theirs[edge]):
            used.add((name, edge))
            sums.explained += 1
            print(f"  {name}: {edge}: nsew {ours[edge]}, truth {theirs[edge]}: {row['why']}")
        else:
            sums.failures += 1
            print(f"FAILED {name}: {edge}: nsew {ours[edge]}, truth {theirs[edge]}")


def main():
    nsew, corpus = sys.argv[1], pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["NSEW_CORPUS"])
    known, used, sums = known_differences(), set(), Sums()
    for name, truth, how in cases(corpus):
        if (corpus / name).exists():
            compare(nsew, corpus, name, truth, how, known, used, sums)
    for name, edge in sorted(set(known) - used):
        if (corpus / name).exists():
            sums.failures += 1
            print(f"FAILED {name}: {edge}: is listed as a difference and is none")
    print(f"corpus: {sums.equal_files} of {sums.files} files equal, {sums.equal_calls} of {sums.calls} calls equal, "
          f"{sums.explained} differences explained, {sums.failures} not")
    return 1 if sums.failures or sums.files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
