#!/bin/sh
# make help lists every goal for users.  Scripts and programs print help for -h, and the programs
# their version for -v.
. "$(dirname "$0")/lib.sh"

build=${BUILD:-$root/build}
make_it help >"$work/help" || fail "make help failed"
for goal in all deps demo test test-distros deps-hosts deps-browse fuzz check docs bench verdict install clean help; do
	grep -q "^  $goal  *[a-z]" "$work/help" || fail "make help lacks $goal"
done
grep -q '#' "$work/help" && fail "make help prints comment characters"

for tool in tools/deps.sh tools/demo/demo.sh tests/run tests/distros.sh tests/fuzz/long tests/bench/run.sh tests/verdict/run; do
	"$root/$tool" -h >"$work/said" 2>&1 </dev/null || fail "$tool -h failed: $(cat "$work/said")"
	grep -q "${tool##*/}\|$tool" "$work/said" || fail "$tool -h says: $(cat "$work/said")"
done

tool=memagent-send
"$build/$tool" -h >"$work/said" || fail "$tool -h failed"
grep -q "^usage: $tool" "$work/said" || fail "$tool -h says: $(cat "$work/said")"
"$build/$tool" -v >"$work/said" || fail "$tool -v failed"
grep -qx "$tool [0-9][0-9.]*" "$work/said" || fail "$tool -v says: $(cat "$work/said")"
