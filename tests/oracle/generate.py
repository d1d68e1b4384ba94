"""Seeded traces with every trap that recordings hold, as OTLP JSON lines or as Jaeger JSON."""
import base64
import json
import random

SERVICES = ["gateway", "frontend", "cart", "catalog", "orders", "billing", "search", "mailer", "redis"]
OTLP_KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
START = 1_793_610_000_000_000_000  # 2026-11-02T09:00:00Z


class Traces:
    def __init__(self, seed, form):
        self.random = random.Random(seed)
        self.form = form
        self.spans = []
        self.producers = []
        self.namespaced = self.random.random() < 0.5
        self.traps = self.random.random() < 0.8
        self.reused_span_id = self.span_id()

    def chance(self, probability):
        return self.traps and self.random.random() < probability

    def span_id(self):
        return self.random.getrandbits(64) or 1

    def trace_id(self):
        return self.random.getrandbits(64 if self.random.random() < 0.3 else 128) or 1

    def new(self, trace, parent, kind, service, **more):
        span_id = self.reused_span_id if self.chance(0.02) and not any(
            s["trace"] == trace and s["id"] == self.reused_span_id for s in self.spans) else self.span_id()
        span = {"trace": trace, "id": span_id, "parent": parent, "kind": kind, "service": service,
                "start": START + self.random.randrange(3_600_000_000) * 1000, "duration": self.random.randrange(10**6) * 1000,
                "attributes": {}, "links": [], "probability": None, "error": self.random.random() < 0.05}
        span.update(more)
        self.spans.append(span)
        return span

    def trace(self):
        trace, probability = self.trace_id(), self.random.choice([None, 1.0, 0.5, 0.25])
        first = len(self.spans)
        entry = self.random.choice(SERVICES[:-1])
        kind = self.random.choice(["server"] * 6 + ["absent", "internal", "client", "consumer"])
        root = self.new(trace, 0, kind, entry)
        if kind == "client":
            self.call(root, trace, 0)
        else:
            self.work(root, trace, 0)
        self.spoil(trace, self.spans[first:])
        for span in self.spans[first:]:
            span["probability"] = probability

    def work(self, span, trace, depth):
        """What a service does while it answers."""
        for _ in range(self.random.choice([0, 1, 1, 2, 3]) if depth < 4 else 0):
            parent = span
            if self.random.random() < 0.2:
                parent = self.new(trace, span["id"], self.random.choice(["internal", "absent"]), span["service"])
            what = self.random.random()
            if what < 0.1:
                self.publish(parent, trace, depth)
            elif what < 0.2:
                self.ask_store(parent, trace)
            elif self.chance(0.15):
                self.odd_call(parent, trace, depth)
            else:
                client = self.new(trace, parent["id"], "client", parent["service"])
                self.call(client, trace, depth)

    def other(self, service):
        return self.random.choice([s for s in SERVICES[1:-1] if s != service] + (["gateway"] if self.chance(0.01) else []))

    def call(self, client, trace, depth):
        callee = self.other(client["service"])
        if self.chance(0.08):  # a library around a library
            inner = self.new(trace, client["id"], self.random.choice(["client", "internal"]), client["service"])
            client = self.new(trace, inner["id"], "client", client["service"]) if inner["kind"] == "internal" else inner
        if self.random.random() < 0.12:  # only the caller's half
            client["attributes"]["peer.service"] = callee if self.random.random() < 0.7 else "legacy"
            return
        server = self.new(trace, client["id"], "server", callee)
        if self.chance(0.1):  # one id for both halves
            server["id"], server["parent"] = client["id"], client["parent"]
        self.work(server, trace, depth + 1)

    def odd_call(self, parent, trace, depth):
        kinds = self.random.choice([("internal", "server"), ("client", "internal"), ("absent", "absent"),
                                    ("server", "server"), ("client", "absent")])
        if kinds[0] in ("client", "internal", "absent"):
            parent = self.new(trace, parent["id"], kinds[0], parent["service"])
        callee = self.new(trace, parent["id"], kinds[1], self.other(parent["service"]))
        self.work(callee, trace, depth + 1)

    def ask_store(self, parent, trace):
        self.new(trace, parent["id"], "client", parent["service"],
                 attributes={"db.system": "redis", "server.address": "redis"} if self.random.random() < 0.5 else
                 {"db.system": "postgresql", "peer.service": "billing-db"})

    def publish(self, parent, trace, depth):
        producer = self.new(trace, parent["id"], "producer", parent["service"],
                            attributes={"messaging.system": "kafka", "messaging.destination.name": "events"})
        self.producers.append(producer)
        how = self.random.random()
        if how < 0.3:
            return
        consumer = self.new(trace, producer["id"], "consumer", self.other(parent["service"]),
                            attributes=dict(producer["attributes"]))
        if how > 0.6:  # a trace of its own, with links to the producers, perhaps to several
            consumer["trace"], consumer["parent"] = self.trace_id(), 0
            consumer["links"] = [(p["trace"], p["id"]) for p in
                                 {id(p): p for p in [producer, self.random.choice(self.producers)]}.values()]
        self.work(consumer, consumer["trace"], depth + 2)

    def spoil(self, trace, spans):
        here = [s for s in spans if s["trace"] == trace]
        if self.chance(0.1):  # a span is lost, and what was below it has no parent
            lost = self.random.choice(here)
            if lost not in self.producers:
                self.spans.remove(lost)
        if self.chance(0.03):
            self.random.choice(here)["parent"] = self.span_id()
        if self.chance(0.03):
            span = self.random.choice(here)
            span["parent"] = span["id"]
        if self.chance(0.03) and len(here) > 1:  # a cycle
            one, two = self.random.sample(here, 2)
            one["parent"], two["parent"] = two["id"], one["id"]
        for span in here:
            if self.chance(0.05):  # a clock that is wrong by a day
                span["start"] -= 86_400_000_000_000
            if self.chance(0.04):
                self.spans.append(dict(span))

    # -- writing -------------------------------------------------------------------------------------------------------
    def namespace(self, service):
        return "shop" if self.namespaced and service != "search" else ""

    def hex(self, number, digits):
        text = f"{number:0{digits}x}"
        return text.upper() if self.chance(0.1) else text

    def write(self, path):
        self.random.shuffle(self.spans)
        text = self.otlp() if self.form == "otlp" else self.jaeger()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def otlp_id(self, number, size):
        if number == 0:
            return ""
        if self.chance(0.05) and size == 8 or self.chance(0.05) and number >= 2**64:
            return base64.b64encode(number.to_bytes(size, "big")).decode()
        return self.hex(number, size * 2)

    def otlp_span(self, span):
        text = self.random.choice([str, int])
        raw = {"traceId": self.otlp_id(span["trace"], 16), "spanId": self.otlp_id(span["id"], 8), "name": "work",
               "startTimeUnixNano": text(span["start"]), "endTimeUnixNano": text(span["start"] + span["duration"]),
               "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in span["attributes"].items()]}
        if span["parent"]:
            raw["parentSpanId"] = self.otlp_id(span["parent"], 8)
        if span["kind"] != "absent":
            number = OTLP_KINDS[span["kind"]]
            raw["kind"] = self.random.choice([number, "SPAN_KIND_" + span["kind"].upper()])
        if span["links"]:
            raw["links"] = [{"traceId": self.otlp_id(t, 16), "spanId": self.otlp_id(s, 8)} for t, s in span["links"]]
        if span["probability"] is not None:
            threshold = f"{round((1 - span['probability']) * 2**56):014x}".rstrip("0") or "0"
            raw["traceState"] = "ot=th:" + threshold
        if span["error"]:
            raw["status"] = {"code": self.random.choice([2, "STATUS_CODE_ERROR"])}
        return raw

    def otlp(self):
        lines, spans = [], list(self.spans)
        while spans:
            batch, spans = spans[:40], spans[40:]
            blocks = []
            for service in sorted({s["service"] for s in batch}):
                resource = [{"key": "service.name", "value": {"stringValue": service}}]
                if self.namespace(service):
                    resource.append({"key": "k8s.namespace.name", "value": {"stringValue": self.namespace(service)}})
                blocks.append({"resource": {"attributes": resource}, "scopeSpans": [
                    {"scope": {}, "spans": [self.otlp_span(s) for s in batch if s["service"] == service]}]})
            lines.append(json.dumps({"resourceSpans": blocks}, separators=(",", ":")))
        return "\n".join(lines) + "\n"

    def jaeger_span(self, span, sampler):
        tags = [{"key": k, "type": "string", "value": v} for k, v in span["attributes"].items()]
        if span["kind"] != "absent":
            tags.append({"key": "span.kind", "type": "string", "value": span["kind"]})
        if span["error"]:
            tags.append({"key": "error", "type": "bool", "value": True})
        if sampler and span["probability"] is not None:
            tags += [{"key": "sampler.type", "type": "string", "value": "probabilistic"},
                     {"key": "sampler.param", "type": "float64", "value": span["probability"]}]
        raw = {"traceID": self.hex(span["trace"], 1), "spanID": self.hex(span["id"], 16), "operationName": "work",
               "references": [], "startTime": span["start"] // 1000, "duration": span["duration"] // 1000, "tags": tags,
               "processID": span["service"]}
        if span["parent"]:
            how = self.random.random()
            kind = "FOLLOWS_FROM" if how < 0.1 else "CHILD_OF"
            if how > 0.95:
                raw["parentSpanID"] = self.hex(span["parent"], 16)
            else:
                raw["references"].append({"refType": kind, "traceID": raw["traceID"],
                                          "spanID": self.hex(span["parent"], 16)})
        for trace, linked in span["links"]:
            reference = {"refType": "FOLLOWS_FROM", "traceID": self.hex(trace, 32), "spanID": self.hex(linked, 16)}
            raw["references"].insert(0 if self.random.random() < 0.5 else len(raw["references"]), reference)
        return raw

    def jaeger(self):
        traces = {}
        for span in self.spans:
            traces.setdefault(span["trace"], []).append(span)
        data = []
        for trace, spans in traces.items():
            processes = {}
            for service in sorted({s["service"] for s in spans}):
                namespace = self.namespace(service)
                tags = [{"key": "k8s.namespace.name", "type": "string", "value": namespace}] if namespace else []
                processes[service] = {"serviceName": service, "tags": tags}
            raw = [self.jaeger_span(span, place == 0) for place, span in enumerate(spans)]
            data.append({"traceID": f"{trace:x}", "spans": raw, "processes": processes})
        return json.dumps({"data": data, "total": 0, "limit": 0, "offset": 0, "errors": None})


def generate(path, seed, form, traces=60):
    made = Traces(seed, form)
    for _ in range(traces):
        made.trace()
    made.write(path)
