"""The story as what others had already counted: Kiali, dependency lists, request metrics, Linkerd's and Otterize's maps.

Every format comes with what it can show of the story, as counts of (from, to, class, unit), and the edges of which it shows no count.
"""
from collections import Counter

from shop_logs import ASKS_DNS, SCRAPED, compact, connections
from shop_story import PAYMENT_HOST, START_US, WORKLOADS

SECONDS = 600
REQUESTS, STORES = ("http", "grpc"), ("sql", "redis", "kafka")


def named(name):
    return WORKLOADS[name].id if name in WORKLOADS else "outside"


def role(name):
    return WORKLOADS[name].role if name in WORKLOADS else "outside"


def class_of(caller, callee):
    by_role = {"datastore": "datastore", "broker": "async", "outside": "egress"}.get(role(callee))
    return by_role or ("north-south" if caller in ("outside", "gateway") else "east-west")


def counted(edges, unit="requests"):
    return Counter({(named(a), named(b), class_of(a, b), unit): n for (a, b), n in edges.items() if n})


def uncounted(edges, unit="requests"):
    return {(named(a), named(b), class_of(a, b), unit) for a, b in edges}


def calls_by_pair(story, protocols):
    """Who calls whom behind the gateway; a message is its producer's call of the broker."""
    pairs = Counter()
    for call in story.calls():
        if call.protocol in protocols and call.caller in WORKLOADS:
            pairs[call.caller, "kafka" if call.protocol == "kafka" else call.callee] += 1
    return pairs


def failed(story):
    return Counter((call.caller, call.callee) for call in story.calls() if call.protocol in REQUESTS and call.status >= 500)


# -- Kiali: rates have two decimals, so that rare calls vanish and the others are estimates ----------------------------
def rates(story):
    pairs = calls_by_pair(story, REQUESTS)
    return {pair: f"{n / SECONDS:.2f}" for pair, n in pairs.items() if f"{n / SECONDS:.2f}" != "0.00"}


def kiali_node(name):
    data = {"id": f"node-{name}", "nodeType": "app", "cluster": "Kubernetes", "namespace": WORKLOADS[name].ns,
            "workload": name, "app": name, "version": "v1",
            "destServices": [{"cluster": "Kubernetes", "namespace": WORKLOADS[name].ns, "name": name}], "healthData": None}
    if role(name) == "gateway":
        data |= {"isGateway": {"ingressInfo": {"hostnames": ["*"]}, "egressInfo": {}, "gatewayAPIInfo": {}}, "isRoot": True}
    return {"data": data}


def kiali(story):
    tcp = calls_by_pair(story, STORES + ("https",))
    entry = {"data": {"id": "node-payments", "nodeType": "service", "cluster": "Kubernetes", "namespace": "shop",
                      "service": PAYMENT_HOST, "isServiceEntry": {"location": "MESH_EXTERNAL", "hosts": [PAYMENT_HOST]}}}
    ids = {name: f"node-{name}" for name in WORKLOADS} | {PAYMENT_HOST: "node-payments"}
    edges = [(pair, {"protocol": "http", "rates": {"http": rate, "httpPercentReq": "100.0"}})
             for pair, rate in sorted(rates(story).items())]
    edges += [(pair, {"protocol": "tcp", "rates": {"tcp": f"{n * 1252 / SECONDS:.2f}"}}) for pair, n in sorted(tcp.items())]
    used = sorted({end for pair, _ in edges for end in pair if end in WORKLOADS})
    drawn = [{"data": {"id": f"edge-{place}", "source": ids[a], "target": ids[b], "traffic": traffic, "isMTLS": "100"}}
             for place, ((a, b), traffic) in enumerate(edges)]
    yield compact({"timestamp": START_US // 1_000_000 + SECONDS, "duration": SECONDS, "graphType": "workload",
                   "elements": {"nodes": [kiali_node(name) for name in used] + [entry], "edges": drawn}})


def kiali_shows(story):
    return counted({pair: round(float(rate) * SECONDS) for pair, rate in rates(story).items()})


def tcp_of(story):
    return uncounted(calls_by_pair(story, STORES + ("https",)), "connections")


# -- dependency lists: services by their bare names, no callers from outside -------------------------------------------
def links(story):
    """A consumer's span is its producer's child, unless it only links to it."""
    pairs = calls_by_pair(story, REQUESTS)
    pairs.update((call.caller, call.callee) for call in story.calls() if call.protocol == "kafka" and not call.linked)
    return pairs


