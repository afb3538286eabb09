#!/bin/sh
# postgres, a cluster of its own under pgbench: processes made by fork, shared memory, parallel
# queries, compiled queries, an index, a dump.
. "$(dirname "$0")/lib/hosts.sh"
need initdb postgres psql pgbench

# postgres refuses to run as root.
as_user=
if [ "$(id -u)" -eq 0 ]; then
	as_user='setpriv --reuid nobody --regid nogroup --clear-groups --'
	# The user cannot read the original.
	if ! $as_user test -x "$(command -v postgres)"; then
		cp -r "$hosts_dir/usr" "$work/usr"
		PATH=$(echo "$work"/usr/lib/postgresql/*/bin):$PATH
	fi
	chown nobody "$HOME"
fi

is_up()
{
	psql -h "$scratch" -U me -X -q -c '' postgres 2>/dev/null
}

work()
{
	chmod 777 "$scratch"
	# shellcheck disable=SC2086 # words
	metered $as_user initdb -D "$scratch/data" -U me --no-sync --no-locale -E UTF8 >"$scratch/initdb"
	# shellcheck disable=SC2086 # words
	start $as_user postgres -D "$scratch/data" -k "$scratch" -c listen_addresses= -c fsync=off \
		-c shared_buffers=16MB -c autovacuum_naptime=1s >"$scratch/log" 2>&1
	await is_up
	createdb -h "$scratch" -U me shop
	pgbench -h "$scratch" -U me -q -i -s 1 shop 2>"$scratch/pgbench"
	pgbench -h "$scratch" -U me -n -c 6 -j 2 -t 100 shop >"$scratch/pgbench" 2>&1
	grep 'actually processed' "$scratch/pgbench"
	psql -h "$scratch" -U me -X -q -A -t -v ON_ERROR_STOP=1 shop <"$root/tests/hosts/work/shop.sql"
	pg_dump -h "$scratch" -U me -t item -t parts shop | sed '/restrict/d' >dump.sql
	finish INT
	grep -E 'WARNING|ERROR|FATAL|PANIC|was terminated' "$scratch/log" | sed 's/^.*\] //' |
		grep -v 'starting up\|administrator command' || :
}

both_ways metered
expect_points postgres:20 initdb
