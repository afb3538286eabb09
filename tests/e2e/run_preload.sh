#!/bin/sh
# memagent-run: the value of LD_PRELOAD is kept unchanged, behind the library.
set -eu

. "$(dirname "$0")/lib/run.sh"

cp "$build/memagent-run" "$dir"
echo 'int stand_in;' | gcc -shared -fPIC -x c - -o "$dir/libmemagent.so"
cp "$dir/libmemagent.so" "$dir/other.so"
ours=$dir/libmemagent.so
other=$dir/other.so

# expect LD_PRELOAD-THEN LD_PRELOAD-BEFORE
expect()
{
	got=$(LD_PRELOAD=$2 "$dir/memagent-run" printenv LD_PRELOAD)
	[ "$got" = "$1" ] || fail "LD_PRELOAD '$2' became '$got', not '$1'"
}

unset LD_PRELOAD
got=$("$dir/memagent-run" printenv LD_PRELOAD)
[ "$got" = "$ours" ] || fail "without LD_PRELOAD: '$got'"
expect "$ours" ''
expect "$ours:$other" "$other"
expect "$ours:$other $other" "$other $other"
expect "$ours" "$ours"
expect "$other:$ours" "$other:$ours"
expect "$other $ours" "$other $ours"
expect "$ours:$ours.6" "$ours.6" 2>/dev/null

# If disabled, LD_PRELOAD is unchanged.
got=$(LD_PRELOAD=$other "$dir/memagent-run" --enabled 0 printenv LD_PRELOAD)
[ "$got" = "$other" ] || fail "with --enabled 0: '$got'"
if "$dir/memagent-run" --enabled 0 printenv LD_PRELOAD; then
	fail "with --enabled 0 and no LD_PRELOAD there is one"
fi
