"""The story as other tracers write it: Zipkin v1, Jaeger's Elasticsearch documents, tables of spans."""
import csv
import io

from shop_traces import FORMER, attributes_of, batches, by_trace, compact, jaeger_span, spans_of, zipkin_span

# -- Zipkin v1 ---------------------------------------------------------------------------------------------------------
CORE = {"CLIENT": ("cs", "cr"), "SERVER": ("sr", "ss"), "PRODUCER": ("ms", None), "CONSUMER": ("mr", None)}
ADDRESS = {"CLIENT": "sa", "SERVER": "ca", "PRODUCER": "ma", "CONSUMER": "ma"}


def zipkin_v1_half(half):
    """Annotations and binary annotations of one service's part."""
    local = half["localEndpoint"]
    begin, end = CORE.get(half.get("kind"), (None, None))
    times = [(begin, half["timestamp"]), (end, half["timestamp"] + half["duration"])]
    annotations = [{"timestamp": time, "value": value, "endpoint": local} for value, time in times if value]
    binary = [{"key": key, "value": value, "endpoint": local} for key, value in half.get("tags", {}).items()]
    if "remoteEndpoint" in half:
        binary.append({"key": ADDRESS[half["kind"]], "value": True, "endpoint": half["remoteEndpoint"]})
    if begin is None:
        binary.append({"key": "lc", "value": "", "endpoint": local})
    return annotations, binary


def zipkin_v1_span(halves):
    """As the server stored it: both halves of a call in one span, whose times are the client's."""
    first = halves[0]
    raw = {key: first[key] for key in ("traceId", "id", "parentId", "name", "timestamp", "duration") if key in first}
    raw |= {"annotations": [], "binaryAnnotations": []}
    for half in halves:
        annotations, binary = zipkin_v1_half(half)
        raw["annotations"] += annotations
        raw["binaryAnnotations"] += binary
    return raw


def zipkin_v1(story):
    traces = []
    for spans in by_trace(spans_of(story)).values():
        joined = {s.id: s.call.client_span for s in spans if s.kind == "server" and s.call.caller_pod}
        halves = {}
        for span in spans:
            half = zipkin_span(span)
            half.pop("parentId", None)
            if span.id not in joined and span.parent:
                half["parentId"] = joined.get(span.parent, span.parent)
            halves.setdefault(half["id"], []).append(half)
        traces.append(compact([zipkin_v1_span(each) for each in halves.values()]))
    yield "["
    yield ",\n".join(traces)
    yield "]"


# -- Jaeger in Elasticsearch -------------------------------------------------------------------------------------------
def as_fields(tags):
    return {tag["key"].replace(".", "@"): tag["value"] for tag in tags}


def jaeger_document(span):
    raw = jaeger_span(span, "")
    del raw["processID"]
    raw["startTimeMillis"] = span.start // 1000
    raw["tag"], raw["tags"] = as_fields(raw["tags"]), []
    said = {"k8s@namespace@name": span.workload.ns, "k8s@pod@name": span.pod.name, "ip": span.pod.ip,
            "telemetry@sdk@language": span.workload.language}
    raw["process"] = {"serviceName": span.workload.name, "tags": [], "tag": said}
    return raw


def jaeger_es(story):
    """A bulk request: an action before each document."""
    for batch in batches(spans_of(story)):
        for span in batch:
            yield compact({"index": {"_index": "jaeger-span-2026-11-02"}})
            yield compact(jaeger_document(span))


# -- tables of spans ---------------------------------------------------------------------------------------------------
def csv_lines(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().splitlines()


def nezha(story):
    yield "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration"
    for batch in batches(spans_of(story)):
        yield from csv_lines([span.trace, span.id, span.parent or "root", span.pod.name, span.name, span.start * 1000,
                              span.end * 1000, span.duration] for span in batch)


RECORDINGS = {"zipkin-v1.json": zipkin_v1, "jaeger-es.ndjson": jaeger_es, "nezha.csv": nezha}
