#!/bin/sh
# memagent-run: it reports a musl program and runs it without the library, with which it could not
# run.
set -eu

. "$(dirname "$0")/lib/run.sh"

command -v musl-gcc >/dev/null || {
	echo "there is no musl-gcc (Debian's musl-tools)"
	exit 77
}
echo 'int main(void) { return 3; }' | musl-gcc -x c - -o "$dir/musl"
status=0
"$build/memagent-run" "$dir/musl" 2>"$dir/err" || status=$?
[ "$(cat "$dir/err")" = "memagent-run: cannot meter $dir/musl: it is linked with musl, and the library needs glibc; it runs without" ] ||
	fail "it said: $(cat "$dir/err")"
[ $status -eq 3 ] || fail "it did not run: $status"
