#!/bin/sh
# On a system without /proc, or with a root that cannot be written to, the agent reports less and
# the program is not affected.
#
# limit: 300
. "$(dirname "$0")/../e2e/lib/influx.sh"

unshare -m true 2>/dev/null || skip "only root can make a mount namespace"

# in_system PREPARATION: run the programs there, with a writable directory for temporary files.
in_system()
{
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'set -e
		mount -t tmpfs none /mnt
		export TMPDIR=/mnt
		'"$1"'
		failed=
		for program in $2; do
			"$0/tests/preload/run" "$1/tests/preload/$program" >/mnt/said || {
				failed="$failed $program"
				cat /mnt/said
			}
		done
		[ -z "$failed" ] || {
			echo "failed:$failed"
			exit 1
		}
		'"${2-}" "$root" "$build" "$programs"
}

programs='no_allocations live_objects before_and_after_main close_all close_stdin fork fork_generations fork_threads daemon
	main_pthread_exit_alone end_by_quick_exit small_stack prefork'
in_system 'mount -t tmpfs none /proc' || fail "without /proc"

programs="$programs main_pthread_exit exec spawn raw_exit sidecar setuid"
# shellcheck disable=SC2016 # the inner shell's
in_system 'mount -o remount,bind,ro /
	! touch /written 2>/dev/null' '
	MEMAGENT_URL=file:///written MEMAGENT_LOG=/log MEMAGENT_SPOOL=/ LD_PRELOAD=$1/libmemagent.so \
		"$1/tests/e2e/scripted" -x 7 >/mnt/out 2>/mnt/err && exit 1
	[ $? -eq 7 ]
	grep -q "cannot write to file:///written: /written: Read-only file system" /mnt/err' ||
	fail "with a read-only root"
