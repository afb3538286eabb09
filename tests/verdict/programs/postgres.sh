# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# postgres: queries over one connection, some of which are large.
needs()
{
	echo "postgresql-15|postgresql-14|postgresql-16|postgresql-17 postgresql-client-15|postgresql-client-14|postgresql-client-16|postgresql-client-17"
}

# It refuses to run as root.
as_nobody=()
[ "$(id -u)" -ne 0 ] || as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups --)

prepare()
{
	"${as_nobody[@]}" initdb -D "$work/data" -U me --no-sync --no-locale -E UTF8 >"$work/initdb"
}

start()
{
	exec "${as_nobody[@]}" postgres -D "$work/data" -k "$work" -c listen_addresses= -c fsync=off \
		-c shared_buffers=16MB -c autovacuum=off
}

load()
{
	until psql -h "$work" -U me -X -q -c '' postgres 2>/dev/null; do
		sleep 0.1
	done
	paced "$1" 15 awk '
		BEGIN { print "CREATE TEMP TABLE t AS SELECT i, repeat(chr(65 + i % 26), i % 200) AS s FROM generate_series(1, 3000) i;" }
		{
			print "SELECT count(*), max(s) FROM (SELECT s, count(*) FROM t GROUP BY s ORDER BY 2) x;"
			print "SELECT string_agg(s, \047,\047) FROM t WHERE i % 9 = " $1 % 9 ";"
			print "SELECT count(*) FROM t a JOIN t b USING (i) WHERE a.s ~ \047^[A-F]+$\047;"
			print "SELECT jsonb_agg(jsonb_build_object(\047a\047, i, \047b\047, s)) FROM t WHERE i < 300;"
			print "DO $$ DECLARE a int; BEGIN FOR k IN 1..50 LOOP SELECT count(*) INTO a FROM t WHERE i = k; END LOOP; END $$;"
			print "PREPARE p" $1 " AS SELECT * FROM t WHERE i = $1; EXECUTE p" $1 "(5); DEALLOCATE p" $1 ";"
			fflush()
		}' | psql -h "$work" -U me -X -q -A -t postgres
}
