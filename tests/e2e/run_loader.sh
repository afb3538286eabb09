#!/bin/sh
# memagent-run: it reports a program whose dynamic linker is missing.
set -eu

. "$(dirname "$0")/lib/run.sh"

echo 'int main(void) { return 3; }' |
	gcc -x c - -Wl,--dynamic-linker=/no/such/ld.so -o "$dir/program"
status=0
"$build/memagent-run" "$dir/program" 2>"$dir/err" || status=$?
[ $status -eq 127 ] || fail "exit status $status"
[ "$(cat "$dir/err")" = "memagent-run: cannot run $dir/program: $dir/program is to be loaded by /no/such/ld.so, which is missing or not executable" ] ||
	fail "it said: $(cat "$dir/err")"
