#!/bin/sh
# memagent-run: it runs without libcurl (tests/exports.sh checks what it is linked to).  --check says
# what is missing for a request to the server.
set -eu

. "$(dirname "$0")/lib/run.sh"

cp "$build/memagent-run" "$build/libmemagent.so" "$dir"
"$dir/memagent-run" true || fail "without memagent-http.so: $?"
[ -s "$dir/points" ] || fail "without memagent-http.so: no points"
! got=$("$dir/memagent-run" --check --url http://127.0.0.1:1) || fail "--check: $got"
echo "$got" | grep -q "^server  FAIL  http://127.0.0.1:1 was not asked: .*memagent-http.so" || fail "--check: $got"
