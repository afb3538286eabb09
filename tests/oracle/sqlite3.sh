#!/bin/sh
# sqlite3: 2,000 inserts in memory, an index, a join and a group by.
#
# limit: 300
{
	echo 'CREATE TABLE visit(id INTEGER PRIMARY KEY, page TEXT, ms INTEGER); BEGIN;'
	awk 'BEGIN {
		for (i = 0; i < 2000; i++)
			printf "INSERT INTO visit(page, ms) VALUES(\"/page/%d\", %d);\n", i % 37, i * 7919 % 1009
	}' | tr '"' "'"
	echo 'COMMIT; CREATE INDEX visit_page ON visit(page);
		SELECT page, count(*), sum(ms), max(ms) FROM visit GROUP BY page ORDER BY 3 DESC;
		SELECT count(*) FROM visit a JOIN visit b ON a.page = b.page AND a.id < b.id AND b.ms < 50;'
} | "$(dirname "$0")/compare" sqlite3 -batch :memory:
