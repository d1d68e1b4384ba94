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


RECORDINGS = {"vpc-flow.log": aws, "gcp-vpc-flow.json": gcp, "azure-flow.json": azure}
