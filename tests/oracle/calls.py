"""Spans to calls to edges, as definitions.md says in sections 1, 4, 5 and 6, without manifests and for small data.

Everything is held in dictionaries and looked at as often as it takes: this is the reading to compare with, not to use.

Choices where the definitions are silent:
- A span that names itself as its parent has no parent.
- Where one id stands for a client's and a server's half, a child belongs to the half of its own service, else to the
  server's half.
- A client span around spans of its own service, below which a call leaves the service (a library around a library),
  is part of that call and none of its own.
- An orphan without kind is, like a root without kind, the callee's half of a call.
- A consumer that links to several producers received several messages; a link to anything but a producer says nothing.
- A message between a service and itself is, like a call, inside one service.
- A consumer below a span of another service that is no producer, and a child of a producer that is no consumer, are
  messages too, because one half says so.
- A gateway's name is believed although it gets messages: only a call that waits for an answer makes it a service.
- A callee that is only named (peer.service) is the traced service of that name where there is one, else a service that
  only its callers name; a host name of one label (server.address) is in the namespace of its caller.
- A client span in another service than its parent, which names no callee, is the callee's half of its parent's call (a
  driver that poses as its database) and no second call.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass

GATEWAY_NAMES = {"api-gateway", "gateway", "istio-ingressgateway", "frontend-proxy"}
STORE_NAMES = {"redis", "mysql", "postgres", "postgresql", "mongodb", "memcached"}
OUTSIDE, UNKNOWN = "outside", "unknown"


@dataclass(frozen=True)
class Call:
    form: str
    caller: str
    callee: str
    span: object  # the span that speaks for the call
    asynchronous: bool = False
    peer: object = None  # attributes of the client half
    probability: float | None = None


def side(span):
    return "out" if span.kind in ("client", "producer") else "in" if span.kind in ("server", "consumer") else "none"


def without_repeats(spans):
    """One span for each (trace, id, service, side, start); what one report lacks another may have."""
    kept, repeats = {}, 0
    for span in spans:
        key = (span.trace, span.id, span.namespace, span.service, side(span), span.start)
        if key not in kept:
            kept[key] = span
            continue
        repeats += 1
        first = kept[key]
        first.parent = first.parent or span.parent
        first.attributes = {**span.attributes, **first.attributes}
        first.links = first.links + [link for link in span.links if link not in first.links]
        first.error = first.error or span.error
    return list(kept.values()), repeats


class Names:
    """definitions.md section 2 without manifests: a name without namespace joins the only service of that name."""

    def __init__(self, spans):
        self.namespaces = defaultdict(set)
        for span in spans:
            if span.service:
                self.namespaces[span.service].add(span.namespace)

    def of(self, span):
        if not span.service:
            return UNKNOWN
        return self.named(span.service, span.namespace)

    def named(self, service, namespace=""):
        known = {ns for ns in self.namespaces.get(service, ()) if ns}
        if not namespace and len(known) == 1:
            namespace = next(iter(known))
        return f"{namespace}/{service}" if namespace else service


class Join:
    def __init__(self, spans):
        self.spans, self.repeated = without_repeats(spans)
        self.names = Names(self.spans)
        self.node = {id(span): self.names.of(span) for span in self.spans}
        self.by_id = defaultdict(list)
        for span in self.spans:
            self.by_id[span.trace, span.id].append(span)
        self.parents = {id(span): self.parent_of(span) for span in self.spans}
        self.children = defaultdict(list)
        for span in self.spans:
            parent = self.parents[id(span)]
            if parent is not None:
                self.children[id(parent)].append(span)

    def parent_of(self, span):
        halves = self.by_id[span.trace, span.id]
        if side(span) == "in":
            client = [half for half in halves if half is not span and side(half) == "out"]
            if client:
                return client[0]
        if not span.parent or span.parent == span.id:
            return None
        candidates = self.by_id.get((span.trace, span.parent), [])
        own = [c for c in candidates if self.node[id(c)] == self.node[id(span)]]
        servers = [c for c in candidates if side(c) == "in"]
        return (own or servers or candidates or [None])[0]

    def is_orphan(self, span):
        return self.parents[id(span)] is None and bool(span.parent) and span.parent != span.id

    def remote_parent(self, span):
        parent = self.parents[id(span)]
        return parent if parent is not None and self.node[id(parent)] != self.node[id(span)] else None

    def calls(self):
        for span in self.spans:
            yield from self.incoming(span)
            yield from self.outgoing(span)

    def producers_linked(self, span):
        for trace, span_id in span.links:
            for linked in self.by_id.get((trace, span_id), []):
                if linked.kind == "producer":
                    yield linked

    def incoming(self, span):
        here, parent = self.node[id(span)], self.parents[id(span)]
        if span.kind == "consumer":
            yield from self.messages_to(span)
            return
        remote = self.remote_parent(span)
        if remote is not None:
            form = "paired" if remote.kind == "client" and span.kind == "server" else "inferred"
            yield Call(form, self.node[id(remote)], here, span, remote.kind == "producer", asked(remote),
                       span.probability)
        elif parent is None and span.kind in ("server", "absent"):
            form = "orphan" if self.is_orphan(span) else "root"
            yield Call(form, UNKNOWN if form == "orphan" else OUTSIDE, here, span, probability=span.probability)

    def messages_to(self, span):
        here, parent = self.node[id(span)], self.parents[id(span)]
        producers = {id(p): p for p in self.producers_linked(span)}
        if parent is not None and parent.kind == "producer":
            producers[id(parent)] = parent
        for producer in producers.values():
            if self.node[id(producer)] != here:
                yield Call("async", self.node[id(producer)], here, span, True, producer.attributes, span.probability)
        if producers:
            return
        remote = self.remote_parent(span)
        if remote is not None:
            yield Call("inferred", self.node[id(remote)], here, span, True, asked(remote), span.probability)
        else:
            yield Call("consumer", None, here, span, True, span.attributes, span.probability)

    def outgoing(self, span):
        if span.kind not in ("client", "producer"):
            return
        if self.leaves_below(span, set()):
            return
        shared = [half for half in self.by_id[span.trace, span.id] if half is not span and side(half) == "in"]
        if shared or self.answered_inside(span) or self.poses_as_callee(span):
            return
        if span.kind == "producer" and self.is_received(span):
            return
        form = "client" if span.kind == "client" else "producer"
        yield Call(form, self.node[id(span)], None, span, form == "producer", span.attributes, span.probability)

    def leaves_below(self, span, seen):
        seen.add(id(span))
        for child in self.children[id(span)]:
            if self.node[id(child)] != self.node[id(span)]:
                return True
            if id(child) not in seen and (child.kind == "client" or self.leaves_below(child, seen)):
                return True
        return False

    def poses_as_callee(self, span):
        names = set(span.attributes) & {"peer.service", "server.address", "db.system"}
        return span.kind == "client" and self.remote_parent(span) is not None and not names

    def answered_inside(self, span):
        answer = "server" if span.kind == "client" else "consumer"
        return any(child.kind == answer for child in self.children[id(span)])

    def is_received(self, span):
        return any(span in list(self.producers_linked(other)) for other in self.spans if other.kind == "consumer")


def asked(span):
    """What a caller's span says about whom it calls; a server's or a consumer's attributes are about its own caller."""
    return span.attributes if span.kind in ("client", "producer", "absent") else {}


