#!/bin/sh
# Process 1 of two containers with one host name makes two series: the number of the pid namespace
# is a tag.  Outside of containers there is no such tag.
set -eu

. "$(dirname "$0")/lib/run.sh"

series()
{
	[ -s "$dir/points" ] || fail "there are no points"
	sed -n 's/^\(memagent,[^ ]*\) .*/\1/p' "$dir/points" | sort -u
	rm "$dir/points"
}

here=$(readlink /proc/self/ns/pid | tr -dc 0-9)
LD_PRELOAD=$build/libmemagent.so "$build/tests/e2e/scripted" >/dev/null
case $here,$(series) in
4026531836,*,pid_ns=*) fail "there is a tag pid_ns in the first namespace" ;;
4026531836,* | *,pid_ns="$here",*) ;;
*) fail "there is no tag pid_ns=$here" ;;
esac

inside()
{
	unshare --pid --fork --mount-proc sh -c "readlink /proc/self/ns/pid | tr -dc 0-9 >'$dir/number'
		LD_PRELOAD=$build/libmemagent.so exec '$build/tests/e2e/scripted'" >/dev/null 2>&1
}

if ! inside; then
	echo "this system makes no pid namespace"
	exit 77
fi
case $(series) in
*,pid=1,pid_ns="$(cat "$dir/number")",*) ;;
*) fail "no tags pid=1 and pid_ns=$(cat "$dir/number")" ;;
esac
