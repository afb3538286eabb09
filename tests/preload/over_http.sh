#!/bin/sh
# The tests about descriptors, signals, threads and privileges once more, with the agent flushing
# over HTTP all the time, so that libcurl works in the process.
#
# limit: 300
. "$(dirname "$0")/../e2e/lib/influx.sh"

programs='close_all close_stdin pipe_eof inherited_pipe select prefork daemon spawn vfork fork_threads fork_pthread_exit_at_exit exec_thread
	sigpipe sigterm sigwait sigchld timer_storm signal_handler main_pthread_exit end_by_quick_exit dlopen_tls
	setuid chroot privileges_setresuid privileges_capset privileges_no_new_privs seccomp_all_threads seccomp_raw'

# last NAME FIELD: print the value in the last point of the program.
last()
{
	influxd_query memagent "SELECT $2 FROM memagent WHERE service = '$1' ORDER BY time DESC LIMIT 1" |
		jq -r '.results[0].series[0].values[0][1] // empty'
}

# Readable for others, so that a program without privileges can load the transport.
readable=$work/readable
mkdir -p "$readable/tests"
cp "$build"/*.so "$readable"
cp -r "$build/tests/preload" "$readable/tests"
chmod 755 "$work"

failed=
influxd_start "$work/influxdb"
for program in $programs; do
	status=0
	FORKS=30 BUILD=$readable "$root/tests/preload/run" --to "$INFLUXD_URL" "$readable/tests/preload/$program" >"$work/said" || status=$?
	case $status in
	0) ;;
	77) echo "$program skips: $(tail -n 1 "$work/said")" ;;
	*)
		failed="$failed $program"
		cat "$work/said"
		;;
	esac
done
[ -z "$failed" ] || fail "over HTTP:$failed"

# The agent delivered, also after the program had restricted itself or dropped privileges.
for program in close_all close_stdin select prefork; do
	[ -n "$(last $program mallocs)" ] || fail "$program: no point in the database"
done
[ "$(id -u)" -eq 0 ] || exit 0
for program in chroot privileges_setresuid privileges_capset privileges_no_new_privs; do
	expect_equal "$program: mallocs in the last point" 2000 "$(last $program mallocs)"
done
for program in seccomp_all_threads seccomp_raw; do
	expect_equal "$program: agent_coverage in the last point" 0 "$(last $program agent_coverage)"
done