def jaeger_links(story):
    yield compact({"data": [{"parent": a, "child": b, "callCount": n} for (a, b), n in sorted(links(story).items())],
                   "total": 0, "limit": 0, "offset": 0, "errors": None})


def zipkin_pairs(story):
    pairs = calls_by_pair(story, REQUESTS + ("sql", "redis", "https", "kafka"))
    pairs.update(("kafka", call.callee) for call in story.calls() if call.protocol == "kafka")
    return pairs


def zipkin_links(story):
    bad = failed(story)
    yield "[" + ",\n".join(compact({"parent": a, "child": b.partition(":")[0], "callCount": n}
                                   | ({"errorCount": bad[a, b]} if bad[a, b] else {}))
                           for (a, b), n in sorted(zipkin_pairs(story).items()) if b != PAYMENT_HOST) + "]"


def jaeger_shows(story):
    return counted(links(story))


def zipkin_shows(story):
    counts = counted({pair: n for pair, n in zipkin_pairs(story).items() if "kafka" not in pair and pair[1] != PAYMENT_HOST})
    for (a, b), n in zipkin_pairs(story).items():
        if "kafka" in (a, b):
            counts[named(a), named(b), "async", "requests"] += n
    return counts


# -- Prometheus --------------------------------------------------------------------------------------------------------
def series(name, value, labels):
    return name + "{" + ",".join(f'{key}="{text}"' for key, text in labels.items()) + f"}} {value}"


def istio_labels(reporter, a, b, protocol, code=""):
    inside = b in WORKLOADS
    labels = {"reporter": reporter, "source_workload": a, "source_workload_namespace": WORKLOADS[a].ns,
              "source_canonical_service": a, "destination_service": WORKLOADS[b].fqdn if inside else b,
              "destination_service_name": b, "destination_service_namespace": WORKLOADS[b].ns if inside else "unknown",
              "destination_workload": b if inside else "unknown",
              "destination_workload_namespace": WORKLOADS[b].ns if inside else "unknown", "request_protocol": protocol,
              "connection_security_policy": "mutual_tls" if reporter == "destination" else "unknown"}
    return labels | ({"response_code": code} if code else {})


def istio_series(story):
    bad = failed(story)
    for (a, b), n in sorted(calls_by_pair(story, REQUESTS).items()):
        for reporter in ("source", "destination"):
            for code, count in (("200", n - bad[a, b]), ("502", bad[a, b])):
                if count:
                    yield "istio_requests_total", count, istio_labels(reporter, a, b, "http", code)
    for (a, b), n in sorted(calls_by_pair(story, STORES + ("https",)).items()):
        yield "istio_tcp_connections_opened_total", n, istio_labels("source", a, b, "tcp")


def istio_text(story):
    seen = set()
    for name, value, labels in istio_series(story):
        if name not in seen:
            yield f"# TYPE {name} counter"
        seen.add(name)
        yield series(name, value, labels)
    yield "# TYPE istio_build gauge"
    yield series("istio_build", 1, {"component": "proxy", "tag": "1.28.0"})


