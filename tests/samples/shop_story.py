"""The one description behind samples/shop: a small online shop, ten minutes of its traffic, call by call.

Every recording and every expectation is made from the calls that story() returns.
"""
import random
from dataclasses import dataclass, field

START_US = 1_793_610_000_000_000  # 2026-11-02T09:00:00Z
DAY = "2026-11-02"


@dataclass(frozen=True)
class Pod:
    name: str
    ip: str
    node: str


@dataclass(frozen=True)
class Workload:
    name: str
    ns: str
    kind: str
    port: int
    cluster_ip: str
    pods: tuple
    language: str = ""  # empty: emits no spans
    role: str = "service"  # service, gateway, datastore, broker, platform

    @property
    def id(self):
        return f"{self.ns}/{self.name}"

    @property
    def fqdn(self):
        return f"{self.name}.{self.ns}.svc.cluster.local"


NODES = {"node-a": "10.0.0.11", "node-b": "10.0.0.12", "node-c": "10.0.0.13"}


def workload(name, ns, kind, port, last, pods, language="", role="service"):
    made = tuple(Pod(pod, ip, node) for pod, ip, node in pods)
    return Workload(name, ns, kind, port, f"10.96.0.{last}", made, language, role)


WORKLOADS = {w.name: w for w in (
    workload("gateway", "shop", "Deployment", 10443, 10, [("gateway-7c9d8f6b5c-4kxzq", "10.1.1.10", "node-a")], "cpp",
             "gateway"),
    workload("frontend", "shop", "Deployment", 8080, 20, [("frontend-5f7b9c8d64-2xk8p", "10.1.1.20", "node-a"),
                                                          ("frontend-5f7b9c8d64-9tnlw", "10.1.2.20", "node-b")], "nodejs"),
    workload("catalog", "shop", "Deployment", 8080, 30, [("catalog-6b8d5f9c47-hq2vd", "10.1.2.30", "node-b"),
                                                         ("catalog-6b8d5f9c47-zk7mr", "10.1.3.30", "node-c")], "go"),
    workload("cart", "shop", "Deployment", 8080, 40, [("cart-84c6d7b9f5-v5rtz", "10.1.3.40", "node-c")], "dotnet"),
    workload("checkout", "shop", "Deployment", 9000, 50, [("checkout-78d5c9b6f4-qw9jl", "10.1.2.50", "node-b")], "go"),
    workload("payment", "shop", "Deployment", 9000, 60, [("payment-699f8d7c5b-mm4xn", "10.1.3.60", "node-c")], "java"),
    workload("orders", "shop", "Deployment", 8080, 70, [("orders-5c8b7d9f66-k8zvw", "10.1.1.70", "node-a")], "java"),
    workload("postgres", "shop", "StatefulSet", 5432, 80, [("postgres-0", "10.1.2.80", "node-b")], role="datastore"),
    workload("redis", "shop", "StatefulSet", 6379, 81, [("redis-0", "10.1.3.81", "node-c")], role="datastore"),
    workload("kafka", "shop", "StatefulSet", 9092, 82, [("kafka-0", "10.1.1.82", "node-a")], role="broker"),
    workload("admin", "shop-admin", "Deployment", 8080, 90, [("admin-6d9c7f8b54-xw5nq", "10.1.2.90", "node-b")], "python"),
    workload("reports", "shop-admin", "Deployment", 8080, 91, [("reports-7f6c8d9b45-p4tzl", "10.1.3.91", "node-c")],
             "python"),
    workload("prometheus", "monitoring", "StatefulSet", 9090, 100, [("prometheus-0", "10.1.1.100", "node-a")],
             role="platform"),
    workload("coredns", "kube-system", "Deployment", 53, 2, [("coredns-5d78c9869d-7bqxk", "10.1.1.5", "node-a")],
             role="platform"),
)}

HOSTS = {"shop.example.com": "frontend", "admin.shop.example.com": "admin"}
PAYMENT_HOST, PAYMENT_IP = "api.payments.example.net", "203.0.113.80"
CLIENTS = ["198.51.100.7", "198.51.100.23", "198.51.100.61", "203.0.113.14", "203.0.113.201"]
BROWSERS = ["Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15"]


