#!/bin/sh
# memagent-run: only the command has an agent, not the programs that memagent-run runs itself, even
# when LD_PRELOAD has the library already.
set -eu

. "$(dirname "$0")/lib/run.sh"

cp "$build/memagent-run" "$dir"
gcc -D_GNU_SOURCE -shared -fPIC -x c - -o "$dir/libmemagent.so" <<'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void tell(void)
{
	FILE *log = fopen(getenv("SEEN"), "a");

	fprintf(log, "%s\n", program_invocation_short_name);
	fclose(log);
}
END
export SEEN="$dir/seen"

"$dir/memagent-run" env --version >/dev/null
[ "$(cat "$SEEN")" = env ] || fail "preloaded into: $(tr '\n' ' ' <"$SEEN")"

# Here the library is already in the caller's LD_PRELOAD.
rm "$SEEN"
env 'dotted.name=x' LD_PRELOAD="$dir/libmemagent.so" "$dir/memagent-run" printf ''
seen=$(tr '\n' ' ' <"$SEEN")
[ "$seen" = 'memagent-run printf ' ] || [ "$seen" = 'sh printf ' ] || fail "preloaded into: $seen"