def istio_query(story):
    found = [{"metric": labels, "value": [START_US // 1_000_000 + SECONDS, str(value)]}
             for name, value, labels in istio_series(story) if name == "istio_requests_total"]
    yield '{"status":"success","data":{"resultType":"vector","result":[' + ",\n".join(map(compact, found)) + "]}}"


def requests_shown(story):
    return counted(calls_by_pair(story, REQUESTS))


def istio_shows(story):
    return requests_shown(story) + counted(calls_by_pair(story, STORES + ("https",)), "connections")


def service_graph(story):
    yield "# TYPE traces_service_graph_request_total counter"
    kinds = {"sql": "database", "redis": "database", "kafka": "messaging_system", "https": "virtual_node"}
    pairs = Counter()
    for call in story.calls():
        client = call.caller if call.caller in WORKLOADS else "user"
        pairs[client, call.callee, "virtual_node" if client == "user" else kinds.get(call.protocol, "")] += 1
    for (a, b, kind), n in sorted(pairs.items()):
        yield series("traces_service_graph_request_total", n, {"client": a, "connection_type": kind, "server": b})


def service_graph_shows(story):
    counts = requests_shown(story) + counted(calls_by_pair(story, ("sql", "redis", "https")))
    for call in story.calls():
        if call.protocol == "kafka":
            counts[named(call.caller), named(call.callee), "async", "requests"] += 1
        if call.caller == "kubelet":
            counts["outside", named(call.callee), "north-south", "requests"] += 1
    return counts


def ends_of(connection):
    for end in (connection.source, connection.target):
        yield f"{end['namespace']}/{end['pod_name']}" if "namespace" in end else end["labels"][0]


def hubble_metrics(story):
    yield "# TYPE hubble_http_requests_total counter"
    for (a, b), n in sorted(calls_by_pair(story, REQUESTS).items()):
        for reporter in ("client", "server"):
            yield series("hubble_http_requests_total", n, {"destination": named(b), "method": "GET", "protocol": "HTTP/1.1",
                                                           "reporter": reporter, "source": named(a), "status": "200"})
    yield "# TYPE hubble_tcp_flags_total counter"
    opened = Counter(tuple(ends_of(one)) for one in connections(story) if one.protocol == "TCP")
    for (a, b), n in sorted(opened.items()):
        for source, target, flag in ((a, b, "SYN"), (b, a, "SYN-ACK")):
            yield series("hubble_tcp_flags_total", n, {"destination": target, "family": "IPv4", "flag": flag, "source": source})


def hubble_shows(story):
    counts = requests_shown(story) + counted(calls_by_pair(story, STORES + REQUESTS + ("https",)), "connections")
    for call in story.calls():
        if call.protocol == "kafka":
            counts[named(call.callee), named("kafka"), "async", "connections"] += 1
        if call.caller == "kubelet":
            counts["reserved:host", named(call.callee), "platform", "connections"] += 1
    for name in SCRAPED:
        counts[named("prometheus"), named(name), "platform", "connections"] += 1
    return counts


def caretta_end(side, name):
    if name not in WORKLOADS:
        return {f"{side}_kind": "external", f"{side}_name": name, f"{side}_namespace": ""}
    return {f"{side}_kind": WORKLOADS[name].kind, f"{side}_name": name, f"{side}_namespace": WORKLOADS[name].ns}


def caretta(story):
    yield "# TYPE caretta_links_observed gauge"
    for place, ((a, b), n) in enumerate(sorted(calls_by_pair(story, REQUESTS + STORES + ("https",)).items())):
        for view in ("1", "2") if b in WORKLOADS else ("1",):
            port = WORKLOADS[b].port if b in WORKLOADS else 443
            labels = caretta_end("client", a) | caretta_end("server", b)
            labels |= {"link_id": str(7000 + place), "role": view, "server_port": str(port)}
            yield series("caretta_links_observed", n * 1252, labels)


def caretta_edges(story):
    return uncounted(calls_by_pair(story, REQUESTS + STORES + ("https",)), "connections")


# -- Linkerd -----------------------------------------------------------------------------------------------------------
def linkerd_metrics(story):
    yield "# TYPE request_total counter"
    for (a, b), n in sorted(calls_by_pair(story, REQUESTS).items()):
        source, target = WORKLOADS[a], WORKLOADS[b]
        yield series("request_total", n, {
            "authority": f"{target.fqdn}:{target.port}", "deployment": a, "direction": "outbound", "dst_deployment": b,
            "dst_namespace": target.ns, "dst_service": b, "namespace": source.ns, "tls": "true"})
        yield series("request_total", n, {
            "client_id": f"{a}.{source.ns}.serviceaccount.identity.linkerd.cluster.local", "deployment": b,
            "direction": "inbound", "namespace": target.ns, "target_port": str(target.port), "tls": "true"})


def linkerd_edges(story):
    yield compact([{"src": a, "src_namespace": WORKLOADS[a].ns, "dst": b, "dst_namespace": WORKLOADS[b].ns,
                    "client_id": f"{a}.{WORKLOADS[a].ns}", "server_id": f"{b}.{WORKLOADS[b].ns}", "no_tls_reason": ""}
                   for a, b in sorted(calls_by_pair(story, REQUESTS))])


def linkerd_edges_table(story):
    rows = [("SRC", "DST", "SRC_NS", "DST_NS", "SECURED")]
    rows += [(a, b, WORKLOADS[a].ns, WORKLOADS[b].ns, "√") for a, b in sorted(calls_by_pair(story, REQUESTS))]
    for row in rows:
        yield "   ".join(f"{cell:12}" for cell in row)


def meshed_pairs(story):
    return uncounted(calls_by_pair(story, REQUESTS))


def asked(story):
    totals = Counter()
    for (_, callee), n in calls_by_pair(story, REQUESTS).items():
        totals[callee] += n
    return totals


def linkerd_stat(story):
    yield compact([{"namespace": WORKLOADS[name].ns, "kind": "deployment", "name": name, "success": 1, "rps": n / SECONDS,
                    "latency_ms_p50": 2, "latency_ms_p95": 9, "latency_ms_p99": 12, "tcp_open_connections": 3,
                    "tcp_read_bytes_rate": 310.5, "tcp_write_bytes_rate": 911.25} for name, n in sorted(asked(story).items())])


def linkerd_stat_shows(story):
    minutes = SECONDS // 60
    return Counter({("unknown", named(name), "unknown", "requests"): max(1, int(n / minutes + 0.5))
                    for name, n in asked(story).items()})


# -- Otterize ----------------------------------------------------------------------------------------------------------
def called_by(story):
    pairs = calls_by_pair(story, REQUESTS + ("sql", "redis"))
    return {a: sorted({b for c, b in pairs if c == a}) for a in sorted({a for a, _ in pairs})}


def target(caller, name):
    there = WORKLOADS[name]
    return {"kubernetes": {"name": name if there.ns == WORKLOADS[caller].ns else f"{name}.{there.ns}", "kind": there.kind}}


def otterize(story):
    intents = []
    for caller, callees in called_by(story).items():
        targets = [target(caller, name) for name in callees]
        intents.append({"kind": "ClientIntents", "apiVersion": "k8s.otterize.com/v2beta1",
                        "metadata": {"name": caller, "namespace": WORKLOADS[caller].ns},
                        "spec": {"workload": {"name": caller, "kind": WORKLOADS[caller].kind}, "targets": targets}})
    intents.append({"kind": "ClientIntents", "apiVersion": "k8s.otterize.com/v2beta1",
                    "metadata": {"name": "payment", "namespace": "shop"},
                    "spec": {"workload": {"name": "payment", "kind": "Deployment"},
                             "targets": [{"internet": {"domains": [PAYMENT_HOST]}}]}})
    yield compact(intents)


def otterize_list(story):
    for caller, callees in called_by(story).items():
        yield f"{caller} in namespace {WORKLOADS[caller].ns} calls:"
        for name in callees:
            elsewhere = WORKLOADS[name].ns != WORKLOADS[caller].ns
            yield f"  - {name}" + (f" in namespace {WORKLOADS[name].ns}" if elsewhere else "")


def intents_edges(story):
    return list_edges(story) | uncounted([("payment", PAYMENT_HOST)])


def list_edges(story):
    return uncounted((a, b) for a, callees in called_by(story).items() for b in callees)


def nothing(story):
    return Counter()


# name: the recording, its counts, its edges without counts
FORMATS = {
    "kiali.json": (kiali, kiali_shows, tcp_of),
    "jaeger-dependencies.json": (jaeger_links, jaeger_shows, nothing),
    "zipkin-dependencies.json": (zipkin_links, zipkin_shows, nothing),
    "istio-metrics.prom": (istio_text, istio_shows, nothing),
    "istio-metrics.json": (istio_query, requests_shown, nothing),
    "service-graph.prom": (service_graph, service_graph_shows, nothing),
    "hubble-metrics.prom": (hubble_metrics, hubble_shows, nothing),
    "caretta.prom": (caretta, nothing, caretta_edges),
    "linkerd-metrics.prom": (linkerd_metrics, requests_shown, nothing),
    "linkerd-edges.json": (linkerd_edges, nothing, meshed_pairs),
    "linkerd-edges.txt": (linkerd_edges_table, nothing, meshed_pairs),
    "linkerd-stat.json": (linkerd_stat, linkerd_stat_shows, nothing),
    "otterize.json": (otterize, nothing, intents_edges),
    "otterize.txt": (otterize_list, nothing, list_edges),
}
RECORDINGS = {name: made for name, (made, _, _) in FORMATS.items()}
