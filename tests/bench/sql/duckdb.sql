-- Calls between services: every span whose parent is another service's. Explicit columns, one hash join; duplicate
-- reports are not dropped, which only spares the engine work.
WITH spans AS (
  SELECT service, span.traceId AS trace, span.spanId AS id, span.parentSpanId AS parent
  FROM (
    SELECT list_filter(block.resource.attributes, lambda a: a."key" = 'service.name')[1]."value".stringValue AS service,
           unnest(flatten(list_transform(block.scopeSpans, lambda s: s.spans))) AS span
    FROM (
      SELECT unnest(resourceSpans) AS block
      FROM read_ndjson('{file}', maximum_object_size = 268435456, columns = {resourceSpans:
        'STRUCT(resource STRUCT(attributes STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR))[]),
                scopeSpans STRUCT(spans STRUCT(traceId VARCHAR, spanId VARCHAR, parentSpanId VARCHAR)[])[])[]'})
    )
  )
)
SELECT caller.service, callee.service, count(*)
FROM spans AS callee JOIN spans AS caller ON callee.trace = caller.trace AND callee.parent = caller.id
WHERE callee.parent <> '' AND caller.service <> callee.service
GROUP BY 1, 2 ORDER BY 1, 2
