"""The story as what proxies and the network saw of it: Istio and Envoy access logs, Hubble flows, and the pods."""
import json
from datetime import datetime, timedelta, timezone

from shop_story import NODES, PAYMENT_HOST, PAYMENT_IP, WORKLOADS

GATEWAY = WORKLOADS["gateway"]


def moment(us, digits=3):
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=us)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond:06d}"[:digits] + "Z"


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def wire(call):
    """A message is a connection of its producer's to the broker; everything else goes where it goes."""
    return WORKLOADS["kafka"] if call.protocol == "kafka" else WORKLOADS.get(call.callee)


def wire_pod(call):
    return WORKLOADS["kafka"].pods[0] if call.protocol == "kafka" else call.callee_pod


# -- access logs -------------------------------------------------------------------------------------------------------
def fields(call, pod):
    """What every line about a request says."""
    milliseconds = call.duration // 1000
    grpc = call.protocol == "grpc"
    tcp = call.protocol in ("sql", "redis", "kafka", "https")
    return {"pod": pod, "start_time": moment(call.start), "method": "-" if tcp else call.method,
            "path": "-" if tcp else call.path, "protocol": "-" if tcp else "HTTP/2" if grpc else "HTTP/1.1",
            "response_code": 0 if tcp else call.status, "response_flags": "-",
            "response_code_details": "-" if tcp else "via_upstream", "bytes_received": 312 if tcp else 0,
            "bytes_sent": 940 + call.duration % 500, "duration": milliseconds,
            "upstream_service_time": "-" if tcp else str(max(milliseconds - 1, 0)),
            "x_forwarded_for": "-", "user_agent": "-" if tcp else "grpc-go/1.75.0" if grpc else "shop/1.0",
            "request_id": "-" if tcp else call.request_id, "authority": "-" if tcp else call.host,
            "requested_server_name": "-", "route_name": "-" if tcp else "default"}


def outbound(call):
    """The line of the caller's sidecar, or of the gateway, which is the caller of its backends."""
    line = fields(call, call.caller_pod)
    callee = wire(call)
    if callee is None:
        return line | {"upstream_host": f"{PAYMENT_IP}:443", "upstream_cluster": "PassthroughCluster",
                       "upstream_local_address": f"{call.caller_pod.ip}:{call.port}",
                       "downstream_local_address": f"{PAYMENT_IP}:443",
                       "downstream_remote_address": f"{call.caller_pod.ip}:{call.port + 2}",
                       "requested_server_name": PAYMENT_HOST}
    return line | {"upstream_host": f"{wire_pod(call).ip}:{callee.port}",
                   "upstream_cluster": f"outbound|{callee.port}||{callee.fqdn}",
                   "upstream_local_address": f"{call.caller_pod.ip}:{call.port}",
                   "downstream_local_address": f"{callee.cluster_ip}:{callee.port}",
                   "downstream_remote_address": f"{call.caller_pod.ip}:{call.port + 2}"}


def at_gateway(call, behind):
    """The gateway's line about a request from outside, answered by a backend or by itself."""
    client = {"x_forwarded_for": call.client, "user_agent": call.agent, "requested_server_name": call.host,
              "downstream_local_address": f"{call.callee_pod.ip}:10443",
              "downstream_remote_address": f"{call.client}:{call.port}"}
    if behind is None:
        return fields(call, call.callee_pod) | client | {
            "response_code_details": "direct_response", "upstream_service_time": "-", "upstream_host": "-",
            "upstream_cluster": "-", "upstream_local_address": "-"}
    backend = WORKLOADS[behind.callee]
    return fields(call, call.callee_pod) | client | {
        "upstream_host": f"{behind.callee_pod.ip}:{backend.port}",
        "upstream_cluster": f"outbound|{backend.port}||{backend.fqdn}",
        "upstream_local_address": f"{call.callee_pod.ip}:{behind.port}"}


def inbound(call):
    """The line of the callee's sidecar."""
    callee = WORKLOADS[call.callee]
    forwarded = {"x_forwarded_for": call.client} if call.client else {}
    return fields(call, call.callee_pod) | forwarded | {
        "start_time": moment(call.start + 400), "upstream_host": f"{call.callee_pod.ip}:{callee.port}",
        "upstream_cluster": f"inbound|{callee.port}||", "upstream_local_address": f"127.0.0.6:{call.port + 4}",
        "downstream_local_address": f"{call.callee_pod.ip}:{callee.port}",
        "downstream_remote_address": f"{call.caller_pod.ip}:{call.port}",
        "requested_server_name": f"outbound_.{callee.port}_._.{callee.fqdn}"}


