"""The story as request logs of other proxies: Envoy Gateway, ztunnel, ingress-nginx, Traefik, Linkerd."""
from collections import Counter
from datetime import datetime, timedelta, timezone

from shop_graphs import REQUESTS, STORES, calls_by_pair, counted, nothing, requests_shown
from shop_logs import at_gateway, compact, moment, wire, wire_pod
from shop_story import PAYMENT_HOST, PAYMENT_IP, WORKLOADS


def arrivals(story):
    """Requests at the gateway and what it gave them to."""
    for call in story.calls():
        if call.caller == "outside":
            yield call, call.children[0] if call.children else None


def gateway_shows(story):
    counts = counted(Counter((a, b) for a, b in ((c.caller, c.callee) for c in story.calls()) if a == "gateway"))
    counts["outside", "shop/gateway", "north-south", "requests"] = sum(behind is None for _, behind in arrivals(story))
    return counts


def envoy_gateway(story):
    names = {"x-envoy-origin-path": "path", "x-envoy-upstream-service-time": "upstream_service_time",
             "x-forwarded-for": "x_forwarded_for", "user-agent": "user_agent", "x-request-id": "request_id",
             ":authority": "authority"}
    kept = ("start_time", "method", "protocol", "response_code", "response_flags", "response_code_details", "bytes_received",
            "bytes_sent", "duration", "upstream_host", "upstream_local_address", "downstream_local_address",
            "downstream_remote_address", "requested_server_name", "route_name")
    for call, behind in arrivals(story):
        line = at_gateway(call, behind)
        line["upstream_local_address"] = "-" if behind is None else f"{call.callee_pod.ip}:{behind.port}"
        said = {key: line[key] for key in kept} | {key: line[name] for key, name in names.items()}
        backend = behind and WORKLOADS[behind.callee]
        said["upstream_cluster"] = f"httproute/{backend.ns}/{backend.name}/rule/0" if backend else "-"
        yield compact({key: None if value == "-" else value for key, value in said.items()})


# -- ztunnel: both ends of every connection, a waypoint nowhere --------------------------------------------------------
def identity(workload):
    return f"spiffe://cluster.local/ns/{workload.ns}/sa/{workload.name}"


def tunnel(call, direction):
    source, callee = WORKLOADS[call.caller], wire(call)
    shared = 40_000 + sum(map(ord, call.caller)) % 999  # of the tunnel between two nodes
    fields = {"src.addr": f"{call.caller_pod.ip}:{call.port if direction == 'outbound' else shared}",
              "src.workload": call.caller_pod.name, "src.namespace": source.ns, "src.identity": identity(source)}
    if callee is None:
        fields |= {"dst.addr": f"{PAYMENT_IP}:443"}
    else:
        pod = wire_pod(call)
        fields |= {"dst.addr": f"{pod.ip}:15008", "dst.hbone_addr": f"{pod.ip}:{callee.port}", "dst.service": callee.fqdn,
                   "dst.workload": pod.name, "dst.namespace": callee.ns, "dst.identity": identity(callee)}
    return fields | {"direction": direction, "bytes_sent": 312, "bytes_recv": 940,
                     "duration": f"{call.duration // 1000}ms"}


def tunnels(story):
    for call in story.calls():
        if call.caller in WORKLOADS:
            yield call, tunnel(call, "outbound")
            if call.callee in WORKLOADS:
                yield call, tunnel(call, "inbound")


def ztunnel_text(story):
    bare = ("src.addr", "dst.addr", "dst.hbone_addr", "bytes_sent", "bytes_recv")
    for call, fields in tunnels(story):
        said = " ".join(f"{key}={value}" if key in bare else f'{key}="{value}"' for key, value in fields.items())
        yield f"{moment(call.start, 6)}\tinfo\taccess\tconnection complete\t{said}"


def ztunnel_json(story):
    for call, fields in tunnels(story):
        yield compact({"level": "info", "time": moment(call.start, 6), "scope": "access", "message": "connection complete"}
                      | fields)


def ztunnel_shows(story):
    return counted(calls_by_pair(story, REQUESTS + STORES + ("https",)), "connections")


# -- ingress controllers -----------------------------------------------------------------------------------------------
def log_time(us):
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=us)
    return at.strftime("%d/%b/%Y:%H:%M:%S +0000")


def upstream(behind):
    backend = WORKLOADS[behind.callee]
    return f"{backend.ns}-{backend.name}-{backend.port}", f"{behind.callee_pod.ip}:{backend.port}"


