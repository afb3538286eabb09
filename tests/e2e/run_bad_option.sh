#!/bin/sh
# memagent-run: for a wrong option it prints one line with what is accepted, and exits with 2.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect TEXT OPTION...
expect()
{
	text=$1
	shift
	status=0
	"$build/memagent-run" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	[ $status -eq 2 ] || fail "$*: exit status $status"
	grep -q -e "$text" "$dir/err" || fail "$*: it said: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "$*: more than a line: $(cat "$dir/err")"
	[ ! -s "$dir/out" ] || fail "$*: and on standard output: $(cat "$dir/out")"
}

expect '^usage: memagent-run \[options\] \[--\] command'
expect '^usage: ' --
expect 'unknown option --nonsense: expected one of --allocator .*--check.* --url' --nonsense true
expect 'unknown option --nonsense' --nonsense=x true
expect 'unknown option -x' -x true
expect 'unknown option --data' --data x true
expect '--check takes no value' --check=yes true
expect 'unknown option --sites-to' --sites-to=3 true
expect 'unknown option -x' -xh true
expect '--interval wants a value: expected a number and a unit' --interval
