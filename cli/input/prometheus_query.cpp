// Answers of Prometheus' query and query_range (vector, matrix): of a matrix the last value of each series.
// https://prometheus.io/docs/prometheus/latest/querying/api/
#include <fmt/format.h>

#include <array>
#include <string>

#include "input/json_values.hpp"
#include "input/metrics.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view hint = "the rest is read";

std::optional<double> value_of_pair(dom::element pair) {
  dom::array parts;
  dom::element value;
  if (pair.get_array().get(parts) != simdjson::SUCCESS || parts.at(1).get(value) != simdjson::SUCCESS)
    return std::nullopt;
  const auto text = text_of(value);
  if (text && (*text == "NaN" || text->ends_with("Inf"))) return 0;
  return number_of(value);
}

std::optional<double> last_value(dom::object series) {
  if (const auto value = field(series, "value")) return value_of_pair(*value);
  const auto values = field(series, "values");
  dom::array list;
  if (!values || values->get_array().get(list) != simdjson::SUCCESS) return std::nullopt;
  std::optional<double> last;
  for (const dom::element pair : list) last = value_of_pair(pair);
  return last;
}

void read_element(JsonFrame& json, dom::element element) {
  dom::object object, metric;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return json.skip("", fmt::format("a series should be an object, not {}", type_of(element)), hint);
  const auto labels = field(object, "metric");
  if (!labels || labels->get_object().get(metric) != simdjson::SUCCESS)
    return json.skip("", "a series without its metric", hint);
  const auto value = last_value(object);
  if (!value) return json.skip("", "a series without a value that is a number", hint);
  Series series;
  series.value = *value;
  for (const auto& [name, label] : metric) {
    const auto said = text_of(label);
    if (said && name == "__name__")
      series.name = *said;
    else if (said)
      series.labels.push_back({name, *said});
  }
  if (const std::string_view doubt = doubt_about(series); !doubt.empty()) json.note("", Severity::warning, doubt);
  if (!read_series(series, json.sink())) ++json.sink().store().records;
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  if (json.root()) read_element(json, *json.root());
}

bool recognises(std::string_view head) {
  constexpr unsigned depth = 4;  // {"data": {"result": [{
  if (!has_key(head, "metric", depth) || !(has_key(head, "value", depth) || has_key(head, "values", depth)))
    return false;
  const auto labelled = [&](std::string_view label) { return has_key(head, label, depth + 1); };
  constexpr std::array<std::string_view, 10> telling = {
      "source_workload", "destination_workload",     "destination_service", "destination_service_name",
      "source_app",      "source_canonical_service", "client_name",         "dst_namespace",
      "dst_deployment",  "connection_type"};
  for (const std::string_view label : telling)
    if (labelled(label)) return true;
  return (labelled("client") && labelled("server")) || (labelled("source") && labelled("destination")) ||
         (labelled("client_id") && labelled("direction"));
}

Framing framing(std::string_view) {
  static constexpr std::array<std::string_view, 1> keys = {"result"};
  return {Framing::Cut::elements, keys};
}

}  // namespace

const Reader prometheus_query{
    .name = "prometheus-query",
    .summary = "the same metrics, as an answer of Prometheus' query API",
    .unit = "requests",
    .record =
        "curl -sG http://prometheus:9090/api/v1/query --data-urlencode 'query=sum by (reporter, source_workload,"
        " source_workload_namespace, source_canonical_service, destination_service_name,"
        " destination_service_namespace, destination_workload, destination_workload_namespace, request_protocol,"
        " response_code) (increase(istio_requests_total[1d]))' > calls.json",
    .enough = "increase() over a day or more; a rate is no count.",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
