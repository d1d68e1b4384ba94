-- Calls between services: every span whose parent is another service's. Explicit columns, one hash join; duplicate
-- reports are not dropped, which only spares the engine work.
WITH spans AS (
  SELECT arrayFirst(a -> a.key = 'service.name', block.resource.attributes).value.stringValue AS service,
         span.traceId AS trace, span.spanId AS id, span.parentSpanId AS parent
  FROM file('{file}', 'JSONEachRow', 'resourceSpans Array(Tuple(
         resource Tuple(attributes Array(Tuple(key String, value Tuple(stringValue String)))),
         scopeSpans Array(Tuple(spans Array(Tuple(traceId String, spanId String, parentSpanId String))))))')
  ARRAY JOIN resourceSpans AS block
  ARRAY JOIN arrayFlatten(arrayMap(s -> s.spans, block.scopeSpans)) AS span
)
SELECT caller.service, callee.service, count()
FROM spans AS callee INNER JOIN spans AS caller ON callee.trace = caller.trace AND callee.parent = caller.id
WHERE callee.parent != '' AND caller.service != callee.service
GROUP BY 1, 2 ORDER BY 1, 2
SETTINGS input_format_json_ignore_unknown_keys_in_named_tuple = 1, input_format_skip_unknown_fields = 1,
         input_format_json_defaults_for_missing_elements_in_named_tuple = 1, max_threads = 2
