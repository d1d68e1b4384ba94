"""The story as the logs of networks show it: a record for each way, place and interval, most of them without names."""
from shop_logs import compact, connections, moment
from shop_story import NODES, WORKLOADS

TCP, UDP = 6, 17
NUMBERS = {"TCP": TCP, "UDP": UDP}


def seconds(us):
    return us // 1_000_000


def number_of(connection):
    return NUMBERS[connection.protocol]


def long_lived(place):
    return place % 5 == 0


def answers_only(place):
    """Of these the recording has the way back alone."""
    return place % 11 == 4


# -- AWS ---------------------------------------------------------------------------------------------------------------
AWS_FIELDS = ("version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
              "tcp-flags pkt-srcaddr pkt-dstaddr flow-direction").split()
INTERFACES = {"node-a": "eni-0a11aa22bb33cc44d", "node-b": "eni-0b55aa66bb77cc88e", "node-c": "eni-0c99aa00bb11cc22f"}


def aws_record(connection, node, answer, start, flags, size):
    ends, ports = connection.ips, connection.ports
    outward = (node == connection.nodes[0] and "pod_name" in connection.source) != answer
    if answer:
        ends, ports = ends[::-1], ports[::-1]
    own = NODES[node]
    said = {"version": 5, "interface-id": INTERFACES[node], "srcaddr": own if outward else ends[0],
            "dstaddr": ends[1] if outward else own, "srcport": ports[0], "dstport": ports[1],
            "protocol": number_of(connection), "packets": 4 + size % 9, "bytes": size, "start": seconds(start),
            "end": seconds(start) + 52, "action": "ACCEPT", "log-status": "OK",
            "tcp-flags": flags if connection.protocol == "TCP" else 0, "pkt-srcaddr": ends[0], "pkt-dstaddr": ends[1],
            "flow-direction": "egress" if outward else "ingress"}
    return " ".join(str(said[name]) for name in AWS_FIELDS)


def aws_records(place, connection):
    for node in dict.fromkeys(connection.nodes):
        intervals = [(connection.at, 2, 18)] if long_lived(place) else [(connection.at, 3, 19)]
        if long_lived(place):
            intervals.append((connection.at + 60_000_000, 0, 0))
        for start, asked, answered in intervals:
            if not answers_only(place):
                yield start, aws_record(connection, node, False, start, asked, 400 + place)
            yield start, aws_record(connection, node, True, start, answered, 1900 + place)


def aws(story):
    records = [pair for place, connection in enumerate(connections(story)) for pair in aws_records(place, connection)]
    yield " ".join(AWS_FIELDS)
    for _, line in sorted(records):
        yield line
    nothing = {"version": 5, "interface-id": INTERFACES["node-c"], "start": seconds(records[0][0]),
               "end": seconds(records[0][0]) + 60, "log-status": "NODATA"}
    yield " ".join(str(nothing.get(name, "-")) for name in AWS_FIELDS)


# -- Google Cloud ------------------------------------------------------------------------------------------------------
def gcp_end(end, node):
    """What the log adds of one end: a pod with its workload, a node, or where on the internet it is."""
    if "pod_name" in end:
        workload = end["workloads"][0]
        return {"gke_details": {"cluster": {"cluster_name": "shop"}, "pod": {"pod_name": end["pod_name"], "pod_namespace": end["namespace"],
                                        "pod_workload": {"workload_name": workload["name"],
                                                         "workload_type": workload["kind"].upper()}}},
                "instance": {"vm_name": f"gke-shop-{node}"}}
    if end["labels"] == ["reserved:host"]:
        return {"gke_details": {"cluster": {"cluster_name": "shop"}},
                "instance": {"vm_name": f"gke-shop-{node}"}}
    return {"location": {"continent": "Europe", "country": "deu", "asn": 64500}}