def nginx_text(story):
    for call, behind in arrivals(story):
        name, address = upstream(behind) if behind else ("", "-")
        took = f"{call.duration / 1e6:.3f}"
        tail = f"{address} 940 {took} {call.status}" if behind else "- - - -"
        yield (f'{call.client} - - [{log_time(call.start)}] "{call.method} {call.path} HTTP/2.0" {call.status} 940 "-" '
               f'"{call.agent}" 312 {took} [{name}] [] {tail} {call.request_id.replace("-", "")}')


def nginx_json(story):
    for call, behind in arrivals(story):
        name, address = upstream(behind) if behind else ("", "")
        yield compact({"time": moment(call.start), "remote_addr": call.client, "request_id": call.request_id,
                       "status": call.status, "vhost": call.host, "method": call.method, "path": call.path,
                       "request_time": call.duration / 1e6, "http_user_agent": call.agent, "proxy_upstream_name": name,
                       "upstream_addr": address})


def traefik_text(story):
    for place, (call, behind) in enumerate(arrivals(story)):
        router, url = "-", "-"
        if behind:
            backend = WORKLOADS[behind.callee]
            router, url = f"{backend.ns}-{backend.name}-{call.host.replace('.', '-')}@kubernetes", f"http://{upstream(behind)[1]}"
        yield (f'{call.client} - - [{log_time(call.start)}] "{call.method} {call.path} HTTP/2.0" {call.status} 940 "-" '
               f'"{call.agent}" {place + 1} "{router}" "{url}" {call.duration // 1000}ms')


def traefik_json(story):
    for place, (call, behind) in enumerate(arrivals(story)):
        said = {"ClientAddr": f"{call.client}:{call.port}", "ClientHost": call.client, "DownstreamContentSize": 940,
                "DownstreamStatus": call.status, "Duration": call.duration * 1000, "RequestCount": place + 1,
                "RequestHost": call.host, "RequestMethod": call.method, "RequestPath": call.path,
                "RequestProtocol": "HTTP/2.0", "StartUTC": moment(call.start), "entryPointName": "websecure", "level": "info",
                "msg": "", "request_User-Agent": call.agent, "time": moment(call.start + call.duration)}
        if behind:
            name, address = upstream(behind)
            said |= {"OriginStatus": call.status, "RouterName": f"websecure-{name}@kubernetes", "ServiceAddr": address,
                     "ServiceName": f"{name}@kubernetes", "ServiceURL": f"http://{address}"}
        yield compact(said)


# -- Linkerd: the callee's proxy writes --------------------------------------------------------------------------------
def received(story):
    for call in story.calls():
        if call.caller in WORKLOADS and call.protocol in REQUESTS:
            client = WORKLOADS[call.caller]
            yield call, f"{client.name}.{client.ns}.serviceaccount.identity.linkerd.cluster.local"


def linkerd_text(story):
    for call, client in received(story):
        uri = f"http://{WORKLOADS[call.callee].fqdn}:{WORKLOADS[call.callee].port}{call.path}"
        yield (f"[pod/{call.callee_pod.name}/linkerd-proxy] {call.caller_pod.ip}:{call.port} {client} - "
               f'[{moment(call.start, 6)}] "{call.method} {uri} HTTP/2.0" {call.status}')


def linkerd_json(story):
    for call, client in received(story):
        authority = f"{WORKLOADS[call.callee].fqdn}:{WORKLOADS[call.callee].port}"
        yield compact({"client.addr": f"{call.caller_pod.ip}:{call.port}", "client.id": client, "host": authority,
                       "method": call.method, "processing_ns": "39826", "request_bytes": "312", "status": call.status,
                       "timestamp": moment(call.start, 6), "total_ns": str(call.duration * 1000), "trace_id": "",
                       "uri": f"http://{authority}{call.path}", "user_agent": "shop/1.0", "version": "HTTP/2.0"})


FORMATS = {
    "envoy-gateway.jsonl": (envoy_gateway, gateway_shows, nothing),
    "ztunnel.log": (ztunnel_text, ztunnel_shows, nothing),
    "ztunnel.jsonl": (ztunnel_json, ztunnel_shows, nothing),
    "ingress-nginx.log": (nginx_text, gateway_shows, nothing),
    "ingress-nginx.jsonl": (nginx_json, gateway_shows, nothing),
    "traefik.log": (traefik_text, gateway_shows, nothing),
    "traefik.jsonl": (traefik_json, gateway_shows, nothing),
    "linkerd-access.log": (linkerd_text, requests_shown, nothing),
    "linkerd-access.jsonl": (linkerd_json, requests_shown, nothing),
}
RECORDINGS = {name: made for name, (made, _, _) in FORMATS.items()}
