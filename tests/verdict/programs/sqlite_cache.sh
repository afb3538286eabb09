# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# sqlite3: its page cache of 12 MB is filled from a database of 20 MB in 20 s, and then replaces pages.
needs()
{
	echo sqlite3
}

prepare()
{
	sqlite3 "$work/data" 'CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB);
		WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 5999)
		INSERT INTO t SELECT x, randomblob(3500) FROM n;'
	mkfifo "$work/in"
}

start()
{
	exec sqlite3 -cmd 'PRAGMA cache_size = -12000' "$work/data" <>"$work/in" >/dev/null
}

load()
{
	paced "$1" 50 awk '{ for (i = 0; i < 6; i++) print "SELECT length(b) FROM t WHERE a = ", (++n * 7919) % 6000, ";"; fflush() }' \
		>"$work/in"
}
