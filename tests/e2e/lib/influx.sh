# shellcheck shell=sh
# influx.sh: what the influx_* tests share; to be sourced first.
#
# A directory of its own in $work, removed at the end with everything that was
# started; and MEMAGENT_* as nobody set it.
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

# Tests add to this what else there is to undo.
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
[ -e "$build/libmemagent.so" ] || fail "$build/libmemagent.so is missing"
[ -e "$scripted" ] || fail "$scripted is missing"

# run_metered VARIABLE=VALUE... COMMAND...: with the library, its output in $work/out and $work/err,
# its exit status in $status, its process id in $pid.
run_metered()
{
	status=0
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$ >"$0"; exec env "$@"' "$work/pid" LD_PRELOAD="$build/libmemagent.so" "$@" \
		</dev/null >"$work/out" 2>"$work/err" || status=$?
	pid=$(cat "$work/pid")
}

# begin NAME VARIABLE=VALUE... [OPTION...]: in the background, the scripted program with the library, to
# exit with 3; its output in $runs/NAME.out and NAME.err, its process id in NAME.pid.
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

# await NAME...: until they have ended; each has done as without the library.
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

# The same for all that still run.
await_all()
{
	for running in "$runs"/*.running; do
		running=${running##*/}
		await "${running%.running}"
	done
}

# begin_endless NAME VARIABLE=VALUE...: one that goes on until end NAME, which awaits it.
begin_endless()
{
	begin "$@" "$scripted" -u "$runs/$1.end"
}

end()
{
	touch "$runs/$1.end"
	await "$1"
}

# The same without the library: what the program does by itself.
run_bare()
{
	bare_status=0
	"$@" </dev/null >"$work/bare.out" 2>"$work/bare.err" || bare_status=$?
}

# How much more than requested an object has depends on what lies around it, and so on the few
# objects that libc makes for the agent's thread.
without_usable_bytes()
{
	sed '/^heap_alloc_bytes /d; /^total_alloc_bytes /d; /^total_freed_bytes /d' "$1"
}

# That the program did as it does by itself.
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

# expect_line WHAT TEXT...: one line on stderr, which has all of the texts in it; and no other but
# one on what is lost for it at the end.
expect_line()
{
	what=$1
	shift
	head -n 1 "$work/err" >"$work/line"
	grep -q "^memagent\[$pid\]: ." "$work/line" || fail "$what: expected a line of memagent[$pid]"
	for text; do
		grep -qF -e "$text" "$work/line" || fail "$what: nothing of \"$text\" in the first line"
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

# As the program itself printed it, in the order of its lines.
fields='mallocs,frees,reallocs,failed_allocs,heap_objects,heap_alloc_bytes,total_alloc_bytes,total_freed_bytes,total_requested_bytes'

# The last point of process $pid in the database, as "FIELD VALUE" lines.
last_point()
{
	influxd_query "$1" "SELECT $fields FROM $2 WHERE pid = '$pid' ORDER BY time DESC LIMIT 1" |
		jq -r '.results[0].series[0] // empty | [.columns, .values[0]] | transpose | .[] |
			select(.[0] != "time") | "\(.[0]) \(.[1])"'
}

# How many points of whatever process the measurement of the database has.
count_points()
{
	influxd_query "$1" "SELECT count(mallocs) FROM $2" |
		jq -r '.results[0].series[0].values[0][1] // 0'
}

# await_rows DATABASE QUERY: until there is an answer to it.
await_rows()
{
	tries=0
	until influxd_query "$1" "$2 LIMIT 1" 2>/dev/null | grep -q '"values"'; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || fail "nothing comes for $2"
		sleep 0.05
	done
}

# await_points DATABASE WHERE: until a point that is so is in the database.
await_points()
{
	await_rows "$1" "SELECT mallocs FROM memagent WHERE $2"
}

# expect_no_gap DATABASE INTERVAL_NS: every point of process $pid is there, once.
expect_no_gap()
{
	command -v python3 >/dev/null || skip "python3 is not installed"
	influxd_query "$1" "SELECT agent_late_ns FROM memagent WHERE pid = '$pid';
		SELECT event FROM memagent_event WHERE pid = '$pid'" |
		python3 "$root/tests/e2e/lib/points.py" "$2" >"$work/points" || fail "not every point is there once"
}

# The same, and the last one is as the program printed it.
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

# start_answer STATUS TYPE BODY: a server on $answer_url that answers everything so.
start_answer()
{
	rm -f "$work/answer.out" # or the one before would tell its port
	"$build/tests/e2e/answer" "$@" >"$work/answer.out" &
	answer_pid=$!
	children="$children $answer_pid"
	tries=0
	until grep -qs '^listening on ' "$work/answer.out"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "the answering server did not start"
		sleep 0.05
	done
	# shellcheck disable=SC2034 # the tests use it
	answer_url=http://$(sed -n 's/^listening on //p' "$work/answer.out")
}
