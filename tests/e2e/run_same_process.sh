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

# Signal dispositions are unchanged.
ignored='grep SigIgn /proc/self/status'

# Compare the last seven digits: libc handles its own signals 32 and 33 in a process with a second
# thread.
program_signals()
{
	sed 's/.*\(.......\)$/\1/'
}

for setting in "trap '' INT HUP" "trap '' PIPE" :; do
	wanted=$(sh -c "$setting; exec $ignored" | program_signals)
	got=$(sh -c "$setting; exec '$build/memagent-run' $ignored" | program_signals)
	[ "$got" = "$wanted" ] || fail "after $setting: $got instead of $wanted"
done

# Descriptor 0 is open anyway, so check one that was not.
open=$("$build/memagent-run" sh -c 'ls /proc/$$/fd' | tr '\n' ' ')
wanted=$(sh -c 'ls /proc/$$/fd' | tr '\n' ' ')
[ "$open" = "$wanted" ] || fail "descriptors $open instead of $wanted"
[ "$(echo in | "$build/memagent-run" cat)" = in ] || fail "standard input was lost"
