#!/bin/sh
# make honours CC, CPPFLAGS, CFLAGS and LDFLAGS of the environment, as dpkg-buildflags sets them.
# It recompiles everything when one changes and nothing when none does.  Warnings are not errors.
#
# limit: 300
. "$(dirname "$0")/lib.sh"

compiler one
compiler two
library=$work/build/libmemagent.so

# built COMPILER VARIABLE=VALUE…: build with settings from the environment, as a user does.
built()
{
	cc=$1
	shift
	: >"$work/$cc.calls"
	env -u MAKEFLAGS -u MAKELEVEL -u CPPFLAGS -u CFLAGS -u LDFLAGS CC="$work/$cc" "$@" \
		make -C "$root" --no-print-directory -j2 BUILD="$work/build" "$library" "$work/build/memagent-send" \
		>"$work/out" 2>&1 || fail "$*: make failed: $(cat "$work/out")"
	compiled=$(grep -c -e ' -c ' "$work/$cc.calls")
}

# expect_everywhere KIND PATTERN FLAG…: every call that compiles (-c) or links has the flags.
expect_everywhere()
{
	kind=$1 pattern=$2
	shift 2
	for flag; do
		grep -e "$pattern" "$work/one.calls" | grep -v -q -F -e " $flag" &&
			fail "something is $kind without $flag"
	done
}

built one CPPFLAGS='-D_FORTIFY_SOURCE=2 -Wdate-time' \
	CFLAGS='-g -O2 -fstack-protector-strong -Wformat -Werror=format-security' LDFLAGS='-Wl,-z,relro -Wl,-Bsymbolic-functions'
all=$compiled
[ "$all" -gt 20 ] || fail "only $all objects were compiled"
expect_everywhere compiled ' -c ' -D_FORTIFY_SOURCE=2 -Wdate-time -fstack-protector-strong -Werror=format-security
expect_everywhere linked '\.o .*\.o ' -fstack-protector-strong -Wl,-Bsymbolic-functions
! grep -q -e ' -Werror ' "$work/one.calls" || fail "a warning is an error"
env LD_PRELOAD="$library" MEMAGENT_URL="file://$work/points" true || fail "a program does not run with it"
grep -q mallocs= "$work/points" || fail "the library does not count"

built one CPPFLAGS='-D_FORTIFY_SOURCE=2 -Wdate-time' \
	CFLAGS='-g -O2 -fstack-protector-strong -Wformat -Werror=format-security' LDFLAGS='-Wl,-z,relro -Wl,-Bsymbolic-functions'
[ "$compiled" -eq 0 ] || fail "$compiled objects were compiled anew for nothing"
built one CFLAGS='-g -O1'
[ "$compiled" -eq "$all" ] || fail "other CFLAGS: $compiled of $all objects were compiled anew"
built two CFLAGS='-g -O1'
[ "$compiled" -eq "$all" ] || fail "another CC: $compiled of $all objects were compiled anew"
