"""The story as other tracers write it: Zipkin v1, Jaeger's Elasticsearch documents, X-Ray, Elastic APM, SkyWalking, tables."""
import csv
import io

from shop_story import START_US, WORKLOADS as SERVICES
from shop_traces import attributes_of, batches, by_trace, compact, jaeger_span, spans_of, zipkin_span

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


# -- AWS X-Ray ---------------------------------------------------------------------------------------------------------
def xray_trace(trace):
    return f"1-{trace[:8]}-{trace[8:]}"


def xray_http(span):
    said = attributes_of(span)
    call = span.call
    if call is None or call.protocol not in ("http", "https", "grpc"):
        return {}
    request = {"method": call.method, "url": said.get("url.full", f"http://{call.host or call.callee}{call.path}")}
    if call.agent and span.kind == "server":
        request["user_agent"] = call.agent
    return {"http": {"request": request, "response": {"status": call.status}}}


def xray_times(span):
    return {"start_time": span.start / 1e6, "end_time": span.end / 1e6} | ({"fault": True} if span.error else {})


def xray_subsegment(span):
    call = span.call
    raw = {"id": span.id, "name": call.callee, "namespace": "remote"} | xray_times(span) | xray_http(span)
    if call.protocol == "kafka":
        raw["name"] = "kafka"
    if call.protocol == "sql":
        raw |= {"name": "shop@postgres", "sql": {"url": "jdbc:postgresql://postgres:5432/shop",
                                                 "database_type": "PostgreSQL", "sanitized_query": call.route}}
    return raw


def xray_segment(span, below):
    raw = {"id": span.id, "trace_id": xray_trace(span.trace), "name": span.workload.name} | xray_times(span)
    if span.parent:
        raw["parent_id"] = span.parent
    raw |= xray_http(span)
    raw["aws"] = {"eks": {"cluster_name": "shop", "pod": span.pod.name}}
    if below:
        raw["subsegments"] = [xray_subsegment(each) for each in below]
    return raw


def below_of(spans):
    """Each part that a service takes in a trace, with the calls that it makes."""
    made = {}
    for span in spans:
        if span.kind in ("client", "producer"):
            made.setdefault(span.parent, []).append(span)
    return [(span, made.get(span.id, [])) for span in spans if span.kind not in ("client", "producer")]


def xray(story):
    yield '{"Traces":['
    traces = []
    for trace, spans in by_trace(spans_of(story)).items():
        documents = [xray_segment(span, below) for span, below in below_of(spans)]
        segments = [{"Id": each["id"], "Document": compact(each)} for each in documents]
        traces.append(compact({"Id": xray_trace(trace), "LimitExceeded": False, "Segments": segments}))
    yield ",\n".join(traces)
    yield '],"UnprocessedTraceIds":[]}'


# -- Elastic APM -------------------------------------------------------------------------------------------------------
def elastic_metadata(span):
    return {"metadata": {
        "service": {"name": span.workload.name, "language": {"name": span.workload.language},
                    "agent": {"name": span.workload.language, "version": "1.0"}},
        "system": {"kubernetes": {"namespace": span.workload.ns, "pod": {"name": span.pod.name}}}}}


def elastic_event(span):
    raw = {"id": span.id, "trace_id": span.trace, "name": span.name, "timestamp": span.start,
           "duration": span.duration / 1000, "outcome": "failure" if span.error else "success", "sample_rate": 1.0}
    if span.parent:
        raw["parent_id"] = span.parent
    if span.links:
        raw["links"] = [{"trace_id": trace, "span_id": linked} for trace, linked in span.links]
    return raw


def elastic_transaction(span):
    raw, call = elastic_event(span), span.call
    kinds = {"internal": "scheduled", "consumer": "messaging"}
    raw |= {"type": kinds.get(span.kind, "request"), "sampled": True, "span_count": {"started": 0}}
    if span.kind == "consumer":
        raw["context"] = {"message": {"queue": {"name": "orders"}}}
    if span.kind == "server" and call.protocol == "http":
        request = {"method": call.method, "url": {"hostname": call.host, "pathname": call.path.split("?")[0]}}
        if call.agent:
            request["headers"] = {"User-Agent": [call.agent]}
        raw["context"] = {"request": request, "response": {"status_code": call.status}}
    return {"transaction": raw}


ELASTIC_TYPES = {"sql": ("db", "postgresql"), "redis": ("db", "redis"), "kafka": ("messaging", "kafka"),
                 "grpc": ("external", "grpc")}


def elastic_span(span):
    raw, said = elastic_event(span), attributes_of(span)
    raw["type"], raw["subtype"] = ELASTIC_TYPES.get(span.call.protocol, ("external", "http"))
    host, port = said["server.address"], said["server.port"]
    resource = f"{host}:{port}" if raw["type"] == "external" else raw["subtype"]
    raw["context"] = {"destination": {"address": host, "port": port, "service": {"resource": resource}}}
    if raw["type"] == "messaging":
        raw["context"]["message"] = {"queue": {"name": "orders"}}
    if "url.full" in said:
        raw["context"]["http"] = {"url": said["url.full"], "method": span.call.method, "status_code": span.call.status}
    return {"span": raw}


