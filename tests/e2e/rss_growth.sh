#!/bin/bash
# An event says what the resident set grows by while live bytes are level.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

for kind in mapping file freed first; do
	LD_PRELOAD=$build/libmemagent.so MEMAGENT_URL=file://$work/$kind MEMAGENT_INTERVAL=250ms \
		MEMAGENT_ALLOCATOR_INTERVAL=500ms MEMAGENT_SITES_INTERVAL=1s "$build/tests/alloc/grower" "$kind" 9 &
done
wait

# expect KIND WORDS
expect()
{
	local text
	text=$(sed -n 's/^memagent_event,.* event="resident growth",text="\([^"]*\)".*/\1/p' "$work/$1")
	[[ $text == *"$2"* ]] && return
	echo "rss_growth.sh: $1: the event says \"$text\", not \"$2\""
	failed=1
}

expect mapping 'never came from malloc'
expect file 'mapped files'
expect freed 'the program has freed and the allocator holds'
expect first 'used for the first time'
exit "$failed"
