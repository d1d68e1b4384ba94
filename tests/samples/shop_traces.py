"""The story as spans: OTLP JSON lines, Jaeger JSON, Zipkin v2."""
import json
from dataclasses import dataclass, field

from shop_story import PAYMENT_HOST, PAYMENT_IP, WORKLOADS

OTLP_KIND = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
STORES = {"sql": "postgresql", "redis": "redis"}


@dataclass
class Span:
    trace: str
    id: str
    parent: str
    kind: str
    workload: object
    pod: object
    name: str
    start: int
    duration: int
    call: object = None
    error: bool = False
    shared: bool = False
    links: list = field(default_factory=list)

    @property
    def end(self):
        return self.start + self.duration


def spans_of(story):
    for root in story.traces:
        if root in story.jobs():
            yield Span(root.trace, root.span, "", "internal", WORKLOADS[root.service], root.pod, root.name, root.start,
                       root.duration)
            for call in root.children:
                yield from call_spans(call, root.span)
        else:
            yield from call_spans(root, "")


def call_spans(call, parent):
    """The halves that are traced, then whatever the callee does."""
    if call.protocol == "kafka":
        yield from message_spans(call, parent)
        return
    above = parent
    if call.caller in WORKLOADS:
        yield Span(call.trace, call.client_span, parent, "client", WORKLOADS[call.caller], call.caller_pod, name_of(call),
                   call.start, call.duration, call, call.status >= 400)
        above = call.client_span
    callee = WORKLOADS.get(call.callee)
    if callee is None or not callee.language:
        return
    yield Span(call.trace, call.server_span, above, "server", callee, call.callee_pod, name_of(call), call.start + 60,
               call.duration - 90, call, call.status >= 500)
    for child in call.children:
        yield from call_spans(child, call.server_span)


def message_spans(call, parent):
    yield Span(call.trace, call.client_span, parent, "producer", WORKLOADS[call.caller], call.caller_pod,
               "orders publish", call.start, call.duration, call)
    links = [(call.trace, call.client_span)] if call.linked else []
    yield Span(call.consumer_trace, call.consumer_span, "" if call.linked else call.client_span, "consumer",
               WORKLOADS[call.callee], call.callee_pod, "orders process", call.consumer_start, 6_200, call, links=links)
    for child in call.received:
        yield from call_spans(child, call.consumer_span)


def name_of(call):
    return f"{call.method} {call.route}" if call.protocol in ("http", "https") else call.route


def address_of(call):
    """Host name and port as the caller knows the callee."""
    if call.callee == PAYMENT_HOST:
        return PAYMENT_HOST, 443
    callee = WORKLOADS[call.callee]
    host = callee.name if callee.ns == WORKLOADS.get(call.caller, callee).ns else f"{callee.name}.{callee.ns}"
    return host, callee.port


def attributes_of(span):
    """Today's OpenTelemetry names."""
    call = span.call
    if call is None:
        return {}
    host, port = address_of(call)
    if call.protocol == "kafka":
        return {"messaging.system": "kafka", "messaging.destination.name": "orders",
                "messaging.operation.type": "send" if span.kind == "producer" else "process",
                "server.address": "kafka", "server.port": 9092}
    if call.protocol in STORES:
        return {"db.system.name": STORES[call.protocol], "db.operation.name": call.method, "server.address": host,
                "server.port": port}
    if call.protocol == "grpc":
        service, method = call.route.split("/")
        return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method,
                "rpc.grpc.status_code": 14 if call.status >= 500 else 0, "server.address": host, "server.port": port}
    if span.kind == "client":
        scheme = "https" if port == 443 else "http"
        return {"http.request.method": call.method, "url.full": f"{scheme}://{host}:{port}{call.path}",
                "http.response.status_code": call.status, "server.address": host, "server.port": port}
    said = {"http.request.method": call.method, "http.route": call.route, "url.path": call.path.split("?")[0],
            "http.response.status_code": call.status, "server.address": call.host or host}
    if call.agent:
        said["user_agent.original"] = call.agent
    return said


# -- OTLP --------------------------------------------------------------------------------------------------------------
def otlp_attributes(said):
    def value(v):
        return {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}
    return [{"key": key, "value": value(v)} for key, v in said.items()]


def otlp_resource(workload, pod):
    return {"attributes": otlp_attributes({
        "service.name": workload.name, "k8s.namespace.name": workload.ns, "k8s.deployment.name": workload.name,
        "k8s.pod.name": pod.name, "k8s.pod.ip": pod.ip, "telemetry.sdk.language": workload.language})}


def otlp_span(span):
    raw = {"traceId": span.trace, "spanId": span.id, "traceState": "ot=th:0"}
    if span.parent:
        raw["parentSpanId"] = span.parent
    raw |= {"name": span.name, "kind": OTLP_KIND[span.kind], "startTimeUnixNano": str(span.start * 1000),
            "endTimeUnixNano": str(span.end * 1000)}
    if span.call is not None:
        raw["attributes"] = otlp_attributes(attributes_of(span))
    if span.links:
        raw["links"] = [{"traceId": trace, "spanId": linked} for trace, linked in span.links]
    if span.error:
        raw["status"] = {"code": 2}
    return raw


def batches(spans, size=24):
    """As the pods' exporters send them: when enough spans have ended; children are often before their parents."""
    waiting, sent = {}, []
    for span in sorted(spans, key=lambda s: (s.end, s.id)):
        batch = waiting.setdefault(span.pod.name, [])
        batch.append(span)
        if len(batch) == size:
            sent.append(waiting.pop(span.pod.name))
    return sent + [waiting[pod] for pod in sorted(waiting)]


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def otlp(story):
    for batch in batches(spans_of(story)):
        yield compact({"resourceSpans": [{"resource": otlp_resource(batch[0].workload, batch[0].pod), "scopeSpans": [
            {"scope": {"name": "shop"}, "spans": [otlp_span(span) for span in batch]}]}]})


