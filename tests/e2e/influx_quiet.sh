#!/bin/sh
# When all is well, the agent prints nothing and changes nothing about the program.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
same()
{
	run_bare "$@"
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms "$@"
	expect_unchanged "$*"
	cmp -s "$work/err" "$work/bare.err" || fail "$*: stderr has changed"
}
same "$scripted"
same "$scripted" -w 300 -x 42
same true
same false
same ls -l /usr/bin
same sort /etc/passwd
same ls /there/is/no/such/file
# shellcheck disable=SC2016 # the inner shell's
same sh -c 'echo out; echo err >&2; sleep 2; kill -TERM $$'
points=$(influxd_query memagent 'SELECT count(mallocs) FROM memagent GROUP BY service' |
	jq -r '[.results[0].series[].tags.service] | sort | join(" ")')
expect_equal "services in the database" "dash false ls scripted sleep sort true" \
	"$(echo "$points" | sed 's/\bbash\b/dash/')"

# Disabled, the agent writes no point either.
before=$(count_points memagent memagent)
run_bare "$scripted"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_ENABLED=0 "$scripted"
expect_unchanged "ENABLED=0"
expect_silence "ENABLED=0"
expect_equal "points when switched off" "$before" "$(count_points memagent memagent)"