def elastic_apm(story):
    """As the pods' agents send them: what they are, then what they saw."""
    for batch in batches(spans_of(story)):
        yield compact(elastic_metadata(batch[0]))
        for span in batch:
            yield compact(elastic_span(span) if span.kind in ("client", "producer") else elastic_transaction(span))


# -- SkyWalking --------------------------------------------------------------------------------------------------------
LAYERS = {"sql": "Database", "redis": "Cache", "kafka": "MQ", "grpc": "RPCFramework"}
COMPONENTS = {"sql": "postgresql-jdbc-driver", "redis": "Lettuce", "kafka": "kafka-producer", "grpc": "GRPC"}


def numbered(spans):
    """Each span's segment and number in it: what a service does for a request is one segment."""
    places = {}
    for span, below in below_of(spans):
        for number, each in enumerate([span, *below]):
            places[each.id] = (span.id, number)
    return places


def skywalking_span(span, number, places):
    call = span.call
    raw = {"spanId": number, "parentSpanId": 0 if number else -1, "startTime": span.start // 1000,
           "endTime": span.end // 1000, "operationName": span.name, "isError": span.error,
           "spanType": "Exit" if number else "Local" if span.kind == "internal" else "Entry",
           "spanLayer": LAYERS.get(call.protocol, "Http") if call else "Unknown", "tags": []}
    if number:
        said = attributes_of(span)
        raw["peer"] = f"{said['server.address']}:{said['server.port']}"
    if call and call.protocol == "sql":
        raw["tags"].append({"key": "db.type", "value": "PostgreSQL"})
    if call and call.protocol == "kafka":
        raw["tags"].append({"key": "mq.topic", "value": "orders"})
    if not number and (span.parent or span.links):
        trace, above = span.links[0] if span.links else (span.trace, span.parent)
        segment, place = places[above]
        raw["refs"] = [{"refType": "CrossProcess", "traceId": trace, "parentTraceSegmentId": segment,
                        "parentSpanId": place}]
    return raw


def skywalking(story):
    spans = list(spans_of(story))
    places = numbered(spans)
    for span, below in below_of(spans):
        yield compact({"traceId": span.trace, "traceSegmentId": span.id, "service": span.workload.name,
                       "serviceInstance": f"{span.pod.name}@{span.pod.ip}",
                       "spans": [skywalking_span(each, number, places) for number, each in enumerate([span, *below])]})


def skywalking_csv(story):
    yield "StartTime,EndTime,URL,SpanType,Service,SpanId,TraceId,Peer,ParentSpan,Component,IsError"
    spans = list(spans_of(story))
    places = {span: f"{segment}.{number}" for span, (segment, number) in numbered(spans).items()}
    for span in spans:
        said, call = attributes_of(span), span.call
        kind = {"internal": "Local", "client": "Exit", "producer": "Exit"}.get(span.kind, "Entry")
        peer = f"{said['server.address']}:{said['server.port']}" if kind == "Exit" or span.kind == "consumer" else ""
        url = f"{{{call.method}}}{call.path}" if call and call.protocol in ("http", "https") else span.name
        component = COMPONENTS.get(call.protocol, "SpringMVC") if call else "scheduler"
        yield from csv_lines([[span.start // 1000, span.end // 1000, url, kind, span.workload.name, places[span.id],
                               span.trace, peer, places.get(span.parent, "-1"), component, span.error]])


# -- Alibaba -----------------------------------------------------------------------------------------------------------
ALIBABA_TYPES = {"sql": "db", "redis": "mc", "kafka": "mq", "grpc": "rpc"}


def alibaba_rows(call, trace, place):
    caller = call.caller if call.caller_pod else "USER"
    callee = call.callee if call.callee in SERVICES else "UNKNOWN"
    kind = ALIBABA_TYPES.get(call.protocol, "http")
    what = "" if kind in ("db", "mc") else call.route
    row = [call.start // 1000 - START_US // 1000, trace, "S_1", place, kind, caller, f"{caller}_POD_0", what, callee,
           f"{callee}_POD_0", call.duration / 1000]
    for _ in range(2 if kind in ("rpc", "http") else 1):
        yield row
    for number, child in enumerate(call.children + (call.received or []), 1):
        yield from alibaba_rows(child, trace, f"{place}.{number}")


def alibaba(story):
    """As of 2022: both ends write a call down."""
    yield "timestamp,traceid,service,rpc_id,rpctype,um,uminstanceid,interface,dm,dminstanceid,rt"
    for number, root in enumerate(story.traces):
        calls = enumerate(root.children, 1) if root in story.jobs() else [("", root)]
        for place, call in calls:
            yield from csv_lines(alibaba_rows(call, f"T_{number}", f"0.{place}" if place else "0"))


RECORDINGS = {"zipkin-v1.json": zipkin_v1, "jaeger-es.ndjson": jaeger_es, "nezha.csv": nezha, "xray.json": xray,
              "elastic-apm.ndjson": elastic_apm, "skywalking.jsonl": skywalking, "skywalking.csv": skywalking_csv,
              "alibaba.csv": alibaba}