def gcp_entry(connection, reporter, answer, size):
    ends = [(connection.source, connection.nodes[0], connection.ips[0], connection.ports[0]),
            (connection.target, connection.nodes[-1], connection.ips[1], connection.ports[1])]
    (source, source_node, source_ip, source_port), (target, target_node, ip, port) = ends[::-1] if answer else ends
    payload = {"connection": {"src_ip": source_ip, "src_port": source_port, "dest_ip": ip, "dest_port": port,
                              "protocol": number_of(connection)},
               "reporter": reporter, "bytes_sent": str(size), "packets_sent": str(3 + size % 7),
               "start_time": moment(connection.at, 6), "end_time": moment(connection.at + 4_000_000, 6)}
    payload |= {f"src_{key}": value for key, value in gcp_end(source, source_node).items()}
    payload |= {f"dest_{key}": value for key, value in gcp_end(target, target_node).items()}
    return {"jsonPayload": payload, "logName": "projects/shop/logs/compute.googleapis.com%2Fvpc_flows",
            "timestamp": moment(connection.at + 5_000_000, 6)}


def gcp(story):
    entries = []
    for place, connection in enumerate(connections(story)):
        ways = [way for way, end in (("SRC", connection.source), ("DEST", connection.target))
                     if end["labels"] != ["reserved:world"]]
        for reporter in ways if place % 4 == 0 else ways[:1]:
            if not answers_only(place):
                entries.append(gcp_entry(connection, reporter, False, 300 + place))
            entries.append(gcp_entry(connection, {"SRC": "DEST", "DEST": "SRC"}[reporter], True, 2100 + place))
    yield "[" + ",\n".join(compact(entry) for entry in entries) + "]"


