"""OTLP JSON and Jaeger JSON to plain spans, slowly and without sharing a line with the product.

Choices where the definitions are silent:
- A reference of a Jaeger span that is not its parent is a link, also inside the same trace.
- An id that is neither hex nor base64 is compared as text.
"""
import base64
import binascii
import json
from dataclasses import dataclass, field

KINDS = {0: "absent", 1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


@dataclass
class Span:
    trace: object
    id: object
    parent: object
    kind: str
    namespace: str
    service: str
    start: int
    attributes: dict = field(default_factory=dict)
    links: list = field(default_factory=list)
    error: bool = False
    probability: float | None = None  # None: the data do not say


def number_of_id(text, digits):
    """Bytes of an id as one number; 0 is none. `digits` is 32 for traces and 16 for spans."""
    text = str(text or "")
    if not text:
        return 0
    try:
        if len(text) <= 32:
            return int(text, 16)
    except ValueError:
        pass
    try:
        raw = base64.b64decode(text, validate=True)
        if len(raw) in (8, 16):
            return int.from_bytes(raw, "big")
    except (binascii.Error, ValueError):
        pass
    return text


def kind_of(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return KINDS.get(value, "absent")
    text = str(value or "").lower().removeprefix("span_kind_")
    if text.isdigit():
        return KINDS.get(int(text), "absent")
    return text if text in KINDS.values() else "absent"


def otlp_value(value):
    if not isinstance(value, dict):
        return None
    for key, said in value.items():
        if key in ("stringValue", "boolValue"):
            return said
        if key == "intValue":
            return int(said)
        if key == "doubleValue":
            return float(said)
    return None


def otlp_attributes(items):
    return {item["key"]: otlp_value(item.get("value")) for item in items or []}


def threshold_probability(tracestate):
    """ot=th:… : of 2^56 random values those from the threshold on are kept."""
    for member in (tracestate or "").split(","):
        name, _, value = member.strip().partition("=")
        if name != "ot":
            continue
        for part in value.split(";"):
            key, _, digits = part.partition(":")
            if key == "th":
                return (2**56 - int(digits.ljust(14, "0"), 16)) / 2**56
    return None


def namespace_of(attributes):
    return attributes.get("k8s.namespace.name") or attributes.get("service.namespace") or ""


def otlp_span(raw, resource):
    attributes = otlp_attributes(raw.get("attributes"))
    return Span(
        trace=number_of_id(raw.get("traceId"), 32),
        id=number_of_id(raw.get("spanId"), 16),
        parent=number_of_id(raw.get("parentSpanId"), 16),
        kind=kind_of(raw.get("kind")),
        namespace=namespace_of(resource),
        service=resource.get("service.name") or "",
        start=int(raw.get("startTimeUnixNano") or 0),
        attributes=attributes,
        links=[(number_of_id(link.get("traceId"), 32), number_of_id(link.get("spanId"), 16))
               for link in raw.get("links") or []],
        error=str((raw.get("status") or {}).get("code", "")) in ("2", "STATUS_CODE_ERROR"),
        probability=threshold_probability(raw.get("traceState")),
    )


def otlp_spans(document):
    document = document.get("result", document)
    for block in document.get("resourceSpans") or document.get("batches") or []:
        resource = otlp_attributes((block.get("resource") or {}).get("attributes"))
        for scope in block.get("scopeSpans") or block.get("instrumentationLibrarySpans") or []:
            for raw in scope.get("spans") or []:
                yield otlp_span(raw, resource)


def jaeger_tags(owner):
    return {tag["key"]: tag.get("value") for tag in owner.get("tags") or []}


def jaeger_parent_and_links(raw, trace):
    references = [(ref.get("refType"), number_of_id(ref.get("traceID"), 32) or trace,
                   number_of_id(ref.get("spanID"), 16)) for ref in raw.get("references") or []]
    here = [ref for ref in references if ref[1] == trace]
    chosen = next((ref for ref in here if ref[0] == "CHILD_OF"), here[0] if here else None)
    parent = chosen[2] if chosen else number_of_id(raw.get("parentSpanID"), 16)
    return parent, [(ref[1], ref[2]) for ref in references if ref is not chosen]


def jaeger_probability(tags):
    kind, param = tags.get("sampler.type"), tags.get("sampler.param")
    if kind == "const":
        return 1.0
    return float(param) if kind == "probabilistic" else None


def jaeger_span(raw, trace_object):
    trace = number_of_id(raw.get("traceID") or trace_object.get("traceID"), 32)
    process = (trace_object.get("processes") or {}).get(raw.get("processID")) or raw.get("process") or {}
    tags = jaeger_tags(raw)
    parent, links = jaeger_parent_and_links(raw, trace)
    return Span(
        trace=trace,
        id=number_of_id(raw.get("spanID"), 16),
        parent=parent,
        kind=kind_of(tags.get("span.kind")),
        namespace=namespace_of(jaeger_tags(process)),
        service=process.get("serviceName") or "",
        start=int(raw.get("startTime") or 0) * 1000,
        attributes=tags,
        links=links,
        error=tags.get("error") in (True, "true"),
        probability=jaeger_probability(tags),
    )


def jaeger_spans(document):
    for trace in document["data"]:
        spans = [jaeger_span(raw, trace) for raw in trace["spans"]]
        known = [span.probability for span in spans if span.probability is not None]
        for span in spans:  # the sampler is told at the root only
            if span.probability is None and known:
                span.probability = min(known)
        yield from spans


def spans_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    for document in documents:
        yield from jaeger_spans(document) if "data" in document else otlp_spans(document)
