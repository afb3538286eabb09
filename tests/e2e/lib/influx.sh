# shellcheck shell=sh
# influx.sh: shared by the influx_* tests; source it first.
#
# It makes a directory, $work, and unsets MEMAGENT_*.  At the end it removes the directory and ends
# all processes that were started.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
scripted=$build/tests/e2e/scripted
. "$root/tools/influxd.sh"

work=
children=

fail()
{
	echo "$(basename "$0"): $*" >&2
	if [ -s "$work/err" ]; then
		sed 's/^/  stderr: /' "$work/err" >&2
	fi
	exit 1
}

skip()
{
	echo "$*"
	exit 77
}

# wait_until MESSAGE COMMAND...: repeat COMMAND until it succeeds.  After a minute, fail with MESSAGE.
wait_until()
{
	message=$1
	shift
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || fail "$message"
		sleep 0.05
	done
}

# Tests redefine this if they have more to clean up.
clean_up_more()
{
	:
}

clean_up()
{
	trap '' INT TERM HUP
	set +e
	for child in $children; do
		influxd_end_process "$child"
	done
	influxd_stop
	clean_up_more
	rm -rf "$work"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d)
runs=$work/runs
mkdir "$runs"
for name in $(env | sed -n 's/^\(MEMAGENT_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
# On a busy machine the last delivery may take longer than the default.
export MEMAGENT_EXIT_TIMEOUT=30s
[ -e "$build/libmemagent.so" ] || fail "$build/libmemagent.so is missing"
[ -e "$scripted" ] || fail "$scripted is missing"

# run_metered VARIABLE=VALUE... COMMAND...: run it with the library.  Its output is in $work/out and
# $work/err, its exit status in $status, its process id in $pid.
run_metered()
{
	status=0
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$ >"$0"; exec env "$@"' "$work/pid" LD_PRELOAD="$build/libmemagent.so" "$@" \
		</dev/null >"$work/out" 2>"$work/err" || status=$?
	pid=$(cat "$work/pid")
}

# begin NAME VARIABLE=VALUE... [OPTION...]: run the scripted program with the library, in the
# background; it exits with 3.  Its output is in $runs/NAME.out and NAME.err, its pid in NAME.pid.
begin()
{
	name=$1
	shift
	env LD_PRELOAD="$build/libmemagent.so" "$@" -x 3 \
		</dev/null >"$runs/$name.out" 2>"$runs/$name.err" &
	echo $! >"$runs/$name.pid" # env's, which becomes the program's
	: >"$runs/$name.running"
	children="$children $!"
}

# await NAME...: wait until these have ended, and check that each behaved as without the library.
await()
{
	run_bare "$scripted" -x 3
	for name; do
		status=0
		pid=$(cat "$runs/$name.pid")
		wait "$pid" || status=$?
		cp "$runs/$name.out" "$work/out"
		cp "$runs/$name.err" "$work/err"
		expect_unchanged "$name"
		rm "$runs/$name.running"
	done
}

# As await, for all that still run.
await_all()
{
	for running in "$runs"/*.running; do
		running=${running##*/}
		await "${running%.running}"
	done
}

# begin_endless NAME VARIABLE=VALUE...: as begin, for a program that runs until end NAME.
begin_endless()
{
	begin "$@" "$scripted" -u "$runs/$1.end"
}

end()
{
	touch "$runs/$1.end"
	await "$1"
}

# run_bare COMMAND...: run it without the library.
run_bare()
{
	bare_status=0
	"$@" </dev/null >"$work/bare.out" 2>"$work/bare.err" || bare_status=$?
}

# An object's usable size depends on its neighbours, and so on the few objects that libc makes for
# the agent's thread.
without_usable_bytes()
{
	sed '/^heap_alloc_bytes /d; /^total_alloc_bytes /d; /^total_freed_bytes /d' "$1"
}

# Check that the program behaved as without the library.
expect_unchanged()
{
	[ "$status" -eq "$bare_status" ] || fail "$1: status $status instead of $bare_status"
	without_usable_bytes "$work/out" >"$work/out.cut"
	without_usable_bytes "$work/bare.out" | cmp -s "$work/out.cut" - ||
		fail "$1: the program's output has changed"
}