@dataclass
class Call:
    caller: str  # workload, "outside", "kubelet"
    callee: str  # workload, or PAYMENT_HOST
    protocol: str  # http, grpc, sql, redis, kafka, https
    method: str = ""
    path: str = ""
    route: str = ""
    host: str = ""
    status: int = 200
    agent: str = ""
    children: list = field(default_factory=list)
    received: object = None  # kafka: what the consumer does with the message, a list of calls
    linked: bool = False     # kafka: the consumer starts a trace of its own that links to the message
    # filled in by Story
    start: int = 0
    duration: int = 0
    caller_pod: object = None
    callee_pod: object = None
    client: str = ""      # address of an outside client
    port: int = 0         # the caller's
    request_id: str = ""
    trace: str = ""
    client_span: str = ""
    server_span: str = ""
    consumer_start: int = 0
    consumer_trace: str = ""
    consumer_span: str = ""

    def everything(self):
        yield self
        for call in self.children + (self.received or []):
            yield from call.everything()


@dataclass
class Job:
    """A root span of a service of the system that nobody called."""
    service: str
    name: str
    children: list
    start: int = 0
    duration: int = 0
    pod: object = None
    trace: str = ""
    span: str = ""


def http(caller, callee, method, path, route=None, children=(), status=200, host=""):
    return Call(caller, callee, "http", method, path, route or path, host or callee, status, children=list(children))


def grpc(caller, callee, method, children=(), status=200):
    return Call(caller, callee, "grpc", "POST", "/" + method, method, callee, status, children=list(children))


def sql(caller, statement):
    return Call(caller, "postgres", "sql", statement.split()[0], "", statement, "postgres")


def redis(caller, command):
    return Call(caller, "redis", "redis", command, "", command, "redis")


def from_outside(host, method, path, route, children, status=200):
    """A browser's request, the gateway's call behind it, and what its backend does."""
    behind = http("gateway", HOSTS[host], method, path, route, children, status, host)
    return Call("outside", "gateway", "http", method, path, route, host, status, children=[behind])


def browse(rng):
    page = rng.randrange(1, 9)
    return from_outside("shop.example.com", "GET", f"/products?page={page}", "/products", [
        http("frontend", "catalog", "GET", f"/v1/products?page={page}", "/v1/products",
             [sql("catalog", "SELECT shop.products")])])


def product(rng):
    item = rng.randrange(1000, 9999)
    return from_outside("shop.example.com", "GET", f"/products/{item}", "/products/{id}", [
        http("frontend", "catalog", "GET", f"/v1/products/{item}", "/v1/products/{id}",
             [sql("catalog", "SELECT shop.products")]),
        http("frontend", "cart", "GET", f"/v1/carts/{item * 7}", "/v1/carts/{id}", [redis("cart", "HGETALL")])])


def add_to_cart(rng):
    item = rng.randrange(1000, 9999)
    return from_outside("shop.example.com", "POST", "/cart", "/cart", [
        http("frontend", "cart", "POST", f"/v1/carts/{item * 7}/items", "/v1/carts/{id}/items", [
            http("cart", "catalog", "GET", f"/v1/products/{item}", "/v1/products/{id}",
                 [sql("catalog", "SELECT shop.products")]),
            redis("cart", "HSET")])])


def buy(rng, declined=False, linked=False):
    cart = rng.randrange(7000, 69999)
    pay = grpc("checkout", "payment", "shop.Payment/Charge", [
        Call("payment", PAYMENT_HOST, "https", "POST", "/v1/charges", "/v1/charges", PAYMENT_HOST, 402 if declined else 201)])
    steps = [http("checkout", "cart", "GET", f"/v1/carts/{cart}", "/v1/carts/{id}", [redis("cart", "HGETALL")]), pay]
    if not declined:
        steps.append(Call("checkout", "orders", "kafka", "publish", "", "orders", "kafka", linked=linked,
                          received=[sql("orders", "INSERT shop.orders")]))
    return from_outside("shop.example.com", "POST", "/checkout", "/checkout", [
        grpc("frontend", "checkout", "shop.Checkout/Place", steps)], 502 if declined else 200)


