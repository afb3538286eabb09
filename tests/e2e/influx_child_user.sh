#!/bin/sh
# A child that changes its directory and its user still has the password, the certificates and the
# spool that its parent could read, by relative names and for root only.  A new program of another
# user cannot read them, and a line says so, with the reason.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/tls.sh"

# The child has the points that scripted printed.
expect_child_exact()
{
	children_seen=$(influxd_query memagent "SELECT last(mallocs) FROM memagent GROUP BY pid" |
		jq -r '[.results[0].series[]?.tags.pid] | .[]' | grep -vx "$pid")
	expect_equal "$1: children" 1 "$(echo "$children_seen" | grep -c .)"
	pid=$children_seen
	expect_exact memagent
	influxd_query '' 'DROP DATABASE memagent' >/dev/null
	influxd_query '' 'CREATE DATABASE memagent' >/dev/null
}

INFLUXD_USER='admin'
INFLUXD_PASSWORD=secret
influxd_start "$work/influxdb" INFLUXDB_HTTP_AUTH_ENABLED=true
influxd_query '' "CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES" >/dev/null
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
tls_certificate localhost
tls_start_proxy localhost

umask 077
mkdir "$work/private"
cd "$work/private"
echo secret >password
cp "$work/localhost.pem" ca.pem

run_bare "$scripted" -x 3
# as_worker VARIABLE=VALUE...: a child with user 65534, which must behave as scripted without the agent.
as_worker()
{
	run_metered MEMAGENT_INTERVAL=50ms MEMAGENT_MIN_UPTIME=10ms MEMAGENT_USERNAME=admin \
		MEMAGENT_PASSWORD_FILE=password "$@" "$scripted" -f 65534 -w 300 -x 3
	expect_unchanged "$*"
	expect_silence "$*"
}
as_worker MEMAGENT_URL="$INFLUXD_URL"
expect_child_exact "password"
as_worker MEMAGENT_URL="$tls_url" MEMAGENT_CA_FILE=ca.pem
expect_child_exact "certificates"

# Without a server the points of both processes are kept, the child's where it may write.
mkdir -m 777 "$work/spool"
chmod 711 "$work"
cd "$work"
run_metered MEMAGENT_URL=http://127.0.0.1:9 MEMAGENT_INTERVAL=50ms MEMAGENT_MIN_UPTIME=10ms MEMAGENT_SPOOL=spool \
	"$scripted" -f 65534 -w 300 -x 3
expect_unchanged "the spool"
expect_equal "files in the spool" 2 "$(find spool -name '*.lp' | wc -l)"

[ "$(id -u)" -eq 0 ] || exit 0
# A new program of that user, which cannot inherit the opened files.
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_USERNAME=admin MEMAGENT_MIN_UPTIME=10ms \
	MEMAGENT_PASSWORD_FILE=private/password \
	sh -c "setpriv --reuid=65534 --regid=65534 --clear-groups '$scripted' -w 300; exit 3"
expect_unchanged "another program"
expect_equal "lines on the password" 1 "$(grep -c "MEMAGENT_PASSWORD_FILE=$work/private/password cannot be used: Permission denied" "$work/err")"
