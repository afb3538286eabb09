#!/bin/sh
# demo.sh: an unmodified server under load, as InfluxDB sees its heap.
#
# The experiments are the server's modes, and burst once more with memory given back every second.
# ONLY="local global" in the environment chooses some of them, SECONDS the length of each load (default
# 10), BUILD where memagent was built, OUT where the pictures go (default BUILD/demo).  Everything it
# starts listens on loopback, and is stopped at the end however that comes; only the pictures stay.
#
# Each is judged twice: by what the server itself says that it did and holds (judge.awk), and by what
# memagent-report says of it, which knows the points only.  Where one is not as expected the pictures are made
# nevertheless, the others go on, and the status at the end is 1.
set -eu

case ${1-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
# printenv, because some shells have a SECONDS of their own.
seconds=$(printenv SECONDS) || seconds=10
experiments='local global burst burst-trim cache'
chosen=${ONLY:-$experiments}
out=${OUT:-$build/demo}
threads=50
connections=100
interval=0.25 # as in start_server
least=5       # seconds of load that memagent-report needs to tell a leak, and the cache to fill and be level
settle=3      # seconds after the load in which the server rests

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
	"" | *[!0-9]* | ?????*) die "SECONDS=$seconds is not valid: expected a whole number from $least to 9999" ;;
	esac
	[ "$seconds" -ge $least ] || die "SECONDS=$seconds is too short to tell a leak from what is none: expected at least $least"
	for experiment in $chosen; do
		case " $experiments " in
		*" $experiment "*) ;;
		*) die "ONLY=$experiment is not valid: expected some of $experiments" ;;
		esac
	done
	for file in memagent-run memagent-report libmemagent.so demo-server; do
		[ -e "$build/$file" ] || die "$build/$file is missing: run make first"
	done
	for program in wrk curl jq gnuplot; do
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

columns='mallocs,frees,heap_objects,heap_alloc_bytes,total_alloc_bytes,total_freed_bytes,rss_bytes,threads,trims,trim_pause_total_ns'

points()
{
	influxd_query memagent "SELECT $columns FROM memagent WHERE pid='$server_pid' AND time <= ${1:-now()}" |
		jq -r '.results[0].series[0].values // [] | .[] | @tsv'
}

has_point()
{
	[ -n "$(points 2>/dev/null)" ]
}

# start_server EXPERIMENT
start_server()
{
	set -- --url "$INFLUXD_URL" --interval 250ms --allocator-interval 1s --service "demo-$1"
	[ "$experiment" = "$mode" ] || set -- "$@" --trim-interval 1s
	echo "memagent-run --interval 250ms --allocator-interval 1s${9+ --trim-interval 1s} -- demo-server 0 $mode"
	: >"$work/server.out" # or the one before would tell its port
	"$build/memagent-run" "$@" -- "$build/demo-server" 0 "$mode" \
		>"$work/server.out" 2>"$work/server.err" &
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

# The class that memagent-report gives it.
class_of()
{
	sed -n 's/^class	//p' "$out/$1/figures.tsv"
}

# The class that it must give it.
expected_class()
{
	case $1 in
	global) echo leaks ;;
	cache) echo level ;;
	*) echo returns ;;
	esac
}

# told WORDS: the number after them in the last lines of the server.
told()
{
	sed -n "s/^$1 \([0-9][0-9]*\) .*/\1/p" "$work/server.out"
}

# What its server does, in the server's own words.
told_of()
{
	words=$("$build/demo-server" --help | sed -n "s/^  ${1%-trim}  *//p")
	echo "${words%% (the default)}$([ "$1" = "${1%-trim}" ] || echo '; every second the allocator gives back what it can')"
}

# Of the experiment that has run; what one of the two judges is not content with goes to its complaints.
judge()
{
	set -- -v experiment="$experiment" -v begin="$begin" -v end="$end" -v interval=$interval \
		-v requests="$requests" -v connections=$connections -v served="$(told served)" \
		-v held_objects="$(told holding)" -v held_bytes="$(told 'holding.* of')" -f "$root/tools/demo/words.awk"
	awk "$@" -f "$root/tools/demo/table.awk" "$work/points"
	awk "$@" -f "$root/tools/demo/judge.awk" "$work/points" 2>"$complaints" || [ -s "$complaints" ] || die "judge.awk cannot judge"
	echo
	"$build/memagent-report" --url "$INFLUXD_URL" --service "demo-$experiment" --until "$stopped" \
		--since 1h --requests "$(told served)" --title "demo: $experiment" -o "$out/$experiment" || die "there is no report of $experiment"
	class=$(class_of "$experiment")
	[ "$class" = "$(expected_class "$experiment")" ] ||
		echo "demo: $experiment: memagent-report calls it \"$class\", expected \"$(expected_class "$experiment")\"" >>"$complaints"
	cat "$complaints" >&2
}

# run_experiment EXPERIMENT: a mode, or with -trim that mode with memory given back every second.
run_experiment()
{
	experiment=$1
	mode=${experiment%-trim}
	echo
	complaints=$work/$experiment.complaints
	echo "== $experiment: $(told_of "$experiment") =="
	start_server "$experiment"
	sleep 1
	run_load
	sleep $settle
	# What the server frees at its own end is not what is to be shown.
	stopped=$(date +%s.%N)
	stop_server
	points "${stopped%.*}s" >"$work/points"
	server_pid=
	echo
	judge
	[ ! -s "$complaints" ] || failed="$failed $experiment"
	finished="$finished $experiment"
	write_page
}

# One page with all of them so far.
write_page()
{
	{
		echo '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>memagent demo</title>'
		echo '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
		echo 'body { margin: 0 auto; max-width: 1000px; padding: 24px 16px; background: #f5f7fa; color: #1f2933;'
		echo 'font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }'
		echo 'h2 { margin: 48px 0 0; } h2 + p { margin-top: 0; }'
		echo 'img { display: block; width: 100%; height: auto; background: #fff; border-radius: 4px; }'
		echo '.verdict { background: #fff; border-left: 6px solid #2f9e44; border-radius: 4px; padding: 12px 16px; }'
		echo '.leaks, .complaints { border-color: #c92a2a; } .grows { border-color: #f08c00; } .unknown { border-color: #9aa5b1; }'
		echo '</style></head><body><h1>Servers under load, as memagent sees them</h1>'
		echo "<p>Each request makes 102 objects. What becomes of them is different from server to server; the load is"
		echo "the same: $connections connections, for $seconds s. A picture leads to all pictures of its server.</p>"
		for shown in $finished; do
			echo "<h2>$shown</h2><p>It $(told_of "$shown").</p>"
			[ ! -s "$work/$shown.complaints" ] ||
				echo "<p class=\"verdict complaints\">Not as expected:$(sed 's/^demo: [^:]*: /<br>/' "$work/$shown.complaints")</p>"
			echo "<p class=\"verdict $(class_of "$shown")\">$(cat "$out/$shown/verdict.txt")</p>"
			echo "<a href=\"$shown/index.html\"><img src=\"$shown/heap.svg\" alt=\"Live bytes and resident set of $shown\"></a>"
		done
		echo '</body></html>'
	} >"$out/index.html"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
check_arguments
work=$(mktemp -d)
influxd_start "$work/influxdb"
finished=
failed=
for experiment in $chosen; do
	run_experiment "$experiment"
done
echo
[ -z "$failed" ] || die "not as expected:$failed; pictures: $out/index.html"
echo "all shown as expected:$finished; pictures: $out/index.html"