def administer(rng):
    return from_outside("admin.shop.example.com", "GET", "/orders", "/orders", [
        http("admin", "orders", "GET", "/v1/orders?open=1", "/v1/orders", [sql("orders", "SELECT shop.orders")]),
        http("admin", "reports", "GET", "/v1/today", "/v1/today", [
            http("reports", "orders", "GET", "/v1/orders?sum=1", "/v1/orders", [sql("orders", "SELECT shop.orders")])])])


def redirect(rng):
    return Call("outside", "gateway", "http", "GET", "/", "/", "shop.example.com", 301)


def probe(rng):
    return Call("kubelet", "frontend", "http", "GET", "/healthz", "/healthz", "", 200, "kube-probe/1.34")


def digest(rng):
    return Job("reports", "daily digest", [
        http("reports", "orders", "GET", "/v1/orders?day=yesterday", "/v1/orders", [sql("orders", "SELECT shop.orders")]),
        http("reports", "catalog", "GET", "/v1/products?top=10", "/v1/products", [sql("catalog", "SELECT shop.products")])])


SCENES = ([browse] * 22 + [product] * 10 + [add_to_cart] * 8 + [buy] * 3
          + [lambda rng: buy(rng, linked=True), lambda rng: buy(rng, declined=True)]
          + [administer] * 5 + [redirect] * 5 + [probe] * 14 + [digest] * 2)


class Story:
    def __init__(self, seed=20261102):
        self.random = random.Random(seed)
        self.ports = iter(range(32768, 60999, 7))
        scenes = list(SCENES)
        self.random.shuffle(scenes)
        self.traces = []
        for place, scene in enumerate(scenes):
            start = START_US + place * 590_000_000 // len(scenes) + self.random.randrange(1_000_000)
            self.traces.append(self.begin(scene(self.random), start))

    def hex(self, digits):
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def pod(self, name):
        return self.random.choice(WORKLOADS[name].pods)

    def begin(self, root, start):
        trace = self.hex(32)
        agent, client, request = self.random.choice(BROWSERS), self.random.choice(CLIENTS), self.uuid()
        if isinstance(root, Job):
            root.trace, root.span, root.pod, root.start = trace, self.hex(16), self.pod(root.service), start
            root.duration = self.follow(root.children, root.pod, start + 500, trace, request) - start + 400
            return root
        root.agent, root.client = root.agent or agent, client
        self.place(root, None, start, trace, request)
        return root

    def uuid(self):
        text = self.hex(32)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def follow(self, calls, pod, at, trace, request):
        for call in calls:
            at = self.place(call, pod, at + self.random.randrange(150, 900), trace, request)
        return at

    def place(self, call, caller_pod, start, trace, request):
        """Gives a call its time, its pods and its ids; answers when the caller goes on."""
        call.start, call.trace, call.request_id, call.caller_pod = start, trace, request, caller_pod
        call.port = next(self.ports)
        call.client_span, call.server_span = self.hex(16), self.hex(16)
        if call.protocol == "kafka":
            return self.publish(call)
        if call.callee in WORKLOADS:
            call.callee_pod = self.pod(call.callee)
        end = self.follow(call.children, call.callee_pod, start + self.random.randrange(80, 400), trace, request)
        work = {"https": 84_000, "sql": 3_100, "redis": 600}.get(call.protocol, 1_400)
        call.duration = end - start + self.random.randrange(work // 2, work * 2)
        return start + call.duration

    def publish(self, call):
        call.duration = self.random.randrange(1_800, 5_200)
        call.callee_pod, call.consumer_span = self.pod(call.callee), self.hex(16)
        call.consumer_trace = self.hex(32) if call.linked else call.trace
        call.consumer_start = call.start + self.random.randrange(20_000, 400_000)
        self.follow(call.received, call.callee_pod, call.consumer_start + 300, call.consumer_trace, call.request_id)
        return call.start + call.duration

    def calls(self):
        for root in self.traces:
            for call in root.children if isinstance(root, Job) else [root]:
                yield from call.everything()

    def jobs(self):
        return [root for root in self.traces if isinstance(root, Job)]