# -- Jaeger ------------------------------------------------------------------------------------------------------------
def jaeger_tag(key, value):
    kind = "bool" if isinstance(value, bool) else "int64" if isinstance(value, int) else "string"
    return {"key": key, "type": kind, "value": value}


# The names that OpenTracing and early OpenTelemetry used.
FORMER = {"http.request.method": "http.method", "url.full": "http.url", "http.response.status_code": "http.status_code",
          "url.path": "http.target", "user_agent.original": "http.user_agent", "server.address": "net.peer.name",
          "server.port": "net.peer.port", "db.system.name": "db.system", "db.operation.name": "db.operation",
          "messaging.destination.name": "messaging.destination", "messaging.operation.type": "messaging.operation"}


def jaeger_span(span, process):
    tags = [jaeger_tag("span.kind", span.kind)]
    for key, value in attributes_of(span).items():
        key = "http.host" if key == "server.address" and span.kind == "server" else FORMER.get(key, key)
        tags.append(jaeger_tag(key, value))
    if span.error:
        tags.append(jaeger_tag("error", True))
    if not span.parent:
        tags += [jaeger_tag("sampler.type", "const"), jaeger_tag("sampler.param", True)]
    references = [{"refType": "FOLLOWS_FROM", "traceID": trace, "spanID": linked} for trace, linked in span.links]
    if span.parent:
        references.append({"refType": "CHILD_OF", "traceID": span.trace, "spanID": span.parent})
    return {"traceID": span.trace, "spanID": span.id, "operationName": span.name, "references": references,
            "startTime": span.start, "duration": span.duration, "tags": tags, "logs": [], "processID": process}


def jaeger_process(span):
    said = {"k8s.namespace.name": span.workload.ns, "k8s.pod.name": span.pod.name, "ip": span.pod.ip,
            "telemetry.sdk.language": span.workload.language}
    return {"serviceName": span.workload.name, "tags": [jaeger_tag(key, value) for key, value in said.items()]}


def by_trace(spans):
    traces = {}
    for span in spans:
        traces.setdefault(span.trace, []).append(span)
    return traces


def jaeger(story):
    traces = []
    for trace, spans in by_trace(spans_of(story)).items():
        pods = sorted({span.pod.name for span in spans})
        names = {pod: f"p{place + 1}" for place, pod in enumerate(pods)}
        processes = {names[span.pod.name]: jaeger_process(span) for span in sorted(spans, key=lambda s: s.pod.name)}
        raw = [jaeger_span(span, names[span.pod.name]) for span in spans]
        traces.append(compact({"traceID": trace, "spans": raw, "processes": processes, "warnings": None}))
    yield '{"data":['
    yield ",\n".join(traces)
    yield '],"total":0,"limit":0,"offset":0,"errors":null}'


# -- Zipkin ------------------------------------------------------------------------------------------------------------
def zipkin_remote(span):
    call = span.call
    if span.kind == "server":
        return {"ipv4": call.caller_pod.ip} if call.caller_pod else {"ipv4": call.client} if call.client else None
    if call.protocol == "kafka":
        return {"serviceName": "kafka"}
    if call.callee == PAYMENT_HOST:
        return {"serviceName": PAYMENT_HOST, "ipv4": PAYMENT_IP, "port": 443}
    callee = WORKLOADS[call.callee]
    named = {} if callee.language else {"serviceName": callee.name}
    return named | {"ipv4": callee.cluster_ip, "port": callee.port}


def zipkin_tags(span):
    call = span.call
    if call.protocol == "kafka":
        return {"kafka.topic": "orders"}
    tags = {}
    if call.protocol in ("http", "https"):
        tags = {"http.method": call.method, "http.path": call.path.split("?")[0], "http.status_code": str(call.status)}
    if span.error:
        tags["error"] = str(call.status)
    return tags


def zipkin_span(span):
    """Brave's way: both halves of a call have the client's id."""
    call = span.call
    raw = {"traceId": span.trace, "id": span.id}
    shared = span.kind == "server" and call.caller in WORKLOADS
    if shared:
        raw["id"] = call.client_span
    if span.parent:
        raw["parentId"] = span.parent
    if span.kind != "internal":
        raw["kind"] = span.kind.upper()
    raw |= {"name": span.name.lower(), "timestamp": span.start, "duration": span.duration,
            "localEndpoint": {"serviceName": span.workload.name, "ipv4": span.pod.ip}}
    if call is not None:
        remote, tags = zipkin_remote(span), zipkin_tags(span)
        raw |= ({"remoteEndpoint": remote} if remote else {}) | ({"tags": tags} if tags else {})
    if shared:
        raw["shared"] = True
    return raw


def zipkin(story):
    """The server's half stands under the client's id, so that what the server does hangs below that id as well."""
    traces = []
    for spans in by_trace(spans_of(story)).values():
        joined = {s.id: s.call.client_span for s in spans if s.kind == "server" and s.call.caller in WORKLOADS}
        parents = {s.id: s.parent for s in spans}
        raw = []
        for span in spans:
            made = zipkin_span(span)
            parent = parents.get(span.parent, "") if span.id in joined else span.parent
            made.pop("parentId", None)
            if parent:
                made["parentId"] = joined.get(parent, parent)
            raw.append(made)
        traces.append(compact(raw))
    yield "["
    yield ",\n".join(traces)
    yield "]"
