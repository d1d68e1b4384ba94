#!/usr/bin/env python3
"""Flow logs of the corpus for which it has no truth: a plain reading of our own, compared with nsew edge by edge.

usage: flows.py NSEW [CORPUS]

The reading knows no manifests: an end is a virtual machine that the record names, `outside` by a public address, else
`unknown`. Connections between two addresses outside are none of the system's. It shares no code with nsew.
"""
import collections
import ipaddress
import json
import os
import pathlib
import subprocess
import sys


def aws(text):
    for line in text.splitlines():
        words = line.split()
        if words[13] == "OK" and words[7] in ("6", "17"):
            yield words[3], int(words[5]), words[4], int(words[6]), {}, words[12] == "REJECT"


def gcp(text):
    for line in text.splitlines():
        entry = json.loads(line)["jsonPayload"]
        ends = entry["connection"]
        names = {ends[f"{way}_ip"]: entry[f"{way}_instance"]["vm_name"] for way in ("src", "dest") if f"{way}_instance" in entry}
        yield ends["src_ip"], int(ends["src_port"]), ends["dest_ip"], int(ends["dest_port"]), names, False


def azure(text):
    for line in text.splitlines():
        for flow in json.loads(line)["flowRecords"]["flows"]:
            for group in flow["flowGroups"]:
                for row in group["flowTuples"]:
                    words = row.split(",")
                    yield words[1], int(words[3]), words[2], int(words[4]), {}, words[7] == "D"


def zeek(text):
    for line in text.splitlines():
        row = json.loads(line)
        yield row["id.orig_h"], row["id.orig_p"], row["id.resp_h"], row["id.resp_p"], {}, False


READINGS = {"aws-vpc-flow": aws, "gcp-vpc-flow": gcp, "azure-vnet-flow": azure, "zeek-conn": zeek}
DOCUMENTATION = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def place(address):
    """Addresses for documentation stand for those of the internet."""
    parsed = ipaddress.ip_address(address)
    return "outside" if parsed.is_global or any(parsed in net for net in DOCUMENTATION) else "unknown"


def expected(records):
    edges, denied, seen = collections.Counter(), 0, {}
    for source, port, target, to_port, names, refused in records:
        if port < 32768 <= to_port or (port < 32768) == (to_port < 32768) and port < to_port:  # the way back
            source, port, target, to_port = target, to_port, source, port
        known = seen.setdefault((source, port, target, to_port), {"refused": refused, "names": {}})
        known["refused"] = known["refused"] and refused
        known["names"] |= names
    for (source, _, target, _), known in seen.items():
        ends = [known["names"].get(end) or place(end) for end in (source, target)]
        if known["refused"]:
            denied += 1
        elif ends != ["outside", "outside"]:
            edges[" -> ".join(ends)] += 1
    return edges, denied


def found(nsew, path):
    run = subprocess.run([nsew, "advise", "-q", "-o", "graph", str(path)], capture_output=True, text=True, check=True)
    graph = json.loads(run.stdout)
    edges = collections.Counter()
    for edge in graph["edges"]:
        edges[f"{edge['from']} -> {edge['to']}"] += sum(n for _, n in edge["seen"]["flows"]["calls"])
    return edges, graph["denied"]


def main():
    nsew, corpus = sys.argv[1], pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["NSEW_CORPUS"])
    files, bad = 0, 0
    for folder, reading in READINGS.items():
        for path in sorted((corpus / "flows" / folder).rglob("*.*")):
            wanted, got = expected(reading(path.read_text())), found(nsew, path)
            files += 1
            bad += wanted != got
            if wanted != got:
                print(f"{path.relative_to(corpus)}: {got}, should be {wanted}")
    print(f"{files} flow logs without a truth of the corpus, {files - bad} as a reading of our own has them")
    return 1 if bad or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