def istio_lines(story):
    """Kubelet's probes go to the sidecar's own port and are in no line; stores and the broker have no sidecar."""
    found = []
    for call in story.calls():
        if call.caller == "kubelet":
            continue
        if call.caller == "outside":
            behind = call.children[0] if call.children else None
            if behind is not None:
                behind.client = call.client
            found.append((call.start, at_gateway(call, behind)))
            continue
        if call.caller != "gateway":
            found.append((call.start, outbound(call)))
        if call.callee in WORKLOADS and WORKLOADS[call.callee].language and call.protocol != "kafka":
            found.append((call.start + 400, inbound(call)))
    return [line for _, line in sorted(found, key=lambda pair: (pair[0], compact(pair[1] | {"pod": ""})))]


def istio_text(story):
    for f in istio_lines(story):
        yield (f'[pod/{f["pod"].name}/istio-proxy] [{f["start_time"]}] "{f["method"]} {f["path"]} {f["protocol"]}" '
               f'{f["response_code"]} {f["response_flags"]} {f["response_code_details"]} - "-" {f["bytes_received"]} '
               f'{f["bytes_sent"]} {f["duration"]} {f["upstream_service_time"]} "{f["x_forwarded_for"]}" '
               f'"{f["user_agent"]}" "{f["request_id"]}" "{f["authority"]}" "{f["upstream_host"]}" '
               f'{f["upstream_cluster"]} {f["upstream_local_address"]} {f["downstream_local_address"]} '
               f'{f["downstream_remote_address"]} {f["requested_server_name"]} {f["route_name"]}')


def istio_json(story):
    for line in istio_lines(story):
        said = {key: None if value == "-" else value for key, value in sorted(line.items()) if key != "pod"}
        yield compact(said | {"connection_termination_details": None, "upstream_transport_failure_reason": None})


def envoy_text(story):
    """Envoy's default format, of the gateway alone."""
    for call in story.calls():
        if call.caller != "outside":
            continue
        f = at_gateway(call, call.children[0] if call.children else None)
        yield (f'[{f["start_time"]}] "{f["method"]} {f["path"]} HTTP/2" {f["response_code"]} {f["response_flags"]} '
               f'{f["bytes_received"]} {f["bytes_sent"]} {f["duration"]} {f["upstream_service_time"]} '
               f'"{f["x_forwarded_for"]}" "{f["user_agent"]}" "{f["request_id"]}" "{f["authority"]}" '
               f'"{f["upstream_host"]}"')


# -- flows -------------------------------------------------------------------------------------------------------------
IDENTITIES = {name: 20_000 + 37 * place for place, name in enumerate(WORKLOADS)}


def endpoint(workload, pod):
    labels = [f"k8s:app={workload.name}", f"k8s:io.kubernetes.pod.namespace={workload.ns}"]
    return {"ID": sum(map(ord, pod.name)), "identity": IDENTITIES[workload.name], "namespace": workload.ns,
            "labels": labels, "pod_name": pod.name, "workloads": [{"name": workload.name, "kind": workload.kind}]}


def reserved(name, identity):
    return {"identity": identity, "labels": [f"reserved:{name}"]}


class Connection:
    """Who opens a connection to whom, and the nodes that saw it."""

    def __init__(self, at, source, source_ip, source_port, target, target_ip, target_port, nodes, protocol="TCP", name=""):
        self.at, self.source, self.target, self.nodes = at, source, target, nodes
        self.ips, self.ports = (source_ip, target_ip), (source_port, target_port)
        self.protocol, self.name = protocol, name

    def flow(self, us, node, direction, point, reply=False):
        ends = ((self.source, self.target), self.ips, self.ports)
        (source, target), ips, ports = [pair[::-1] for pair in ends] if reply else ends
        said = {"time": moment(self.at + us, 6), "verdict": "FORWARDED",
                "IP": {"source": ips[0], "destination": ips[1], "ipVersion": "IPv4"},
                "l4": {self.protocol: {"source_port": ports[0], "destination_port": ports[1]}},
                "source": source, "destination": target, "Type": "L3_L4", "node_name": node, "is_reply": reply,
                "traffic_direction": direction, "trace_observation_point": point}
        if self.protocol == "TCP":
            said["l4"]["TCP"]["flags"] = {"SYN": True} | ({"ACK": True} if reply else {})
        if self.name:
            said["source_names" if reply else "destination_names"] = [self.name]
        return said

    def flows(self, answered, twice):
        """On the callee's node, now and then on the caller's as well, and now and then the answer."""
        first, last = self.nodes[0], self.nodes[-1]
        if first != last and twice:
            yield self.flow(0, first, "EGRESS", "TO_OVERLAY")
        outward = "pod_name" not in self.target
        yield self.flow(90, last, "EGRESS" if outward else "INGRESS", "TO_STACK" if outward else "TO_ENDPOINT")
        if answered:
            yield self.flow(240, last, "EGRESS", "TO_ENDPOINT", reply=True)


