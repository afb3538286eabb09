-- What postgres is used for; the same whenever it runs.
SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history),
	(SELECT count(*) FROM pgbench_history);
CREATE TABLE item AS SELECT i AS id, 'item ' || i * 7919 % 10007 AS name, i % 97 / 4.0 AS price,
	jsonb_build_object('kind', i % 7, 'tags', array[i % 3, i % 5]) AS more FROM generate_series(1, 30000) i;
CREATE INDEX ON item(name);
CREATE INDEX ON item USING gin(more);
ANALYZE item;
SET work_mem = '64kB';
SELECT md5(string_agg(name, ',' ORDER BY name, id)) FROM item;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT more->>'kind' AS kind, count(*), sum(price) FROM item GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM item a JOIN item b USING (name) WHERE a.id < b.id;
SET jit = on;
SET jit_above_cost = 0;
SET jit_optimize_above_cost = 0;
SET jit_inline_above_cost = 0;
SELECT sum(price * id), count(*) FILTER (WHERE more @> '{"kind": 3}') FROM item WHERE price > 1;
SET jit = off;
CREATE TABLE parts(id int PRIMARY KEY, text text);
DO $$
BEGIN
	FOR i IN 1..2000 LOOP
		BEGIN
			INSERT INTO parts VALUES (i % 1500, repeat('x', i % 200));
		EXCEPTION WHEN unique_violation THEN
			UPDATE parts SET text = text || i WHERE id = i % 1500;
		END;
	END LOOP;
END $$;
SELECT md5(string_agg(text, ',' ORDER BY id)), count(*) FROM parts WHERE text ~ '^x*[0-9]*$';
DELETE FROM parts WHERE id % 2 = 0;
VACUUM (FULL, ANALYZE) parts;
SELECT xpath('/a/b/text()', '<a><b>c</b></a>'), count(*) FROM parts;