# -- Azure -------------------------------------------------------------------------------------------------------------
def azure_tuples(place, connection, inbound):
    head = (*connection.ips, *connection.ports, number_of(connection), "I" if inbound else "O")
    stages = [(0, "B", (0, 0, 0, 0)), (1, "C", (7, 900 + place, 6, 3100 + place)), (2, "E", (3, 210, 2, 140))]
    for minute, state, sizes in stages if long_lived(place) else stages[::2]:
        yield ",".join(map(str, (connection.at // 1000 + 60_000 * minute, *head, state, "NX", *sizes)))


def azure(story):
    tuples = {node: [] for node in NODES}
    for place, connection in enumerate(connections(story)):
        for node in dict.fromkeys(connection.nodes):
            inbound = node == connection.nodes[-1] and "pod_name" in connection.target
            tuples[node] += azure_tuples(place, connection, inbound)
    records = []
    for place, node in enumerate(NODES):
        flows = {"aclID": "00000000-1234-abcd-ef00-c1c2c3c4c5c6",
                 "flowGroups": [{"rule": "DefaultRule_AllowVnetInBound", "flowTuples": sorted(tuples[node])}]}
        records.append({"time": moment(connections(story).__next__().at, 6), "flowLogVersion": 4,
                        "macAddress": f"00224871C20{place}", "category": "FlowLogFlowEvent",
                        "operationName": "FlowLogFlowEvent",
                        "targetResourceID": "/subscriptions/shop/virtualNetworks/shop",
                        "flowRecords": {"flows": [flows]}})
    yield compact({"records": records}).replace('","', '",\n"')


# -- Hubble as text ----------------------------------------------------------------------------------------------------
def hubble_text(story):
    lines = []
    for place, connection in enumerate(connections(story)):
        ends = []
        for end, ip, port in zip((connection.source, connection.target), connection.ips, connection.ports):
            name = f"{end['namespace']}/{end['pod_name']}" if "pod_name" in end else ip
            word = f"ID:{end['identity']}" if "pod_name" in end else end["labels"][0].removeprefix("reserved:")
            ends.append(f"{name}:{port} ({word})")
        flags = "SYN" if connection.protocol == "TCP" else ""
        summary = f"TCP Flags: {flags}" if flags else "UDP"
        time = f"Nov  2 09:{connection.at // 60_000_000 % 60:02d}:{connection.at / 1e6 % 60:06.3f}"
        if not answers_only(place):
            lines.append(f"{time}: {ends[0]} -> {ends[1]} to-endpoint FORWARDED ({summary})")
        if place % 6 == 0 or answers_only(place):
            lines.append(f"{time}: {ends[0]} <- {ends[1]} to-stack FORWARDED ({summary.replace('SYN', 'SYN, ACK')})")
    yield from sorted(lines)


# -- Calico ------------------------------------------------------------------------------------------------------------
def calico_end(prefix, end, ip):
    if "pod_name" in end:
        workload = end["workloads"][0]
        summed = f"{workload['name']}-*" if workload["kind"] != "Deployment" else end["pod_name"].rpartition("-")[0] + "-*"
        said = {"type": "wep", "name": "-", "name_aggr": summed, "namespace": end["namespace"],
                "labels": {"labels": [f"app={workload['name']}"]}, "ip": None}
    elif end["labels"] == ["reserved:host"]:
        said = {"type": "hep", "name": "-", "name_aggr": "node", "namespace": "-", "labels": None, "ip": None}
    else:
        said = {"type": "net", "name": "-", "name_aggr": "pub", "namespace": "-", "labels": None, "ip": None}
    return {f"{prefix}_{key}": value for key, value in said.items()}


def calico(story):
    """Intervals of five minutes, each end's node summing up what its pods opened and were asked for."""
    sums = {}
    for connection in connections(story):
        ends = calico_end("source", connection.source, "") | calico_end("dest", connection.target, "")
        reporters = [way for way, end in (("src", connection.source), ("dst", connection.target)) if "pod_name" in end]
        for reporter in reporters:
            interval = connection.at // 300_000_000 * 300
            head = {"start_time": interval, "end_time": interval + 300} | ends
            head |= {"source_port": None, "dest_port": connection.ports[1], "proto": connection.protocol.lower(),
                     "action": "allow", "reporter": reporter}
            sums.setdefault(compact(head), []).append(connection)
    for head in sorted(sums):
        count = len(sums[head])
        yield head[:-1] + "," + compact({"bytes_in": 900 * count, "bytes_out": 3000 * count, "packets_in": 9 * count,
                                         "packets_out": 11 * count, "num_flows": count, "num_flows_started": count,
                                         "num_flows_completed": count, "host": "node"})[1:]


# -- NetObserv ---------------------------------------------------------------------------------------------------------
def netobserv_end(prefix, end, ip, port, node):
    said = {f"{prefix}Addr": ip, f"{prefix}Port": port}
    if "pod_name" in end:
        workload = end["workloads"][0]
        said |= {f"{prefix}K8S_Name": end["pod_name"], f"{prefix}K8S_Namespace": end["namespace"],
                 f"{prefix}K8S_Type": "Pod", f"{prefix}K8S_OwnerName": workload["name"],
                 f"{prefix}K8S_OwnerType": workload["kind"], f"{prefix}K8S_HostName": node}
    elif end["labels"] == ["reserved:host"]:
        said |= {f"{prefix}K8S_Name": node, f"{prefix}K8S_Type": "Node", f"{prefix}K8S_OwnerName": node,
                 f"{prefix}K8S_OwnerType": "Node"}
    return said


def netobserv(story):
    """A Loki answer: what its index needs are labels of the stream, the rest is the line."""
    indexed = ("SrcK8S_Namespace", "DstK8S_Namespace", "SrcK8S_OwnerName", "DstK8S_OwnerName", "SrcK8S_Type",
               "DstK8S_Type", "FlowDirection")
    streams = {}
    for place, connection in enumerate(connections(story)):
        ends = [(connection.source, connection.ips[0], connection.ports[0], connection.nodes[0]),
                (connection.target, connection.ips[1], connection.ports[1], connection.nodes[-1])]
        for node in dict.fromkeys(connection.nodes if place % 3 == 0 else connection.nodes[-1:]):
            for answer in (False, True):
                if answers_only(place) and not answer:
                    continue
                source, target = ends[::-1] if answer else ends
                flags = (16 if place % 7 == 0 else 256 if answer else 2) if connection.protocol == "TCP" else 0
                said = netobserv_end("Src", *source) | netobserv_end("Dst", *target)
                said |= {"Proto": number_of(connection), "Etype": 2048, "Bytes": 500 + place, "Packets": 4,
                         "Flags": flags, "AgentIP": NODES[node], "TimeFlowStartMs": connection.at // 1000,
                         "TimeFlowEndMs": connection.at // 1000 + 900,
                         "FlowDirection": str(int((node == connection.nodes[0]) != answer))}
                labels = compact({key: said.pop(key) for key in indexed if key in said})
                streams.setdefault(labels, []).append([str(connection.at * 1000), compact(said)])
    result = ",\n".join(f'{{"stream":{labels},"values":{compact(streams[labels])}}}' for labels in sorted(streams))
    yield f'{{"status":"success","data":{{"resultType":"streams","result":[{result}]}}}}'


# -- Zeek and conntrack ------------------------------------------------------------------------------------------------
ZEEK_FIELDS = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state "
               "local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes").split()
ZEEK_TYPES = ("time string addr port addr port enum string interval count count string bool bool count string count "
              "count count count").split()


def zeek(story):
    yield "#separator \\x09"
    yield "#set_separator\t,"
    yield "#empty_field\t(empty)"
    yield "#unset_field\t-"
    yield "#path\tconn"
    yield "\t".join(["#fields", *ZEEK_FIELDS])
    yield "\t".join(["#types", *ZEEK_TYPES])
    for place, connection in enumerate(connections(story)):
        (source, target), (source_port, port) = connection.ips, connection.ports
        tcp = connection.protocol == "TCP"
        said = (f"{connection.at / 1e6:.6f}", f"C{connection.at:x}{source_port:x}", source, source_port, target, port,
                "tcp" if tcp else "udp", "-" if tcp else "dns", "0.042137", 400 + place, 1900 + place, "SF", "T",
                "T", 0, "ShADadFf" if tcp else "Dd", 7, 800 + place, 6, 2300 + place)
        yield "\t".join(map(str, said))
    yield "#close\t2026-11-02-09-10-00"


def tracked(connection, reply_from, state):
    (source, target), (source_port, port) = connection.ips, connection.ports
    tcp = connection.protocol == "TCP"
    head = f"ipv4     2 {'tcp      6' if tcp else 'udp      17'} {117 if tcp else 29} {state if tcp else ''}"
    answer = f"src={target} dst={source} sport={port} dport={source_port}"
    return f"{head} src={source} dst={reply_from} sport={source_port} dport={port} {answer} [ASSURED] mark=0 use=1"


def conntrack(story):
    """The caller's node translates a Service's address, the callee's node sees the pod's."""
    for place, connection in enumerate(connections(story)):
        workload = next((w for w in WORKLOADS.values() if connection.target.get("pod_name") in {p.name for p in w.pods}), None)
        dialled = workload.cluster_ip if workload is not None and "pod_name" in connection.source else connection.ips[1]
        yield tracked(connection, dialled, "TIME_WAIT")
        if place % 3 == 0 and connection.nodes[0] != connection.nodes[-1]:
            yield tracked(connection, connection.ips[1], "ESTABLISHED")


RECORDINGS = {"vpc-flow.log": aws, "gcp-vpc-flow.json": gcp, "azure-flow.json": azure, "hubble.txt": hubble_text,
              "calico-flow.jsonl": calico, "netobserv.json": netobserv, "zeek-conn.log": zeek, "conntrack.txt": conntrack}
