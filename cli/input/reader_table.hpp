// Every reader by name; reader_table.cpp puts them in order.
#pragma once

#include "input/reader.hpp"

namespace nsew {

extern const Reader otlp_json;
extern const Reader otlp_protobuf;
extern const Reader otel_stdouttrace;
extern const Reader opensearch_spans;
extern const Reader clickhouse_spans;
extern const Reader jaeger_json;
extern const Reader zipkin_json;
extern const Reader zipkin_v1;
extern const Reader jaeger_es;
extern const Reader nezha_csv;
extern const Reader xray;
extern const Reader elastic_apm;
extern const Reader skywalking;
extern const Reader skywalking_csv;
extern const Reader alibaba_csv;
extern const Reader hubble;
extern const Reader hubble_text;
extern const Reader calico;
extern const Reader netobserv;
extern const Reader zeek_conn;
extern const Reader conntrack;
extern const Reader aws_vpc;
extern const Reader gcp_vpc;
extern const Reader azure_flow;
extern const Reader istio_access_log;
extern const Reader envoy_access_log;
extern const Reader kiali;
extern const Reader dependencies;
extern const Reader prometheus_query;
extern const Reader prometheus_text;
extern const Reader linkerd_edges;
extern const Reader linkerd_stat;
extern const Reader otterize;
extern const Reader ztunnel_log;
extern const Reader nginx_log;
extern const Reader traefik_log;
extern const Reader linkerd_log;

extern const Refusal tempo_search;

}  // namespace nsew
