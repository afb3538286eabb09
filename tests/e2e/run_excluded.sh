#!/bin/sh
# Programs that must have one thread or that grant privileges get no agent and no thread, and so do
# the names in MEMAGENT_EXCLUDE. memagent-run says so.  What they start gets an agent.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

expect_excluded()
{
	expect_equal "$1: status" 0 "$status"
	expect_silence "$1"
	[ ! -e "$work/points" ] || fail "$1: it has points"
}

for name in sudo unshare bwrap runc; do
	ln -s "$scripted" "$work/$name"
	metered "$library" MEMAGENT_INTERVAL=10ms "$work/$name" -w 50
	expect_excluded "$name"
done
metered "$library" MEMAGENT_EXCLUDE=other,scripted,more "$scripted"
expect_excluded "by MEMAGENT_EXCLUDE"
for names in other,scripte scripted2 'a,,b' xscripted; do
	metered "$library" MEMAGENT_EXCLUDE="$names" "$scripted"
	[ -s "$work/points" ] || fail "MEMAGENT_EXCLUDE=$names: no points"
done

# A user namespace fails in a process with a second thread.  The command that it execs has an agent.
if unshare --user true 2>/dev/null; then
	metered "$library" unshare --user "$scripted"
	expect_equal "unshare: status" 0 "$status"
	expect_equal "unshare: service" scripted "$(tag service)"
fi

# said NAME VARIABLE=VALUE... COMMAND: print what memagent-run says about a program with this name.
said()
{
	name=$1
	shift
	rm -f "$work/points"
	env MEMAGENT_URL="file://$work/points" "$@" >"$work/out" 2>"$work/err" || fail "$name: status $?"
	expect_equal "$name: lines" 1 "$(grep -c . "$work/err")"
	grep -q "^memagent-run: cannot meter .*: programs that are called $name get no agent" "$work/err" ||
		fail "$name: memagent-run does not say so"
	[ ! -e "$work/points" ] || fail "$name: it has points"
}

said bwrap "$build/memagent-run" "$work/bwrap"

got=$(MEMAGENT_URL="file://$work/none" "$build/memagent-run" --check "$scripted" --type=zygote) && fail "zygote: $got"
echo "$got" | grep -q "^command  FAIL  .*: programs with such an option must have one thread" || fail "zygote: $got"
said scripted MEMAGENT_EXCLUDE=a,scripted "$build/memagent-run" "$scripted"
said scripted "$build/memagent-run" --exclude scripted "$scripted"
ln -s /bin/sh "$work/crun"
printf '#!%s\n:\n' "$work/crun" >"$work/script"
chmod +x "$work/script"
said crun "$build/memagent-run" "$work/script"
