# shellcheck shell=sh
# shellcheck disable=SC2154 # root, build and work are from influx.sh
# hosts.sh: runs real programs bare and under the agent, with the same work.  Source it first.
#
# A test says what it needs, defines work(), and calls
#
#   both_ways metered [jemalloc]
#	Call work once in the turn "bare" and once in each of these: with libmemagent.so, with
#	libmemagent-jemalloc.so; each time in an empty directory of the same path.  What it
#	prints, its exit statuses and the files it leaves must be the same every time.
#   expect_points SERVICE[:PROCESSES]...
#	Each of these services has points, of so many processes at least, of every turn but bare; and whatever wrote points
#	wrote what can be, none is missing between the first and the last, and the process told
#	of its end.
#
# In work:
#
#   metered COMMAND...	Run it, in all turns but bare under the agent; its status is kept.
#   start COMMAND...	The same in the background, its process id in $server.
#   finish SIGNAL	Have $server end (0: it does so anyway), and keep its status.
#   await COMMAND...	Until it succeeds.
#   $scratch		A directory for what need not be the same.
. "$(dirname "$0")/../e2e/lib/influx.sh"
# shellcheck source=tools/hosts.sh
. "$root/tools/hosts.sh"

# The same for all users, without their own configuration.
export LC_ALL=C TZ=UTC HOME="$work/home"
mkdir "$HOME"
: >"$work/killed"

# Readable for others, so that a server without root can load the transport.
library=$work/library
mkdir "$library"
cp "$build"/*.so "$library"
chmod 755 "$work"

exec 3>&2 # stderr for messages while the work has descriptor 2
at_work=
turn=bare
server=
turns=

clean_up_more()
{
	[ -z "$at_work" ] || tail -n 20 "$work/$turn.out" "$work/$turn.err" >&3
}

need()
{
	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed; make deps-hosts installs it"
	done
}

# executable PROGRAM: print the service of its points.
executable()
{
	basename "$(readlink -f "$(command -v "$1")")"
}

# The environment that $turn adds.
enter_turn()
{
	case $turn in
	bare) return ;;
	metered) export LD_PRELOAD="$library/libmemagent.so" ;;
	jemalloc) export LD_PRELOAD="$library/libmemagent-jemalloc.so" ;;
	esac
	# On a busy machine the last point may take long.
	export MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_DATABASE="$turn" MEMAGENT_INTERVAL=10ms \
		MEMAGENT_EXIT_TIMEOUT=30s
}

# keep NAME PID: wait for it; its status is in $kept.
keep()
{
	echo "$1: $kept" >>"$work/$turn.status"
	# A process killed by a signal has no exit event.
	[ $kept -lt 128 ] || echo "$2" >>"$work/killed"
}

metered()
{
	kept=0
	# shellcheck disable=SC2016 # the inner shell tells who its parent is
	(sh -c 'echo $PPID' >"$work/pid" && enter_turn && exec "$@" 3>&-) || kept=$?
	keep "$1" "$(cat "$work/pid")"
}

start()
{
	(enter_turn && exec "$@" 3>&-) &
	server=$!
	children="$children $server"
}

# succeeds COMMAND...: as COMMAND, but fail the test if the server has ended.
succeeds()
{
	"$@" || { ! influxd_process_ended "$server" || fail "$turn: the server ended before: $*"; return 1; }
}

await()
{
	wait_until "$turn: still false: $*" succeeds "$@"
}

finish()
{
	[ "$1" = 0 ] || kill -s "$1" "$server"
	kept=0
	wait "$server" 2>/dev/null || kept=$?
	keep server "$server"
	server=
}

take_turn()
{
	turn=$1
	turns="$turns $turn"
	scratch=$work/$turn.scratch
	mkdir "$work/here" "$scratch"
	: >"$work/$turn.status"
	cd "$work/here"
	at_work=yes
	work </dev/null >"$work/$turn.out" 2>"$work/$turn.err" || fail "$turn: its work failed"
	at_work=
	cd "$work"
	mv here "$turn"
}

expect_same()
{
	for what in status out err; do
		diff "$work/bare.$what" "$work/$turn.$what" >"$work/difference" ||
			fail "$what, bare (<) and $turn (>): $(head -n 20 "$work/difference" | cut -c -200)"
	done
	diff -r "$work/bare" "$work/$turn" >"$work/difference" ||
		fail "files, bare (<) and $turn (>): $(head -n 20 "$work/difference" | cut -c -200)"
}

both_ways()
{
	influxd_start "$work/influxdb"
	take_turn bare
	for next_turn; do
		take_turn "$next_turn"
		expect_same
	done
}

expect_points()
{
	for turn in $turns; do
		[ "$turn" != bare ] || continue
		influxd_query "$turn" "SELECT mallocs, heap_objects, agent_points_dropped,
			agent_late_ns FROM memagent GROUP BY service, pid" >"$work/$turn.points"
		influxd_query "$turn" "SELECT event FROM memagent_event GROUP BY service, pid" \
			>"$work/$turn.events"
		jq -r -n -f "$root/tests/hosts/lib/points.jq" --arg services "$*" --arg killed "$(paste -sd ' ' "$work/killed")" \
			--slurpfile points "$work/$turn.points" \
			--slurpfile events "$work/$turn.events" >"$work/wrong"
		[ ! -s "$work/wrong" ] || fail "$turn: $(head -n 20 "$work/wrong")"
		jq -r '[.results[0].series[].values | length] |
			"\(length) processes, \(add) points"' "$work/$turn.points"
	done
}
