#!/bin/sh
# Under a filter that kills for every system call outside systemd's @system-service, everything that
# the agent does works: file, HTTP, TLS and UDP, no server, trims, children, log and spool.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/tls.sh"

jailed=$build/tests/e2e/jailed
status=0
"$jailed" true || status=$?
[ $status -ne 77 ] || skip "this system has no such filter"
expect_equal "the filter alone" 0 $status
# The filter really kills, by SIGSYS.
status=0
sh -c "'$jailed' chroot / true" 2>/dev/null || status=$?
expect_equal "a forbidden system call" 159 $status

# survives WHAT VARIABLE=VALUE... COMMAND...: run with $library under the filter; lines in $work/err.
survives()
{
	what="${library##*/}, $1"
	shift
	status=0
	"$jailed" env LD_PRELOAD="$library" MEMAGENT_INTERVAL=20ms "$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
	expect_equal "$what: status" 3 "$status"
}

says()
{
	grep -q "^memagent.*$1" "$work/err" || fail "$what: nothing of $1"
}

influxd_start "$work/influxdb"
tls_certificate localhost
tls_start_proxy localhost
mkdir "$work/spool"
for library in "$build/libmemagent.so" "$build/libmemagent-jemalloc.so"; do
	[ -e "$library" ] || continue
	survives "a file" MEMAGENT_URL="file://$work/points" MEMAGENT_TRIM_INTERVAL=50ms \
		MEMAGENT_ALLOCATOR_INTERVAL=20ms "$scripted" -w 300 -x 3
	expect_silence "$what"
	[ -s "$work/points" ] || fail "$what: no points"
	survives "HTTP" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_TRIM_INTERVAL=50ms "$scripted" -w 300 -x 3
	expect_silence "$what"
	survives "HTTP to a name" MEMAGENT_URL="http://localhost:$INFLUXD_PORT" "$scripted" -w 300 -x 3
	expect_silence "$what"
	survives "TLS" MEMAGENT_URL="$tls_url" MEMAGENT_CA_FILE="$work/localhost.pem" "$scripted" -w 300 -x 3
	expect_silence "$what"
	survives "UDP" MEMAGENT_URL=udp://127.0.0.1:9 "$scripted" -w 300 -x 3
	survives "nobody there" MEMAGENT_URL=http://127.0.0.1:9 MEMAGENT_SPOOL="$work/spool" "$scripted" -w 300 -x 3
	says "cannot deliver"
	survives "a mistyped setting" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_SPOOL="$work/spool" \
		MEMAGENT_DATABASE=other MEMAGENT_TIMEOUT=1 MEMAGENT_EXIT_TIMEOUT=soon "$scripted" -w 300 -x 3
	says "MEMAGENT_EXIT_TIMEOUT"
	survives "a log" MEMAGENT_URL=http://127.0.0.1:9 MEMAGENT_LOG="$work/log" "$scripted" -w 100 -x 3
	survives "a log that cannot be" MEMAGENT_URL=http://127.0.0.1:9 MEMAGENT_LOG=/nowhere/log "$scripted" -x 3
	says "MEMAGENT_LOG=/nowhere/log"
	survives "a child of another user" MEMAGENT_URL="file://$work/points" "$scripted" -f 65534 -w 300 -x 3
	survives "a child over HTTP" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_MIN_UPTIME=10ms "$scripted" -f 65534 -w 300 -x 3
	survives "many children" MEMAGENT_URL="$INFLUXD_URL" sh -c 'for i in 1 2 3 4 5; do (exit 0); /bin/true; done; exit 3'
	survives "no stderr" MEMAGENT_URL=http://127.0.0.1:9 sh -c 'exec 2>&-; sleep 0.2; exit 3'
done
for program in setuid privileges_setresuid privileges_capset privileges_no_new_privs privileges_groups main_pthread_exit thread_churn \
	daemon setgroups_slow; do
	library=$build/libmemagent.so
	status=0
	(cd "$work" && exec "$jailed" env LD_PRELOAD="$library" MEMAGENT_URL="file://$work/more" MEMAGENT_INTERVAL=10ms \
		"$build/tests/preload/$program") >"$work/out" 2>"$work/err" || status=$?
	[ $status -lt 126 ] || fail "$program: status $status"
done
