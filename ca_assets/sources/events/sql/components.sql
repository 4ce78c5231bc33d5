-- step: seeds
CREATE OR REPLACE TEMP TABLE affected AS
WITH changed AS (SELECT message_id FROM new_events UNION SELECT message_id FROM removed_events),
known AS (SELECT * FROM all_events UNION ALL SELECT * FROM removed_events)
SELECT DISTINCT unnest(list_filter(
['a:' || anonymous_id, 'u:' || user_id, 'g:' || guest, 'o:' || order_id]
, lambda x: x IS NOT NULL)) AS key FROM known SEMI JOIN changed USING (message_id)

-- step: links
CREATE OR REPLACE TEMP TABLE links AS
SELECT DISTINCT list_filter(
['a:' || anonymous_id, 'u:' || user_id, 'g:' || guest, 'o:' || order_id]
, lambda x: x IS NOT NULL) AS keys FROM (
  SELECT anonymous_id, user_id, guest, order_id FROM all_events UNION ALL SELECT anonymous_id, user_id, guest, order_id FROM removed_events)

-- step: linked
CREATE OR REPLACE TEMP TABLE linked AS SELECT rowid AS link, unnest(keys) AS key FROM links

-- step: grown
CREATE OR REPLACE TEMP TABLE affected AS
SELECT key FROM affected UNION
SELECT key FROM linked SEMI JOIN (SELECT DISTINCT link FROM linked SEMI JOIN affected USING (key)) USING (link)

-- step: none
CREATE OR REPLACE TEMP TABLE affected AS SELECT NULL::VARCHAR AS key LIMIT 0

-- step: events
CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM all_events ANTI JOIN copies USING (file, line)

-- step: affected events
CREATE OR REPLACE TEMP VIEW events AS
SELECT e.* FROM (SELECT * FROM all_events ANTI JOIN copies USING (file, line)) e
SEMI JOIN affected ON affected.key = coalesce('a:' || anonymous_id, 'u:' || user_id, 'g:' || guest, 'o:' || order_id)
