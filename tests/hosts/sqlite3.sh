#!/bin/sh
# sqlite3: tables, indexes, full text, JSON, a vacuum; the database is the same file.
. "$(dirname "$0")/lib/hosts.sh"
need sqlite3

work()
{
	metered sqlite3 -batch shop.db <<-'END'
		CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, tags TEXT);
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
			INSERT INTO item SELECT i, printf('item %d', i * 7919 % 30011), i % 97 / 4.0,
				json_object('kind', i % 7, 'colours', json_array(i % 3, i % 5)) FROM n;
		CREATE INDEX by_name ON item(name);
		CREATE INDEX by_price ON item(price, name);
		CREATE VIRTUAL TABLE words USING fts5(text);
		INSERT INTO words SELECT name || ' of kind ' || json_extract(tags, '$.kind') FROM item;
		DELETE FROM item WHERE id % 3 = 0;
		SELECT json_extract(tags, '$.kind') AS kind, count(*), sum(price), group_concat(id, ' ')
			FROM (SELECT * FROM item ORDER BY name LIMIT 500) GROUP BY kind ORDER BY kind;
		SELECT count(*) FROM words WHERE words MATCH 'kind AND 5';
		VACUUM;
		PRAGMA integrity_check;
	END
	metered sqlite3 -batch shop.db .dump >dump.sql
	metered sqlite3 -batch shop.db 'SELECT broken FROM nowhere' 2>&1
}

both_ways metered
expect_points sqlite3
