#!/bin/sh
# A child that ends within an interval, or before MEMAGENT_MIN_UPTIME, does not wait for the server.
# A child that lives longer reports.  A program started by hand or by memagent-run always reports.
. "$(dirname "$0")/lib/influx.sh"

# All points and events in the database, by process.
reporters()
{
	influxd_query memagent 'SELECT count(mallocs), count(event) FROM memagent, memagent_event GROUP BY pid' |
		jq -r '[.results[0].series[]?.tags.pid] | unique | .[]'
}

# The requests of the agents; queries are the test's own.
writes()
{
	influxd_query '' "SHOW STATS FOR 'httpd'" |
		jq -r '.results[0].series[0] | [.columns, .values[0]] | transpose | .[] |
			select(.[0] == "writeReq") | .[1]'
}

# family WHO VARIABLE=VALUE... COMMAND: a shell with the agent runs it; WHO processes report besides
# the shell.
family()
{
	before=$(reporters | wc -l)
	wanted=$1
	shift
	run_metered MEMAGENT_URL="$INFLUXD_URL" "$@"
	expect_equal "$*: status" 0 "$status"
	expect_silence "$*"
	reporters | grep -qx "$pid" || fail "$*: the program itself did not report"
	expect_equal "$*: children that report" "$wanted" $(($(reporters | wc -l) - before - 1))
}

# A child recognizes itself by its parent's agent, which may start late on a busy machine.
# shellcheck disable=SC2016 # the inner shell's
begun='until for thread in /proc/$$/task/*/comm; do
	read -r name <"$thread" && [ "$name" = memagent ] && break; done; do :; done;'

influxd_start "$work/influxdb"
# Create the database first, so that no counted request does.
run_metered MEMAGENT_URL="$INFLUXD_URL" "$scripted"
requests=$(writes)
family 0 MEMAGENT_INTERVAL=1h sh -c "$begun"' for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; (exit 0); done'
expect_equal "requests for a shell and twenty children" 1 $(($(writes) - requests))
# "scripted" and the subshell that starts it are one process.
family 1 MEMAGENT_INTERVAL=50ms sh -c "'$scripted' -w 1000; :"
family 0 MEMAGENT_INTERVAL=50ms MEMAGENT_MIN_UPTIME=1h sh -c "$begun '$scripted' -w 300; :"
family 1 MEMAGENT_INTERVAL=1h MEMAGENT_MIN_UPTIME=50ms sh -c "'$scripted' -w 1000; :"
family 0 MEMAGENT_INTERVAL=1h MEMAGENT_MIN_UPTIME=1h "$scripted"

# By memagent-run in a program with the agent; what the command itself starts is a child as usual.
family 1 MEMAGENT_INTERVAL=1h sh -c "$begun '$build/memagent-run' sh -c '$begun /bin/true; :'; :"

before=$(reporters | wc -l)
MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_MIN_UPTIME=1h "$build/memagent-run" "$scripted" >"$work/out"
expect_equal "by memagent-run" 1 $(($(reporters | wc -l) - before))
