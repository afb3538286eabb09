#!/bin/sh
# Retry-After, in seconds or as a date, is honoured.  Without it the waits grow.  The test only
# checks that no request is too early, because a busy machine may be late.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

script seconds '503 Retry-After: 2' 204
script date '429 Retry-After: date+3' 204
script past '503 Retry-After: Sun, 06 Nov 1994 08:49:37 GMT' 204
script waits 503 503 503 204
start_server seconds date past waits
for name in seconds date past waits; do
	start "$name" 5500
done
await_all

# pause NAME N AT_LEAST: request N and the next are at least so many ms apart.
pause()
{
	ms=$(awk -v n="$2" 'NR == n { at = $1 } NR == n + 1 { printf "%d", ($1 - at) * 1000 }' "$cases/$1.log")
	[ "${ms:--1}" -ge "$3" ] || fail "$1: request $(($2 + 1)) came ${ms:-never} ms after the one before, not $3"
}

pause seconds 1 2000
# A date has whole seconds only, so three seconds may be little more than two.
pause date 1 2000
# 500 ms plus or minus a quarter, doubled each time.
pause past 1 375
pause waits 1 375
pause waits 2 750
pause waits 3 1500

for name in seconds date past waits; do
	[ -z "$(unstored "$name")" ] || fail "$name: points are missing"
	expect_complete "$name"
done
