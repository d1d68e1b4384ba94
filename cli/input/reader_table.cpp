#include "input/reader_table.hpp"

#include <algorithm>

namespace nsew {
namespace {

// Ordered: the first that recognises the input takes it.
const Reader* const table[] = {
    &otlp_json,
    &otlp_protobuf,
    &skywalking,  // before those that a trace's and a span's id are enough for
    &otel_stdouttrace,
    &opensearch_spans,
    &clickhouse_spans,
    &jaeger_json,
    &zipkin_json,
    &zipkin_v1,
    &jaeger_es,
    &nezha_csv,
    &xray,
    &elastic_apm,
    &skywalking_csv,
    &alibaba_csv,  // traces
    &hubble,
    &aws_vpc,
    &gcp_vpc,
    &azure_flow,
    &calico,
    &netobserv,
    &zeek_conn,
    &conntrack,
    &hubble_text,  // flows
    &istio_access_log,
    &envoy_access_log,
    &ztunnel_log,
    &nginx_log,
    &traefik_log,
    &linkerd_log,  // request logs
    &kiali,
    &dependencies,
    &prometheus_text,
    &prometheus_query,
    &linkerd_edges,
    &linkerd_stat,
    &otterize,  // graphs
};

const Refusal* const refusals[] = {&tempo_search};

const Reader* first(auto&& wanted) {
  const auto* found = std::ranges::find_if(table, wanted);
  return found == std::end(table) ? nullptr : *found;
}

}  // namespace

std::span<const Reader* const> readers() { return table; }

const Refusal* refused(std::string_view head) {
  const auto* found = std::ranges::find_if(refusals, [&](const Refusal* r) { return r->recognises(head); });
  return found == std::end(refusals) ? nullptr : *found;
}

const Reader* reader_called(std::string_view name) {
  return first([&](const Reader* reader) { return reader->name == name; });
}

const Reader* recognise(std::string_view head) {
  return first([&](const Reader* reader) { return reader->recognises(head); });
}

}  // namespace nsew
