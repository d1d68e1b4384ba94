// Logs of ztunnel, ingress-nginx, Traefik and Linkerd's proxies.
#include <doctest/doctest.h>

#include "counting.hpp"
#include "input/reader_table.hpp"

using namespace nsew;
using namespace nsew::test;

namespace {

struct Case {
  std::string name;
  std::string line;
  std::string seen;  // empty: skipped
};

void check(const Reader& reader, const Case& c) {
  INFO(c.name);
  const Observing read = observed(reader, c.line);
  CHECK(read.observations == (c.seen.empty() ? std::vector<std::string>{} : std::vector<std::string>{c.seen}));
  CHECK(read.skipped == (c.seen.empty() ? 1 : 0));
  if (!c.seen.empty()) CHECK(recognise(c.line) == &reader);
}

}  // namespace

TEST_CASE("ztunnel's lines are connections of one side, as text with and without quotes, and as JSON") {
  const std::string text =
      "2026-11-02T09:00:00.5Z\tinfo\taccess\tconnection complete\tsrc.addr=10.1.1.2:5000 src.workload=\"a-1\" "
      "src.namespace=shop "
      "src.identity=\"spiffe://c/ns/shop/sa/a\" dst.addr=10.1.1.3:15008 dst.hbone_addr=10.1.1.3:8080 "
      "dst.service=\"b.shop.svc.cluster.local\" dst.workload=b-1 dst.namespace=\"shop\" direction=\"outbound\" "
      "bytes_sent=3 bytes_recv=4";
  const std::string json =
      R"({"level":"info","time":"2026-11-02T09:00:00Z","scope":"access","message":"connection complete","src.addr":"10.1.1.2:5000",)"
      R"("src.workload":"a-1","src.namespace":"shop","src.identity":"spiffe://c/ns/shop/sa/a","dst.addr":"10.1.1.3:15008",)"
      R"("dst.hbone_addr":"10.1.1.3:8080","dst.service":"b.shop.svc.cluster.local","dst.workload":"b-1","dst.namespace":"shop",)"
      R"("direction":"inbound","bytes_sent":3,"bytes_recv":4,"error":"connection closed due to policy rejection"})";
  const std::string ends =
      "ip=10.1.1.2 ns=shop pod=a-1 identity=spiffe://c/ns/shop/sa/a -> "
      "ip=10.1.1.3 ns=shop pod=b-1 service=b host=b.shop.svc.cluster.local 1 ";
  CHECK(recognise(text) == &ztunnel_log);
  CHECK(recognise(json) == &ztunnel_log);
  CHECK(counted(ztunnel_log, text).edges == std::vector<std::string>{ends + "bytes=7 :8080 client connections mesh"});
  CHECK(counted(ztunnel_log, json).edges ==
        std::vector<std::string>{ends + "errors=1 bytes=7 :8080 server connections mesh denied"});
  const Counting others =
      counted(ztunnel_log, "2026-11-02T09:00:00Z\tinfo\tstate\tall ready\nnothing\n" +
                               std::string("x connection complete\tsrc.addr=10.1.1.2:1\n{\"message\":"));
  CHECK(others.edges.empty());
  CHECK(others.records == 1);
  CHECK(others.skipped == 3);
}

TEST_CASE("ingress-nginx names its backend, in every version of its format") {
  const std::string to = " http=x";
  const Case cases[] = {
      {"the default",
       R"(198.51.100.7 - - [02/Nov/2026:09:00:01 +0000] "GET /cart/77 HTTP/2.0" 200 59 "-" "curl/8.1" 89 0.001 [shop-cart-8080] [] 10.1.1.2:8080 59 0.000 200 abc)",
       "? -> ip=10.1.1.2 host=upstream:shop-cart-8080 :8080 gateway proto=http method=GET route=/cart/* by=curl"},
      {"with the address twice",
       R"(1.2.3.4 - [1.2.3.4] - bob [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 200 59 "-" "-" 89 0.001 [shop-cart-8080] 10.1.1.2:8080 59 0.000 200 abc)",
       "? -> ip=10.1.1.2 host=upstream:shop-cart-8080 :8080 gateway proto=http method=GET route=/"},
      {"tried again, with prefix",
       R"([pod/nginx-x/controller] 1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 502 59 "-" "-" 89 0.001 [shop-cart-8080] [] 10.1.1.2:8080, [fd00::7]:8081 0, 1 0.000, 1.000 502, 502 abc)",
       "pod=nginx-x -> ip=fd00::7 host=upstream:shop-cart-8080 :8081 gateway proto=http method=GET route=/ error"},
      {"answered itself",
       R"(1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 404 59 "-" "-" 89 0.001 [] [] - - - - abc)",
       "? -> ? :0 gateway proto=http method=GET route=/ unrouted"},
      {"JSON",
       R"({"time":"2026-11-02T09:00:01+00:00","status":"200","request_time":"0.01","vhost":"shop.example.com","method":"GET","path":"/","proxy_upstream_name":"shop-cart-8080","upstream_addr":"10.1.1.2:8080"})",
       "? -> ip=10.1.1.2 host=upstream:shop-cart-8080 :8080 gateway proto=http to=shop.example.com method=GET route=/"},
      {"JSON with the Service apart",
       R"({"status":200,"namespace":"shop","service_name":"cart","ingress_name":"shop","method":"GET","path":"/","upstream_addr":"10.1.1.2:8080"})",
       "? -> ip=10.1.1.2 ns=shop service=cart :8080 gateway proto=http method=GET route=/"},
      {"cut off", R"(1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 404 59 "-")", ""},
  };
  for (const Case& c : cases) check(nginx_log, c);
}

