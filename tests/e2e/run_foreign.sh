#!/bin/sh
# memagent-run: it reports a command for another machine, and does not run the dynamic linker on it.
set -eu

. "$(dirname "$0")/lib/run.sh"

# forge NAME OFFSET OCTAL: a program with one byte of its ELF header changed
forge()
{
	cp /bin/true "$dir/$1"
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$3" | dd of="$dir/$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# expect NAME TEXT
expect()
{
	"$build/memagent-run" "$dir/$1" >"$dir/out" 2>"$dir/err" || :
	head -n 1 "$dir/err" | grep -q "^memagent-run: cannot meter $dir/$1: it is a $2 program, and the library is [0-9]*-bit" ||
		fail "$1: it said: $(cat "$dir/err")"
	[ "$(grep -c memagent "$dir/err")" -ge 1 ] || fail "$1: nothing said"
	! grep -q 'ld.so' "$dir/err" || fail "$1: the loader complained: $(cat "$dir/err")"
}

case $(uname -m) in
x86_64) ;;
*)
	echo "the forged programs are made for x86-64"
	exit 77
	;;
esac
forge aarch64 18 267
expect aarch64 '64-bit AArch64'
forge unheard-of 18 376
expect unheard-of '64-bit machine 254'
forge i386 18 3
printf '\001' | dd of="$dir/i386" bs=1 seek=4 conv=notrunc 2>/dev/null
expect i386 '32-bit i386'
forge s390 18 0
printf '\026' | dd of="$dir/s390" bs=1 seek=19 conv=notrunc 2>/dev/null
printf '\002' | dd of="$dir/s390" bs=1 seek=5 conv=notrunc 2>/dev/null
expect s390 '64-bit S/390 of the other byte order'

# LD_PRELOAD would make the other machine's dynamic linker complain, so it is not set.  A script
# shows that: its interpreter looks foreign but runs.
got=$("$build/memagent-run" --check "$dir/aarch64") && fail "--check accepts it"
echo "$got" | grep -q "^command  FAIL  $dir/aarch64 cannot be metered: it is a 64-bit AArch64" || fail "--check: $got"
