"""The story as spans in further formats: OTLP protobuf, Go's stdouttrace, Data Prepper's documents, ClickHouse's rows."""
import struct
from datetime import datetime, timezone

from shop_traces import OTLP_KIND, attributes_of, batches, compact, otlp_resource, otlp_span, spans_of


# -- OTLP as protobuf: what trace.proto of opentelemetry-proto numbers, in the collector's framing --------------------
def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def number_field(number, value):
    return varint(number << 3) + varint(value)


def bytes_field(number, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def time_field(number, nanoseconds):
    return varint(number << 3 | 1) + struct.pack("<Q", int(nanoseconds))


def protobuf_attribute(attribute):
    value = attribute["value"]
    said = number_field(3, int(value["intValue"])) if "intValue" in value else bytes_field(1, value["stringValue"])
    return bytes_field(1, attribute["key"]) + bytes_field(2, said)


def protobuf_span(raw):
    """From the JSON encoding of one span."""
    out = bytes_field(1, bytes.fromhex(raw["traceId"])) + bytes_field(2, bytes.fromhex(raw["spanId"]))
    out += bytes_field(3, raw["traceState"])
    if "parentSpanId" in raw:
        out += bytes_field(4, bytes.fromhex(raw["parentSpanId"]))
    out += bytes_field(5, raw["name"]) + number_field(6, raw["kind"])
    out += time_field(7, raw["startTimeUnixNano"]) + time_field(8, raw["endTimeUnixNano"])
    out += b"".join(bytes_field(9, protobuf_attribute(a)) for a in raw.get("attributes", []))
    for link in raw.get("links", []):
        out += bytes_field(13, bytes_field(1, bytes.fromhex(link["traceId"])) + bytes_field(2, bytes.fromhex(link["spanId"])))
    if "status" in raw:
        out += bytes_field(15, number_field(3, raw["status"]["code"]))
    return out


def protobuf_request(batch):
    resource = otlp_resource(batch[0].workload, batch[0].pod)
    spans = b"".join(bytes_field(2, protobuf_span(otlp_span(span))) for span in batch)
    return bytes_field(1, bytes_field(1, b"".join(bytes_field(1, protobuf_attribute(a)) for a in resource["attributes"]))
                       + bytes_field(2, bytes_field(1, bytes_field(1, "shop")) + spans))


def otlp_protobuf(story):
    """As the collector's file exporter writes it: each message behind its length of four bytes."""
    for batch in batches(spans_of(story)):
        message = protobuf_request(batch)
        yield struct.pack(">I", len(message)) + message


# -- one JSON object a span ------------------------------------------------------------------------------------------
KIND_NAMES = {"internal": "Internal", "server": "Server", "client": "Client", "producer": "Producer", "consumer": "Consumer"}


def resource_of(span):
    said = otlp_resource(span.workload, span.pod)["attributes"]
    return {pair["key"]: pair["value"]["stringValue"] for pair in said}


def moment(microseconds, blank="T", zone="Z"):
    at = datetime.fromtimestamp(microseconds // 1_000_000, timezone.utc)
    return f"{at:%Y-%m-%d}{blank}{at:%H:%M:%S}.{microseconds % 1_000_000:06d}000{zone}"


def go_pairs(said):
    return [{"Key": key, "Value": {"Type": "INT64" if isinstance(value, int) else "STRING", "Value": value}}
            for key, value in said.items()]


def go_context(trace, span):
    return {"TraceID": trace or "0" * 32, "SpanID": span or "0" * 16, "TraceFlags": "01" if span else "00",
            "TraceState": "ot=th:0" if span else "", "Remote": False}


def stdouttrace(story):
    for span in sorted(spans_of(story), key=lambda s: (s.end, s.id)):
        yield compact({
            "Name": span.name, "SpanContext": go_context(span.trace, span.id),
            "Parent": go_context(span.trace if span.parent else "", span.parent), "SpanKind": OTLP_KIND[span.kind],
            "StartTime": moment(span.start), "EndTime": moment(span.end), "Attributes": go_pairs(attributes_of(span)),
            "Events": None, "Links": [{"SpanContext": go_context(*link), "Attributes": None, "DroppedAttributeCount": 0}
                                      for link in span.links] or None,
            "Status": {"Code": "Error" if span.error else "Unset", "Description": ""}, "DroppedAttributes": 0,
            "DroppedEvents": 0, "DroppedLinks": 0, "ChildSpanCount": 0, "Resource": go_pairs(resource_of(span)),
            "InstrumentationScope": {"Name": "shop", "Version": "", "SchemaURL": "", "Attributes": None}})


def data_prepper(story):
    """As _bulk takes them: names with @ for dots, each attribute a field."""
    for span in sorted(spans_of(story), key=lambda s: (s.end, s.id)):
        document = {"traceId": span.trace, "spanId": span.id, "traceState": "ot=th:0", "parentSpanId": span.parent,
                    "name": span.name, "kind": "SPAN_KIND_" + span.kind.upper(), "startTime": moment(span.start),
                    "endTime": moment(span.end), "durationInNanos": span.duration * 1000,
                    "serviceName": span.workload.name, "events": [], "links": [
                        {"traceId": trace, "spanId": linked, "traceState": "", "attributes": {}, "droppedAttributesCount": 0}
                        for trace, linked in span.links],
                    "traceGroup": None, "status.code": 2 if span.error else 0}
        for prefix, said in (("resource", resource_of(span)), ("span", attributes_of(span))):
            document |= {f"{prefix}.attributes.{key.replace('.', '@')}": value for key, value in said.items()}
        yield compact({"index": {"_index": "otel-v1-apm-span-000001", "_id": span.id}})
        yield compact(document)


def clickhouse(story):
    """SELECT * FROM otel_traces FORMAT JSONEachRow: numbers of 64 bits are text, maps hold text alone."""
    for span in sorted(spans_of(story), key=lambda s: (s.start, s.id)):
        yield compact({
            "Timestamp": moment(span.start, " ", ""), "TraceId": span.trace, "SpanId": span.id,
            "ParentSpanId": span.parent, "TraceState": "ot=th:0", "SpanName": span.name,
            "SpanKind": KIND_NAMES[span.kind], "ServiceName": span.workload.name,
            "ResourceAttributes": resource_of(span), "ScopeName": "shop", "ScopeVersion": "",
            "SpanAttributes": {key: str(value) for key, value in attributes_of(span).items()},
            "Duration": str(span.duration * 1000), "StatusCode": "Error" if span.error else "Unset", "StatusMessage": "",
            "Events.Timestamp": [], "Events.Name": [], "Events.Attributes": [],
            "Links.TraceId": [trace for trace, _ in span.links], "Links.SpanId": [linked for _, linked in span.links],
            "Links.TraceState": ["" for _ in span.links], "Links.Attributes": [{} for _ in span.links]})


RECORDINGS = {"otlp.binpb": otlp_protobuf, "stdouttrace.jsonl": stdouttrace, "opensearch.ndjson": data_prepper,
              "clickhouse.jsonl": clickhouse}