TEST_CASE("traefik names a router in its common format, a service in JSON") {
  const Case cases[] = {
      {"common",
       R"(1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 200 12 "-" "-" 1 "shop@kubernetes" "http://10.1.1.2:8080" 3ms)",
       "? -> ip=10.1.1.2 workload=shop host=route/shop :8080 gateway proto=http method=GET route=/"},
      {"no router", R"(1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 404 12 "-" "-" 1 "-" "-" 0ms)",
       "? -> ? :0 gateway proto=http method=GET route=/ unrouted"},
      {"JSON",
       R"({"DownstreamStatus":200,"Duration":1000,"RequestHost":"shop.example.com","RequestMethod":"GET","RequestPath":"/","RouterName":"r@kubernetes","ServiceAddr":"10.1.1.2:8080","ServiceName":"shop-cart-8080@kubernetes"})",
       "? -> ip=10.1.1.2 host=upstream:shop-cart-8080 :8080 gateway proto=http to=shop.example.com method=GET route=/"},
      {"version 1",
       R"({"DownstreamStatus":502,"RequestMethod":"GET","RequestPath":"/","BackendName":"b","BackendURL":{"Host":"x"},"BackendAddr":"10.1.1.2:80"})",
       "? -> ip=10.1.1.2 host=upstream:b :80 gateway proto=http method=GET route=/ error"},
      {"its own ping",
       R"({"DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/ping","RouterName":"ping@internal","ServiceName":"ping@internal"})",
       "? -> host=upstream:ping :0 gateway proto=http method=GET route=/ping unrouted"},
      {"cut off", R"(1.2.3.4 - - [02/Nov/2026:09:00:01 +0000] "GET / HTTP/1.1" 200 12 "-)", ""},
  };
  for (const Case& c : cases) check(traefik_log, c);
}

TEST_CASE("linkerd's access log is the callee's: its caller by service account, itself by what it was called") {
  const Case cases[] = {
      {"apache",
       R"(10.1.1.2:5160 web.shop.serviceaccount.identity.linkerd.cluster.local - [2026-11-02T09:00:00.5Z] "GET http://cart:7000/x HTTP/2.0" 503)",
       "ip=10.1.1.2 ns=shop workload=web identity=web.shop -> service=cart :7000 server proto=http to=cart method=GET "
       "route=/x error mesh"},
      {"the default account",
       R"(10.1.1.2:5160 default.shop.serviceaccount.identity.linkerd.cluster.local - [2026-11-02T09:00:00.5Z] "GET http://cart.shop.svc.cluster.local/ HTTP/2.0" 200)",
       "ip=10.1.1.2 identity=default.shop -> ns=shop service=cart :0 server proto=http to=cart.shop.svc.cluster.local "
       "method=GET route=/ mesh"},
      {"no certificate, with prefix",
       R"([pod/cart-1/linkerd-proxy] 8.8.8.8:5160 - - [2026-11-02T09:00:00.5Z] "GET http://shop.example.com/ HTTP/1.1" 200)",
       "ip=8.8.8.8 -> pod=cart-1 :0 server proto=http to=shop.example.com method=GET route=/"},
      {"JSON",
       R"({"client.addr":"10.1.1.2:32996","client.id":"web.shop.serviceaccount.identity.linkerd.cluster.local","host":"cart:7000","method":"GET","status":200,"timestamp":"2026-11-02T09:00:00Z","total_ns":"14441135","uri":"/x","user_agent":"k6/1"})",
       "ip=10.1.1.2 ns=shop workload=web identity=web.shop -> service=cart :7000 server proto=http to=cart method=GET "
       "route=/x by=k6 mesh"},
      {"cut off", R"(10.1.1.2:5160 web.shop - [2026-11-02T09:00:00.5Z] "GET http)", ""},
  };
  for (const Case& c : cases) check(linkerd_log, c);
}
