#!/bin/sh
# demo.sh: run an unmodified server under load, send its heap to InfluxDB, and draw pictures of it.
#
# The experiments are the modes of the server, and burst-trim: burst with a trim every second.
# Environment variables:
#   ONLY="local global"  run only these experiments
#   SECONDS=15           length of each load
#   BUILD                where memagent was built
#   OUT=$BUILD/demo      where to write the pictures
# All servers listen on loopback only and are stopped at the end.
#
# Each experiment is judged twice: judge.awk compares the points with what the server says it holds, and
# memagent-report gives a verdict from the points alone, on the process and on its call sites.  If a result is
# not as expected, the demo still draws the pictures and runs the other experiments, but ends with status 1.
set -eu

case ${1-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
# printenv, because SECONDS is a special variable in some shells.
seconds=$(printenv SECONDS) || seconds=15
experiments='local global burst burst-trim cache'
chosen=${ONLY:-$experiments}
out=${OUT:-$build/demo}
threads=50
connections=100
interval=0.25 # the --interval in start_server
least=14      # shortest load, in seconds, in which a leak shows and the cache fills
settle=3      # seconds of rest after the load

. "$root/tools/influxd.sh"

work=
server_pid=
load_pid=

die()
{
	echo "demo: $*" >&2
	[ ! -s "$work/server.err" ] || sed 's/^/demo: stderr of the server: /' "$work/server.err" >&2
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
	[ "$seconds" -ge $least ] || die "SECONDS=$seconds is too short to detect a leak: expected at least $least"
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

# await COMMAND...: wait until it succeeds; return 1 after ten seconds, or if the server ends.
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
	set -- --url "$INFLUXD_URL" --interval 250ms --allocator-interval 1s --sites-interval 1s --service "demo-$1"
	[ "$experiment" = "$mode" ] || set -- "$@" --trim-interval 1s
	echo "memagent-run --interval 250ms --allocator-interval 1s --sites-interval 1s${11+ --trim-interval 1s} -- demo-server 0 $mode"
	: >"$work/server.out" # it still has the port of the previous server
	"$build/memagent-run" "$@" -- "$build/demo-server" 0 "$mode" \
		>"$work/server.out" 2>"$work/server.err" &
	server_pid=$!
	await is_listening || die "the server did not start"
	port=$(sed -n 's/^listening on 127.0.0.1://p' "$work/server.out")
	await has_point || die "InfluxDB received no point of the server within ten seconds"
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

# Run wrk in the background, so that a signal is handled during the load.
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
	[ -n "$requests" ] || die "the output of wrk has no number of requests"
	if grep -E 'Non-2xx|Socket errors' "$work/load.out" >&2; then
		die "the server did not answer all requests"
	fi
	echo "wrk: $requests requests completed"
}

# class_of EXPERIMENT: print the class that memagent-report gave it.
class_of()
{
	sed -n 's/^class	//p' "$out/$1/figures.tsv"
}

# expected_class EXPERIMENT: print the class that it must have.
expected_class()
{
	case $1 in
	global) echo leaks ;;
	cache) echo level ;;
	*) echo returns ;;
	esac
}

# server_figure WORDS: print the number after these words in the server's output.
server_figure()
{
	sed -n "s/^$1 \([0-9][0-9]*\) .*/\1/p" "$work/server.out"
}

# describe EXPERIMENT: print what its server does, from the server's --help.
describe()
{
	words=$("$build/demo-server" --help | sed -n "s/^  ${1%-trim}  *//p")
	echo "${words%% (the default)}$([ "$1" = "${1%-trim}" ] || echo '; a trim every second')"
}

# Judge the finished experiment, and write what is not as expected to $complaints.
judge()
{
	set -- -v experiment="$experiment" -v begin="$begin" -v end="$end" -v interval=$interval \
		-v requests="$requests" -v connections=$connections -v served="$(server_figure served)" \
		-v held_objects="$(server_figure holding)" -v held_bytes="$(server_figure 'holding.* of')" -f "$root/tools/demo/words.awk"
	awk "$@" -f "$root/tools/demo/table.awk" "$work/points"
	awk "$@" -f "$root/tools/demo/judge.awk" "$work/points" 2>"$complaints" || [ -s "$complaints" ] || die "judge.awk failed"
	echo
	"$build/memagent-report" --url "$INFLUXD_URL" --service "demo-$experiment" --until "$stopped" \
		--since 1h --requests "$(server_figure served)" --title "demo: $experiment" -o "$out/$experiment" ||
		die "memagent-report failed for $experiment"
	class=$(class_of "$experiment")
	[ "$class" = "$(expected_class "$experiment")" ] ||
		echo "demo: $experiment: memagent-report calls it \"$class\", expected \"$(expected_class "$experiment")\"" >>"$complaints"
	judge_sites >>"$complaints"
	cat "$complaints" >&2
}

# judge_sites: of global, the call sites below push_global must leak, and have the growth; of the others, none.
judge_sites()
{
	awk -F '\t' -v experiment="$experiment" '
		$1 == "leak_function" { leaks++; name = $2 }
		$1 == "leak_stack" { is_ours = (";" $2 ";") ~ /;push_global;/ }
		$1 == "leak_growth_percent" && is_ours { percent += $2 }
		END {
			if (experiment == "global" && percent < 90)
				printf "demo: %s: call sites in push_global have %d %% of the growth, expected at least 90 %%\n", experiment, percent
			if (experiment != "global" && leaks)
				printf "demo: %s: %s is judged to leak, expected no call site\n", experiment, name
		}' "$out/$experiment/figures.tsv"
}

# run_experiment EXPERIMENT: a mode of the server, or MODE-trim, which adds a trim every second.
run_experiment()
{
	experiment=$1
	mode=${experiment%-trim}
	echo
	complaints=$work/$experiment.complaints
	echo "== $experiment: $(describe "$experiment") =="
	start_server "$experiment"
	sleep 1
	run_load
	sleep $settle
	# Ignore later points: at its end the server frees everything.
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

# Write a page with all experiments that have finished.
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
		echo "<p>Each request allocates 102 objects. The servers differ in when they free them. The load is the"
		echo "same: $connections connections for $seconds s. Each picture is a link to all pictures of its server.</p>"
		for shown in $finished; do
			echo "<h2>$shown</h2><p>It $(describe "$shown").</p>"
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
echo "all as expected:$finished; pictures: $out/index.html"