class Edges:
    """Calls with their classes: the ordered table of section 4 as far as it can be decided without manifests."""

    def __init__(self, spans):
        self.join = Join(spans)
        self.all = list(self.join.calls())
        self.learn_hosts()
        self.resolved = [self.resolve(call) for call in self.all]
        inside_callers = {call.callee for call in self.resolved
                          if call.caller not in (OUTSIDE, UNKNOWN, call.callee) and not call.asynchronous}
        self.gateways = {node for node in set(self.join.node.values())
                         if node.split("/")[-1] in GATEWAY_NAMES and node not in inside_callers}
        self.behind = self.spans_with_calls_behind()

    def resolve(self, call):
        if call.callee is not None and call.caller is not None:
            return call
        attributes = call.peer or {}
        other = self.destination(attributes) if call.asynchronous else self.peer(attributes, call.span)
        return Call(call.form, call.caller or other, call.callee or other, call.span, call.asynchronous, call.peer,
                    call.probability)

    def learn_hosts(self):
        """A host name of one label is a name in the namespace of whoever asks for it."""
        for call in self.all:
            host = (call.peer or {}).get("server.address")
            if call.callee is None and not call.asynchronous and host and "peer.service" not in call.peer:
                self.join.names.namespaces[host].add(call.span.namespace)

    def peer(self, attributes, span):
        name, host = attributes.get("peer.service"), attributes.get("server.address")
        if name:
            return self.join.names.named(name)
        if host and "." not in host:
            return self.join.names.named(host, span.namespace)
        return str(attributes.get("db.system") or UNKNOWN)

    @staticmethod
    def destination(attributes):
        return str(attributes.get("messaging.destination.name") or attributes.get("messaging.system") or UNKNOWN)

    def spans_with_calls_behind(self):
        """Gateway spans below which, inside the gateway, a call goes out."""
        behind = set()
        for call in self.resolved:
            if call.caller not in self.gateways:
                continue
            span = call.span if call.form in ("client", "producer") else self.join.parents[id(call.span)]
            while span is not None and id(span) not in behind and self.join.node[id(span)] == call.caller:
                behind.add(id(span))
                span = self.join.parents[id(span)]
        return behind

    def class_of(self, call):
        attributes = call.peer or {}
        callee = call.callee.split("/")[-1]
        if call.asynchronous or attributes.get("messaging.system"):
            return "async"
        if attributes.get("db.system") or callee in STORE_NAMES:
            return "datastore"
        if call.caller == OUTSIDE or call.caller in self.gateways:
            return "north-south"
        if call.caller == UNKNOWN or call.callee == UNKNOWN:
            return "unknown"
        return "east-west"

    def edges(self):
        counts = Counter()
        for call in self.resolved:
            if call.caller == call.callee:
                continue
            if call.callee in self.gateways and not call.asynchronous:
                if id(call.span) in self.behind:
                    continue
                call = Call(call.form, OUTSIDE, call.callee, call.span, call.asynchronous, call.peer, call.probability)
            probability = 1 if call.probability is None else call.probability
            counts[call.caller, call.callee, self.class_of(call), probability] += 1
        return counts
