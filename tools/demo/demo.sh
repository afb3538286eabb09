#!/bin/sh
# demo.sh: an unmodified server under load, as InfluxDB sees its heap.
#
# ONLY="local global" in the environment chooses the server's modes (default
# global, the leak), SECONDS the length of each load (default 10), BUILD where
# memagent was built.  Everything it starts listens on loopback, is stopped at
# the end however that comes, and leaves nothing behind.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
# printenv, because some shells have a SECONDS of their own.
seconds=$(printenv SECONDS) || seconds=10
modes=${ONLY:-global}
threads=50
connections=100
interval=0.25 # as in start_server

. "$root/tools/influxd.sh"

work=
server_pid=
load_pid=

die()
{
	echo "demo: $*" >&2
	[ ! -s "$work/server.err" ] || sed 's/^/demo: the server said: /' "$work/server.err" >&2
	exit 1
}

clean_up()
{
	trap '' INT TERM HUP PIPE
	set +e
	[ -z "$load_pid" ] || influxd_end_process "$load_pid"
	[ -z "$server_pid" ] || influxd_end_process "$server_pid"
	influxd_stop
	[ -z "$work" ] || rm -rf "$work"
}

check_arguments()
{
	case $seconds in
	"" | *[!0-9]* | ?????*) die "SECONDS=$seconds is not valid: expected a whole number from 2 to 9999" ;;
	esac
	[ "$seconds" -ge 2 ] || die "SECONDS=$seconds is not valid: expected a whole number from 2 to 9999"
	for mode in $modes; do
		case $mode in
		local | global) ;;
		*) die "ONLY=$mode is not valid: expected local or global" ;;
		esac
	done
	for file in memagent-run libmemagent.so demo-server; do
		[ -e "$build/$file" ] || die "$build/$file is missing: run make first"
	done
	for program in wrk curl jq; do
		command -v $program >/dev/null || die "$program is missing: run tools/deps.sh demo"
	done
}

# Until the command succeeds; 1 when it has not after ten seconds, or the server has ended.
await()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		kill -0 "$server_pid" 2>/dev/null || return 1
		sleep 0.05
	done
}

is_listening()
{
	grep -qs '^listening on ' "$work/server.out"
}

columns='mallocs,frees,heap_objects,heap_alloc_bytes,total_alloc_bytes,total_freed_bytes,rss_bytes,threads'

points()
{
	influxd_query memagent "SELECT $columns FROM memagent WHERE pid='$server_pid'" |
		jq -r '.results[0].series[0].values // [] | .[] | @tsv'
}

has_point()
{
	[ -n "$(points 2>/dev/null)" ]
}

start_server()
{
	"$build/memagent-run" --url "$INFLUXD_URL" --interval 250ms --service "demo-$1" -- \
		"$build/demo-server" 0 "$1" >"$work/server.out" 2>"$work/server.err" &
	server_pid=$!
	await is_listening || die "the server did not start"
	port=$(sed -n 's/^listening on 127.0.0.1://p' "$work/server.out")
	await has_point || die "no point of the server came to InfluxDB within ten seconds"
}

stop_server()
{
	status=0
	influxd_end_process "$server_pid" || status=$?
	[ $status -eq 0 ] || die "the server ended with status $status instead of 0"
}

show_progress()
{
	influxd_query memagent "SELECT last(heap_objects), heap_alloc_bytes FROM memagent
		WHERE pid='$server_pid'" 2>/dev/null |
		jq -r --arg passed "$1" --arg of "$seconds" '.results[0].series[0].values[0] //empty |
			"  \($passed) of \($of) s: \(.[1]) live objects, \(.[2] / 104857.6 | floor / 10) MiB live"' || :
}

# In the background, so that a signal is not kept waiting until the load is over.
run_load()
{
	set -- wrk -t $threads -c $connections -d "${seconds}s" "http://127.0.0.1:$port/v1/push"
	echo "$*"
	begin=$(date +%s.%N)
	"$@" >"$work/load.out" 2>&1 &
	load_pid=$!
	passed=0
	while [ $passed -lt "$seconds" ]; do
		sleep 1
		passed=$((passed + 1))
		show_progress $passed
	done
	status=0
	wait "$load_pid" || status=$?
	load_pid=
	end=$(date +%s.%N)
	[ $status -eq 0 ] || die "wrk ended with status $status: $(tail -n 1 "$work/load.out")"
	requests=$(sed -n 's/^ *\([0-9][0-9]*\) requests in .*/\1/p' "$work/load.out")
	[ -n "$requests" ] || die "wrk told no number of requests"
	if grep -E 'Non-2xx|Socket errors' "$work/load.out" >&2; then
		die "the server did not answer all requests"
	fi
	echo "wrk: $requests requests completed"
}

experiment()
{
	echo
	echo "== $1: InfluxDB at $INFLUXD_URL, memagent-run --interval 250ms -- demo-server 0 $1 =="
	start_server "$1"
	run_load
	stop_server
	points >"$work/points"
	server_pid=
	echo
	awk -v mode="$1" -v requests="$requests" -v connections=$connections -v begin="$begin" \
		-v served="$(sed -n 's/^served \([0-9]*\) requests$/\1/p' "$work/server.out")" \
		-v end="$end" -v interval=$interval -f "$root/tools/demo/table.awk" "$work/points" ||
		die "InfluxDB does not hold what was expected of mode $1"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
check_arguments
work=$(mktemp -d)
influxd_start "$work/influxdb"
for mode in $modes; do
	experiment "$mode"
done
