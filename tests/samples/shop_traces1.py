"""The story as spans in further formats: OTLP protobuf."""

import struct

from shop_traces import OTLP_KIND, attributes_of, batches, otlp_resource, otlp_span, spans_of


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


RECORDINGS = {"otlp.binpb": otlp_protobuf}
