#!/bin/sh
# memagent-run: --check tests the user and the database at InfluxDB 1, stores nothing, and
# recognizes VictoriaMetrics.
. "$(dirname "$0")/lib/influx.sh"

# expect STATUS TEXT VARIABLE=VALUE...: the end of what it prints
expect()
{
	wanted=$1 text=$2
	shift 2
	status=0
	env "$@" "$build/memagent-run" --check >"$work/out" 2>"$work/err" || status=$?
	expect_equal "$*: status" "$wanted" "$status"
	expect_silence "$*"
	expect_equal "$*" "$text" "$(sed 's/InfluxDB 1\.[^ ]*$/InfluxDB 1/' "$work/out")"
}

influxd_start "$work/influxdb" INFLUXDB_HTTP_AUTH_ENABLED=true || fail "influxd did not start"
INFLUXD_USER=admin INFLUXD_PASSWORD=pw
influxd_query '' "CREATE USER admin WITH PASSWORD 'pw' WITH ALL PRIVILEGES" >/dev/null
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
influxd_query '' "CREATE USER reader WITH PASSWORD 'r'" >/dev/null
influxd_query '' 'GRANT READ ON memagent TO reader' >/dev/null
answers="server  ok  $INFLUXD_URL answers: InfluxDB 1"
see='see --username and --password-file'

expect 0 "$answers
database  ok  memagent can be written to" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD=pw
expect 0 "$answers
database  ok  other is missing; the agent creates it, if this user may" \
	MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD=pw MEMAGENT_DATABASE=other
expect 1 "$answers
database  FAIL  memagent cannot be written to: the server answers 401 ({\"error\":\"authorization failed\"}): $see" \
	MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD=wrong
expect 1 "$answers
database  FAIL  memagent cannot be written to: the server answers 403 ({\"error\":\"\\\"reader\\\" user is not authorized to write to database \\\"memagent\\\"\"}): $see" \
	MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_USERNAME=reader MEMAGENT_PASSWORD=r
expect_equal "what was stored" '{"results":[{"statement_id":0}]}' "$(influxd_query memagent 'SHOW MEASUREMENTS')"
expect_equal "databases" memagent "$(influxd_query '' 'SHOW DATABASES' | jq -r '.results[0].series[0].values[][0]' | grep -v '^_')"
influxd_stop

victoria=$root/.deps/victoria-metrics/usr/bin/victoria-metrics
[ -x "$victoria" ] || skip "victoria-metrics is not in .deps: tools/deps.sh test unpacks it"
url=http://127.0.0.1:$(influxd_random_port)
"$victoria" -httpListenAddr="${url#http://}" -storageDataPath="$work/victoria" >"$work/victoria.log" 2>&1 </dev/null &
children="$children $!"
wait_until "victoria-metrics does not start" curl -s -f -m 5 -o /dev/null "$url/health"
expect 0 "server  ok  $url answers: VictoriaMetrics
database  ok  memagent can be written to" MEMAGENT_URL="$url"
