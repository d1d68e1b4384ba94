// What comes out of Elasticsearch and OpenSearch: documents on lines of their own, after the action lines of a bulk
// request, in the _source of hits as elasticdump writes them or as a search answers.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search and …/operation-bulk
#pragma once

#include <functional>
#include <string_view>

#include "input/json_object.hpp"

namespace nsew {

// Containers from the outside of the input to the inside of a document, and its own fields one more.
inline constexpr unsigned document_depth = 5;  // {"hits":{"hits":[{"_source":{

void each_document(JsonFrame& json, const std::function<void(const JsonObject&)>& each);
Framing documents_framing(std::string_view head);

}  // namespace nsew
