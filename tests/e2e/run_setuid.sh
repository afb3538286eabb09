#!/bin/sh
# memagent-run: it reports a command that the kernel starts in secure-execution mode (set-uid,
# set-gid or capabilities), but only if the caller would gain privileges.
set -eu

. "$(dirname "$0")/lib/run.sh"

[ "$(id -u)" -eq 0 ] || {
	echo "only root can make a set-uid program"
	exit 77
}
mkdir "$dir/bin" "$dir/points.d"
cp "$build/memagent-run" "$build/libmemagent.so" "$dir/bin"
chmod 755 "$dir"
chmod 777 "$dir/points.d"
# Prints whether the kernel set AT_SECURE.
printf '#include <sys/auxv.h>\nint main(void) { return (int)getauxval(AT_SECURE); }\n' |
	gcc -x c - -o "$dir/bin/plain"
cd "$dir/bin"

copy() # NAME OWNER MODE
{
	cp plain "$1"
	chown "$2" "$1"
	chmod "$3" "$1"
}

# expect NAME SECURE WHY COMMAND...: memagent-run's verdict is right, and the kernel agrees.
expect()
{
	name=$1 secure=$2 why=$3
	shift 3
	rm -f "$dir/points.d/points"
	status=0
	MEMAGENT_URL="file://$dir/points.d/points" "$@" "$dir/bin/memagent-run" "./$name" 2>"$dir/err" || status=$?
	[ $status -eq "$secure" ] || fail "$name, $*: AT_SECURE is $status, which this test does not expect"
	wanted=
	[ -z "$why" ] || wanted="memagent-run: cannot meter ./$name: it $why, and for such a program the system ignores LD_PRELOAD; it runs without"
	[ "$(cat "$dir/err")" = "$wanted" ] || fail "$name, $*: it said: $(cat "$dir/err")"
	if [ "$secure" -eq 0 ]; then
		[ -s "$dir/points.d/points" ] || fail "$name, $*: it was not metered"
	else
		[ ! -e "$dir/points.d/points" ] || fail "$name, $*: and yet it was metered"
	fi
}

copy uid-root 0:0 4755
copy uid-nobody 65534:0 4755
copy gid-root 0:0 2755
copy gid-locking 0:0 2745
chmod o+x gid-locking
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'

setpriv --reuid=65534 --clear-groups ./uid-root && {
	echo "set-uid programs have no effect in $dir (nosuid?)"
	exit 77
}
# shellcheck disable=SC2086 # words
{
	expect plain 0 '' $nobody
	expect uid-root 1 'is set-uid' $nobody
	expect uid-root 0 '' env
	expect uid-nobody 1 'is set-uid' env
	expect uid-nobody 0 '' $nobody
	expect gid-root 1 'is set-gid' $nobody
	expect gid-root 0 '' env
	expect gid-locking 0 '' $nobody
	expect uid-root 0 '' $nobody --no-new-privs
}

command -v setcap >/dev/null || exit 0
cp plain capable
setcap cap_net_raw+ep capable 2>/dev/null || exit 0
# shellcheck disable=SC2086 # words
{
	expect capable 1 'has file capabilities' $nobody
	expect capable 0 '' env
}
