# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# sqlite3: inserts, queries and deletes from its standard input, with a database in memory.
needs()
{
	echo sqlite3
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec sqlite3 <"$work/in" >/dev/null
}

load()
{
	paced "$1" 20 awk -v OFS='' '
		BEGIN { print "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL); CREATE INDEX i ON t(b);" }
		{
			for (i = 0; i < 20; i++) {
				n++
				print "INSERT OR REPLACE INTO t VALUES(", n % 500, ", hex(randomblob(40)), ", n / 7, ");"
			}
			print "SELECT count(*), group_concat(substr(b, 1, 9)) FROM t WHERE a % 7 = ", n % 7, " GROUP BY length(b) ORDER BY c DESC;"
			print "WITH RECURSIVE s(x) AS (SELECT 1 UNION SELECT x + 1 FROM s WHERE x < 99) SELECT sum(x), json_group_array(x) FROM s;"
			print "UPDATE t SET c = c + 1, b = upper(b) WHERE b LIKE ", "\047A%\047;"
			print "SELECT printf(\047%s %d\047, b, a), json_extract(json_object(\047k\047, b), \047$.k\047) FROM t ORDER BY b LIMIT 20;"
			fflush()
		}' >"$work/in"
}
