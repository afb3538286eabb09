#!/bin/sh
# memagent-run: when all is well it says nothing, and the command is metered.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export MEMAGENT_URL="file://$dir/points"

fail()
{
	echo "$*"
	exit 1
}

"$build/memagent-run" true >"$dir/out" 2>&1
[ ! -s "$dir/out" ] || fail "it said: $(cat "$dir/out")"
[ -s "$dir/points" ] || fail "no point was written"
