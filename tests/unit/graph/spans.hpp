// Spans by hand, for tests of the graph.
#pragma once

#include <string>
#include <vector>

#include "graph/build.hpp"
#include "graph/serialise.hpp"
#include "input/sink.hpp"

namespace nsew::by_hand {

struct SpanSpec {
  std::uint64_t trace = 1, id = 1, parent = 0;
  SpanKind kind = SpanKind::server;
  const char *service = "", *ns = "";
  Operation operation{};
  Peer peer{};
  double probability = 1;
  bool error = false;
  std::uint64_t start_ns = 1'750'000'000'000'000'000;
  const char *environment = "", *language = "";
};

inline void put(RecordSink& sink, const SpanSpec& spec) {
  Resource resource;
  resource.service = spec.service;
  resource.kubernetes_ns = spec.ns;
  resource.environment = spec.environment;
  resource.language = spec.language;
  Span span;
  span.trace = {0, spec.trace};
  span.id = spec.id;
  span.parent = spec.parent;
  span.kind = spec.kind;
  span.error = spec.error;
  span.start_ns = spec.start_ns;
  span.duration_ns = 1'000'000 * spec.id;
  span.probability = spec.probability;
  span.probability_known = true;
  span.resource = sink.resource(resource);
  span.operation = sink.operation(spec.operation);
  span.peer = sink.peer(spec.peer);
  sink.span(span);
}

inline std::vector<RecordSink> sink_of(const std::vector<SpanSpec>& spans) {
  std::vector<RecordSink> sinks(1);
  for (const SpanSpec& spec : spans) put(sinks[0], spec);
  return sinks;
}

inline PlatformKnowledge knowledge() {
  PlatformKnowledge known;
  known.namespaces = {"kube-system"};
  known.gateway_names = {"frontend-proxy", "api-gateway"};
  known.store_names = {"redis"};
  known.probe_agents = {"kube-probe"};
  known.synthetic_names = {"load-generator"};
  known.client_sdk = {"webjs"};
  return known;
}

inline CallGraph graph_of(const std::vector<SpanSpec>& spans, GraphOptions options = {}) {
  std::vector<RecordSink> sinks = sink_of(spans);
  const Inventory none;
  return build_graph(sinks, none, knowledge(), options);
}

}  // namespace nsew::by_hand
