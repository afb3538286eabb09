#!/bin/sh
# memagent-run: when all is well, it prints nothing, and the command has an agent.
set -eu

. "$(dirname "$0")/lib/run.sh"

"$build/memagent-run" true >"$dir/out" 2>&1
[ ! -s "$dir/out" ] || fail "it said: $(cat "$dir/out")"
[ -s "$dir/points" ] || fail "no point was written"
