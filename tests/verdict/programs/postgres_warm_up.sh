# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# postgres: four connections that stay and fill their catalog caches, and others that come and go.
needs()
{
	echo postgresql-15\|postgresql-14\|postgresql-17 python3
}

# postgres refuses to run as root.
as_nobody=()
[ "$(id -u)" -ne 0 ] || as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups --)

prepare()
{
	"${as_nobody[@]}" initdb -D "$work/data" -U me --no-sync --no-locale -E UTF8 >"$work/initdb"
}

start()
{
	exec "${as_nobody[@]}" postgres -D "$work/data" -k "$work" -c listen_addresses= -c fsync=off -c shared_buffers=16MB
}

load()
{
	local end=$((SECONDS + $1))
	until psql -h "$work" -U me -X -q -c '' postgres 2>/dev/null; do
		sleep 0.1
	done
	pgbench -h "$work" -U me -q -i -s 1 postgres
	pgbench -h "$work" -U me -n -c 4 -R 60 -T "$1" postgres &
	while [ $SECONDS -lt $end ]; do
		psql -h "$work" -U me -X -q -A -t -c '\d+ pgbench_accounts' -c 'SELECT count(*) FROM pg_class' postgres
		sleep 0.5
	done
	wait
}
