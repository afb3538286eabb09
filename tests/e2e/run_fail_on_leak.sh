#!/bin/sh
# memagent-run --fail-on-leak: a program that leaks fails with a status of its own, and its call site is named;
# an honest one keeps its exit status, output, signals and descriptors.
set -eu

. "$(dirname "$0")/lib/run.sh"
unset MEMAGENT_URL
TMPDIR=$dir
export TMPDIR

leaky=$build/tests/alloc/leaky

# run NAME OPTION... COMMAND...: run it with --fail-on-leak; its status goes to $dir/NAME.status.
run()
{
	name=$1
	shift
	status=0
	"$build/memagent-run" --fail-on-leak "$@" >"$dir/$name.out" 2>"$dir/$name.err" || status=$?
	echo $status >"$dir/$name.status"
}

# expect NAME STATUS
expect()
{
	[ "$(cat "$dir/$1.status")" = "$2" ] || fail "$1: status $(cat "$dir/$1.status") instead of $2: $(cat "$dir/$1.err")"
}

silent()
{
	[ ! -s "$dir/$1.err" ] || fail "$1 said $(cat "$dir/$1.err")"
}

# ---- what leaks and what does not; all at once, because they take their time ----

run leak "$leaky" leak 18 &
run honest "$leaky" honest 12 3 &
run child sh -c "'$leaky' leak 18; exit 0" &
run warm-up "$leaky" warm-up 18 &
run warm-up-grace --grace 15s "$leaky" warm-up 18 &
run grace --grace 3s "$leaky" leak 20 &
run file --url "file://$dir/points" "$leaky" leak 18 &
wait
expect leak 23
grep -q '^keep_for_ever\( (leaky.c:[0-9]*)\)* leaks .* of the growth, since ' "$dir/leak.err" || fail "the call site is missing: $(cat "$dir/leak.err")"
grep -q '^    main' "$dir/leak.err" || fail "the stack is missing: $(cat "$dir/leak.err")"
[ ! -s "$dir/leak.out" ] || fail "standard output is not the program's: $(cat "$dir/leak.out")"
expect honest 3
silent honest
expect child 23
expect warm-up 23
expect warm-up-grace 0
silent warm-up-grace
expect grace 23
expect file 23
[ -s "$dir/points" ] || fail "the points are not in the file of --url"
[ -z "$(find "$dir" -name 'memagent-*')" ] || fail "temporary files are left: $(ls "$dir")"

# The report judges the file in the same way.
status=0
"$build/memagent-report" --fail-on-leak "$dir/points" >"$dir/out" || status=$?
[ $status -eq 3 ] || fail "memagent-report: status $status instead of 3"
grep -q '^keep_for_ever.* leaks ' "$dir/out" || fail "memagent-report does not name the call site"
[ ! -e memagent-report ] || fail "memagent-report wrote a report"

# ---- short programs ----

for wanted in 0 1 42 255; do
	run short sh -c "exit $wanted"
	expect short $wanted
	silent short
done
run long-grace --grace 1h sh -c 'exit 0'
expect long-grace 0
silent long-grace
run missing "$dir/no-such-program"
expect missing 127
[ "$(echo in | "$build/memagent-run" --fail-on-leak cat)" = in ] || fail "standard input was lost"
MEMAGENT_ENABLED=0 run disabled sh -c 'exit 5'
expect disabled 5
silent disabled

# Nothing can be told of a program that writes no points.
run unmetered env -i sh -c 'exit 0'
expect unmetered 125
grep -q 'no process wrote points' "$dir/unmetered.err" || fail "unmetered: $(cat "$dir/unmetered.err")"
run unmetered env -i sh -c 'exit 6'
expect unmetered 6

# ---- signals ----

for signal in TERM KILL SEGV; do
	wanted=0
	sh -c "kill -$signal \$\$" 2>/dev/null || wanted=$?
	run killed sh -c "kill -$signal \$\$" 2>/dev/null
	expect killed $wanted
done

# A signal that is sent to memagent-run reaches the program, which handles it.
mkfifo "$dir/ready"
# shellcheck disable=SC2016 # for the inner shell
"$build/memagent-run" --fail-on-leak sh -c 'trap "exit 9" USR1; echo >"$0"; while :; do sleep 0.05; done' "$dir/ready" &
watcher=$!
read -r _ <"$dir/ready"
kill -USR1 $watcher
status=0
wait $watcher || status=$?
[ $status -eq 9 ] || fail "a signal: status $status instead of 9"

# A program that stops stops memagent-run, and both continue.
# shellcheck disable=SC2016 # for the inner shell
"$build/memagent-run" --fail-on-leak sh -c 'kill -STOP $$; exit 4' &
watcher=$!
until grep -q '^State:.*stopped' /proc/$watcher/status; do
	sleep 0.05
done
kill -CONT $watcher
status=0
wait $watcher || status=$?
[ $status -eq 4 ] || fail "a stop: status $status instead of 4"

# A kill of memagent-run ends the program, too.
# shellcheck disable=SC2016 # for the inner shell
"$build/memagent-run" --fail-on-leak sh -c 'echo $$ >"$0"; exec sleep 600' "$dir/ready" &
watcher=$!
read -r program <"$dir/ready"
kill -KILL $watcher
wait $watcher || :
while kill -0 "$program" 2>/dev/null; do
	sleep 0.05
done

# A program that ignores SIGCHLD, signal 17, keeps doing so.
ignored=$(env --ignore-signal=CHLD "$build/memagent-run" --fail-on-leak sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status 2>&1) ||
	fail "a program that ignores SIGCHLD: status $?: $ignored"
[ $((0x$ignored >> 16 & 1)) -eq 1 ] || fail "SIGCHLD is not ignored any more: $ignored"

# ---- wrong use ----

# refuse TEXT OPTION...
refuse()
{
	text=$1
	shift
	status=0
	"$build/memagent-run" "$@" true 2>"$dir/err" || status=$?
	[ $status -ne 0 ] || fail "$* is accepted"
	grep -qF -e "$text" "$dir/err" || fail "$*: no \"$text\" in: $(cat "$dir/err")"
}
refuse '--grace is for --fail-on-leak' --grace 3s
refuse "--grace 'soon' is not valid: expected a time like 30s" --fail-on-leak --grace soon
refuse 'wants the points in a file' --fail-on-leak --url http://127.0.0.1:1
refuse '--fail-on-leak takes no value' --fail-on-leak=1
