// Jaeger's span documents. https://github.com/jaegertracing/jaeger, internal/storage/elasticsearch: dbmodel/model.go
#include "input/elasticsearch.hpp"
#include "input/jaeger_span.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

void read_document(const JsonObject& document) {
  // Jaeger's indices of services and of dependencies stand beside that of its spans.
  if (document.has("spanID") || document.has("traceID"))
    return read_jaeger_span(document.json(), document.inside(), document.pointer());
  document.skip("a document that is no span");
}

void read(const Frame& frame, RecordSink& sink) {
  thread_local simdjson::dom::parser parser;
  JsonFrame json(frame, sink, parser);
  each_document(json, read_document);
}

bool recognises(std::string_view head) {
  const bool span = has_key(head, "traceID", document_depth) && has_key(head, "spanID", document_depth) &&
                    has_key(head, "operationName", document_depth);
  return span && (has_key(head, "process", document_depth) || has_key(head, "startTimeMillis", document_depth));
}

}  // namespace

const Reader jaeger_es{
    .name = "jaeger-es",
    .summary = "Jaeger's span documents in Elasticsearch and OpenSearch: exports, bulk files, searches",
    .unit = "requests",
    .record = "elasticdump --input=http://elasticsearch:9200/jaeger-span-YYYY-MM-DD --output=jaeger-es.json",
    .recognises = recognises,
    .framing = documents_framing,
    .read = read};

}  // namespace nsew