expect_silence()
{
	[ ! -s "$work/err" ] || fail "$1: expected nothing on stderr"
}

# expect_line WHAT TEXT...: stderr has one line, which contains all texts.  A second line may report
# what is lost at the end.
expect_line()
{
	what=$1
	shift
	head -n 1 "$work/err" >"$work/line"
	grep -q "^memagent\[$pid\]: ." "$work/line" || fail "$what: expected a line of memagent[$pid]"
	for text; do
		grep -qF -e "$text" "$work/line" || fail "$what: \"$text\" is not in the first line"
	done
	if [ "$(sed 1d "$work/err" | grep -c .)" -gt 1 ] ||
		sed 1d "$work/err" | grep -qv "^memagent\[$pid\]: .*the program ends"; then
		fail "$what: expected no more lines"
	fi
}

expect_equal()
{
	[ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}

# The fields that the scripted program prints, in its order.
fields='mallocs,frees,reallocs,failed_allocs,heap_objects,heap_alloc_bytes,total_alloc_bytes,total_freed_bytes,total_requested_bytes'

# The last point of process $pid in the database, as "FIELD VALUE" lines.
last_point()
{
	influxd_query "$1" "SELECT $fields FROM $2 WHERE pid = '$pid' ORDER BY time DESC LIMIT 1" |
		jq -r '.results[0].series[0] // empty | [.columns, .values[0]] | transpose | .[] |
			select(.[0] != "time") | "\(.[0]) \(.[1])"'
}

# count_points DATABASE MEASUREMENT: print how many points it has, of all processes.
count_points()
{
	influxd_query "$1" "SELECT count(mallocs) FROM $2" |
		jq -r '.results[0].series[0].values[0][1] // 0'
}

has_rows()
{
	influxd_query "$1" "$2 LIMIT 1" 2>/dev/null | grep -q '"values"'
}

# await_rows DATABASE QUERY: wait until the query has an answer.
await_rows()
{
	wait_until "no rows for $2" has_rows "$1" "$2"
}

# await_points DATABASE WHERE: wait until the database has a matching point.
await_points()
{
	await_rows "$1" "SELECT mallocs FROM memagent WHERE $2"
}

# expect_no_gap DATABASE INTERVAL_NS: every point of process $pid is stored once.
expect_no_gap()
{
	command -v python3 >/dev/null || skip "python3 is not installed"
	influxd_query "$1" "SELECT agent_late_ns FROM memagent WHERE pid = '$pid';
		SELECT event FROM memagent_event WHERE pid = '$pid'" |
		python3 "$root/tests/e2e/lib/points.py" "$2" >"$work/points" || fail "not every point is stored exactly once"
}

# As expect_no_gap; and the last point has what the program printed.
expect_every_point()
{
	expect_no_gap "$1" "$2"
	expect_exact "$1"
	dropped=$(influxd_query "$1" "SELECT last(agent_points_dropped) FROM memagent WHERE pid = '$pid'" |
		jq -r '.results[0].series[0].values[0][1]')
	expect_equal "points dropped" 0 "$dropped"
}

# expect_exact DATABASE [MEASUREMENT]: the last point has what the program printed.
expect_exact()
{
	last_point "$1" "${2:-memagent}" >"$work/point"
	diff "$work/out" "$work/point" >"$work/difference" ||
		fail "printed by the program (<) and held by InfluxDB (>): $(cat "$work/difference")"
}

# start_answer STATUS TYPE BODY: start a server at $answer_url that answers every request so.
start_answer()
{
	rm -f "$work/answer.out" # it would have the previous server's port
	"$build/tests/e2e/answer" "$@" >"$work/answer.out" &
	answer_pid=$!
	children="$children $answer_pid"
	wait_until "the answering server did not start" grep -qs '^listening on ' "$work/answer.out"
	# shellcheck disable=SC2034 # the tests use it
	answer_url=http://$(sed -n 's/^listening on //p' "$work/answer.out")
}