def connection_of(call):
    target = wire(call)
    at = call.start
    if call.caller == "outside":
        pod = call.callee_pod
        return Connection(at, reserved("world", 2), call.client, call.port, endpoint(GATEWAY, pod), pod.ip, 10443, [pod.node])
    if call.caller == "kubelet":
        pod = call.callee_pod
        return Connection(at, reserved("host", 1), NODES[pod.node], call.port, endpoint(target, pod), pod.ip, target.port,
                          [pod.node])
    source = endpoint(WORKLOADS[call.caller], call.caller_pod)
    if target is None:
        return Connection(at, source, call.caller_pod.ip, call.port, reserved("world", 2), PAYMENT_IP, 443,
                          [call.caller_pod.node], name=PAYMENT_HOST)
    pod = wire_pod(call)
    return Connection(at, source, call.caller_pod.ip, call.port, endpoint(target, pod), pod.ip, target.port,
                      [call.caller_pod.node, pod.node])


def consuming(call):
    """The consumer's own connection to the broker."""
    consumer, kafka = WORKLOADS[call.callee], WORKLOADS["kafka"]
    return Connection(call.consumer_start, endpoint(consumer, call.callee_pod), call.callee_pod.ip, call.port + 1,
                      endpoint(kafka, kafka.pods[0]), kafka.pods[0].ip, kafka.port,
                      [call.callee_pod.node, kafka.pods[0].node])


def between(us, source, target, port, source_port, protocol="TCP"):
    one, other = WORKLOADS[source], WORKLOADS[target]
    return Connection(us, endpoint(one, one.pods[0]), one.pods[0].ip, source_port, endpoint(other, other.pods[0]),
                      other.pods[0].ip, port, [one.pods[0].node, other.pods[0].node], protocol)


SCRAPED = ["frontend", "catalog", "orders"]
ASKS_DNS = ["frontend", "cart", "checkout", "payment"]


def connections(story):
    for call in story.calls():
        yield connection_of(call)
        if call.protocol == "kafka":
            yield consuming(call)
    start = story.traces[0].start
    for place, name in enumerate(SCRAPED):
        yield between(start + 30_000_000 + place * 10_000, "prometheus", name, 9464, 61_000 + place)
    for place, name in enumerate(ASKS_DNS):
        yield between(start + 40_000_000 + place * 10_000, name, "coredns", 53, 62_000 + place, "UDP")


def hubble(story):
    flows = []
    for place, connection in enumerate(connections(story)):
        flows += connection.flows(answered=place % 6 == 0, twice=place % 4 == 0)
    for flow in sorted(flows, key=lambda f: (f["time"], compact(f))):
        yield compact({"flow": flow, "node_name": flow["node_name"], "time": flow["time"]})


# -- the cluster -------------------------------------------------------------------------------------------------------
def owner_of(workload, pod):
    if workload.kind == "StatefulSet":
        return {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": workload.name, "controller": True}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": pod.name.rpartition("-")[0], "controller": True}


def pod_object(workload, pod):
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": pod.name, "namespace": workload.ns, "labels": {"app": workload.name},
                         "ownerReferences": [owner_of(workload, pod)]},
            "spec": {"nodeName": pod.node, "containers": [{"name": workload.name}]},
            "status": {"phase": "Running", "podIP": pod.ip, "hostIP": NODES[pod.node]}}


def cluster_pods(story):
    """What `kubectl get pods -n NAMESPACE -o json` keeps of the pods, cut down to what tells who has which address."""
    yield '{"apiVersion":"v1","kind":"List","items":['
    yield ",\n".join(compact(pod_object(workload, pod)) for workload in WORKLOADS.values()
                     if workload.ns.startswith("shop") for pod in workload.pods)
    yield "]}"
