#!/bin/sh
# memagent-run: it reports a statically linked command and runs it.
set -eu

. "$(dirname "$0")/lib/run.sh"

printf '#include <stdio.h>\nint main(void) { puts("ran"); return 3; }\n' >"$dir/main.c"
for flags in -static -static-pie; do
	gcc $flags -o "$dir/static" "$dir/main.c"
	status=0
	"$build/memagent-run" "$dir/static" >"$dir/out" 2>"$dir/err" || status=$?
	[ "$status $(cat "$dir/out")" = '3 ran' ] || fail "$flags: it did not run: $status"
	[ "$(cat "$dir/err")" = "memagent-run: cannot meter $dir/static: it is statically linked; it runs without" ] ||
		fail "$flags: it said: $(cat "$dir/err")"
	[ ! -e "$dir/points" ] || fail "$flags: and yet it was metered"
done

# A program that it starts has an agent.
printf '#include <unistd.h>\nint main(void) { return execl("/bin/true", "true", (char *)0); }\n' >"$dir/main.c"
gcc -static -o "$dir/static" "$dir/main.c"
"$build/memagent-run" "$dir/static" 2>/dev/null
[ -s "$dir/points" ] || fail "its child had no agent"
