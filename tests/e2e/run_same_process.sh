#!/bin/sh
# memagent-run: the command keeps the pid, and its exit status, signals and descriptors are
# unchanged.
set -eu

. "$(dirname "$0")/lib/run.sh"

# shellcheck disable=SC2016 # for the inner shells
pids=$(sh -c 'echo $$; exec "$0" sh -c "echo \$\$"' "$build/memagent-run")
[ "$(echo "$pids" | uniq | wc -l)" -eq 1 ] || fail "pids: $pids"

for wanted in 0 1 42 255; do
	status=0
	"$build/memagent-run" sh -c "exit $wanted" || status=$?
	[ $status -eq $wanted ] || fail "exit status $status instead of $wanted"
done

for signal in TERM KILL SEGV; do
	wanted=0
	sh -c "kill -$signal \$\$" 2>/dev/null || wanted=$?
	status=0
	"$build/memagent-run" sh -c "kill -$signal \$\$" 2>/dev/null || status=$?
	[ $status -eq $wanted ] || fail "killed by $signal: $status instead of $wanted"
done

# An ignored signal stays ignored, and one that is not is not.
ignored='grep SigIgn /proc/self/status'

# The last seven digits: signals 32 and 33 are the C library's own, which it handles in a process with
# a second thread.
program_signals()
{
	sed 's/.*\(.......\)$/\1/'
}

for setting in "trap '' INT HUP" "trap '' PIPE" :; do
	wanted=$(sh -c "$setting; exec $ignored" | program_signals)
	got=$(sh -c "$setting; exec '$build/memagent-run' $ignored" | program_signals)
	[ "$got" = "$wanted" ] || fail "after $setting: $got instead of $wanted"
done

# 0 is the pipe's or the terminal's, so look at what was not there.
open=$("$build/memagent-run" sh -c 'ls /proc/$$/fd' | tr '\n' ' ')
wanted=$(sh -c 'ls /proc/$$/fd' | tr '\n' ' ')
[ "$open" = "$wanted" ] || fail "descriptors $open instead of $wanted"
[ "$(echo in | "$build/memagent-run" cat)" = in ] || fail "standard input was lost"
