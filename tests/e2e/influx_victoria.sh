#!/bin/sh
# VictoriaMetrics stores all points, with their values, from /write and from /api/v2/write.
. "$(dirname "$0")/lib/influx.sh"

victoria=$root/.deps/victoria-metrics/usr/bin/victoria-metrics
[ -x "$victoria" ] || skip "victoria-metrics is not in .deps: tools/deps.sh test unpacks it"

victoria_answers()
{
	grep -qs 'start[a-z]* [a-z ]*server at' "$work/victoria.log" && curl -s -f -m 5 -o /dev/null "$url/health"
}

# On an unused port, as influxd_start does.
start_victoria()
{
	round=0
	while [ $round -lt 10 ]; do
		url=http://127.0.0.1:$(influxd_random_port)
		"$victoria" -httpListenAddr="${url#http://}" -storageDataPath="$work/victoria" -retentionPeriod=1 \
			</dev/null >"$work/victoria.log" 2>&1 &
		victoria_pid=$!
		children="$children $victoria_pid"
		tries=0
		while [ $tries -lt 400 ] && ! influxd_process_ended $victoria_pid; do
			! victoria_answers || return 0
			tries=$((tries + 1))
			sleep 0.05
		done
		round=$((round + 1))
	done
	fail "victoria-metrics did not start: $(tail -n 5 "$work/victoria.log")"
}

# The samples of process $pid, as "FIELD VALUE" of its last point in the order of $fields, and
# how many samples a field has.
exported()
{
	curl -s -f -m 20 "$url/internal/force_flush"
	curl -s -f -m 20 -G "$url/api/v1/export" --data-urlencode "match[]={pid=\"$pid\"}" >"$work/exported"
	for field in $(echo "$fields" | tr ',' ' '); do
		jq -r --arg name "memagent_$field" 'select(.metric.__name__ == $name) |
			"\($name | ltrimstr("memagent_")) \([.timestamps, .values] | transpose | max_by(.[0])[1])"' \
			<"$work/exported"
	done >"$work/point"
	samples=$(jq -r 'select(.metric.__name__ == "memagent_mallocs") | .values | length' <"$work/exported")
}

# stored WHAT VARIABLE=VALUE...
stored()
{
	what=$1
	shift
	run_metered MEMAGENT_URL="$url" MEMAGENT_INTERVAL=50ms "$@" "$scripted" -w 400 -x 7
	expect_equal "$what: exit status" 7 "$status"
	expect_silence "$what"
	tries=0
	# Flushing may take a moment.
	until exported && [ "${samples:-0}" -ge 4 ] && diff "$work/out" "$work/point" >"$work/difference"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] ||
			fail "$what: ${samples:-no} points of 400 ms at 50ms; printed by the program (<) and held by" \
				"victoria-metrics (>): $(cat "$work/difference")"
		sleep 0.1
	done
}

# /write adds the database as a label.
start_victoria
stored /write
expect_equal "label db" memagent "$(jq -r .metric.db <"$work/exported" | sort -u)"
stored /api/v2/write MEMAGENT_TOKEN=any MEMAGENT_ORG=any MEMAGENT_BUCKET=any
expect_equal "no label db" null "$(jq -r .metric.db <"$work/exported" | sort -u)"
stored "version 3" MEMAGENT_API=v3
