#!/usr/bin/env python3
"""documents SPANS JAEGER ZIPKIN: the spans of OTLP JSON lines as one Jaeger document and as one Zipkin document."""
import json
import sys
from collections import defaultdict

TYPES = {"stringValue": "string", "intValue": "int64", "doubleValue": "float64", "boolValue": "bool"}
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


def tags(attributes):
    for one in attributes:
        (kind, value), = one["value"].items()
        yield {"key": one["key"], "type": TYPES[kind], "value": int(value) if kind == "intValue" else value}


def jaeger_span(span, process):
    references = [{"refType": "CHILD_OF", "traceID": span["traceId"], "spanID": span["parentSpanId"]}] if span["parentSpanId"] else []
    references += [{"refType": "FOLLOWS_FROM", "traceID": link["traceId"], "spanID": link["spanId"]} for link in span.get("links", [])]
    start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    kind = {"key": "span.kind", "type": "string", "value": KINDS[span["kind"]]}
    return {"traceID": span["traceId"], "spanID": span["spanId"], "operationName": span["name"], "references": references,
            "startTime": start // 1000, "duration": (end - start) // 1000, "tags": [kind, *tags(span["attributes"])],
            "logs": [], "processID": process, "warnings": None}


def zipkin_span(span, resource):
    start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    said = {tag["key"]: str(tag["value"]) for tag in tags(span["attributes"])}
    made = {"traceId": span["traceId"], "id": span["spanId"], "name": span["name"], "kind": KINDS[span["kind"]].upper(),
            "timestamp": start // 1000, "duration": (end - start) // 1000,
            "localEndpoint": {"serviceName": resource["service.name"]}, "tags": said}
    if span["parentSpanId"]:
        made["parentId"] = span["parentSpanId"]
    return made


def main():
    source, jaeger, zipkin = sys.argv[1:]
    traces, processes = defaultdict(list), defaultdict(dict)
    with open(source, encoding="utf-8") as lines, open(zipkin, "w", encoding="utf-8") as out:
        comma = "["
        for line in lines:
            for block in json.loads(line)["resourceSpans"]:
                attributes = block["resource"]["attributes"]
                resource = {one["key"]: one["value"]["stringValue"] for one in attributes}
                process = resource["k8s.pod.name"]
                for span in (span for scope in block["scopeSpans"] for span in scope["spans"]):
                    traces[span["traceId"]].append(json.dumps(jaeger_span(span, process), separators=(",", ":")))
                    processes[span["traceId"]][process] = {"serviceName": resource["service.name"], "tags": list(tags(attributes))}
                    out.write(comma + json.dumps(zipkin_span(span, resource), separators=(",", ":")))
                    comma = ","
        out.write("]\n")
    with open(jaeger, "w", encoding="utf-8") as out:
        out.write('{"data":[')
        for place, (trace, spans) in enumerate(traces.items()):
            out.write("," if place else "")
            out.write(f'{{"traceID":"{trace}","spans":[{",".join(spans)}],"processes":{json.dumps(processes[trace])}}}')
        out.write('],"total":0,"limit":0,"offset":0,"errors":null}\n')


main()
