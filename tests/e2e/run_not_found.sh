#!/bin/sh
# memagent-run: it exits with 127 for a missing command and with 126 for one that cannot be run, and
# prints one line, as env(1) does.
set -eu

. "$(dirname "$0")/lib/run.sh"

# expect STATUS TEXT COMMAND
expect()
{
	status=0
	"$build/memagent-run" "$3" 2>"$dir/err" || status=$?
	[ $status -eq "$1" ] || fail "$3: exit status $status, not $1"
	grep -q "^memagent-run: cannot run $3: .*$2" "$dir/err" || fail "$3: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "$3: more than a line: $(cat "$dir/err")"
}

echo text >"$dir/plain"
expect 127 'not there' no-such-command-anywhere
expect 127 'not there' "$dir/nothing"
expect 127 'not there' ''
expect 126 'not executable' "$dir/plain"
expect 126 'not executable' "$dir"
PATH=$dir:$PATH
expect 126 'not executable' plain

# The first executable file in PATH is used, an empty part means the current directory, and a
# shell builtin is not a command.
mkdir "$dir/bin"
printf '#!/bin/sh\necho second\n' >"$dir/bin/plain"
chmod +x "$dir/bin/plain"
[ "$(PATH=$dir:$dir/bin:$PATH "$build/memagent-run" plain)" = second ] || fail "PATH is not followed"
[ "$(cd "$dir/bin" && PATH=/bin: "$build/memagent-run" plain)" = second ] || fail "an empty part of PATH is not followed"
expect 127 'not there' unset
