#!/bin/sh
# memagent-run: it reports a program with a sanitizer whose run-time must be first, and runs it
# without the library.
set -eu

. "$(dirname "$0")/lib/run.sh"

echo 'int main(void) { return 3; }' >"$dir/main.c"
made=0

# expect NAME RUNTIME SANITIZER: $dir/NAME runs as it does alone, and --check reports that it cannot
# be metered.
expect()
{
	made=$((made + 1))
	why="it needs $2[^ ]*, and a program of $3 ends at its start when another library comes first: to meter it, build it without -fsanitize"
	bare=0
	"$dir/$1" || bare=$?
	status=0
	"$build/memagent-run" "$dir/$1" 2>"$dir/err" || status=$?
	[ $status -eq $bare ] || fail "$1: status $status instead of $bare: $(cat "$dir/err")"
	grep -qx "memagent-run: cannot meter $dir/$1: $why; it runs without" "$dir/err" || fail "$1: it said: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "$1: more than a line: $(cat "$dir/err")"
	! got=$("$build/memagent-run" --check "$dir/$1") || fail "$1: --check: $got"
	echo "$got" | grep -qx "command  FAIL  $dir/$1 cannot be metered: $why" || fail "$1: --check: $got"
}

# built NAME COMPILER OPTION...
built()
{
	name=$1
	shift
	"$@" -o "$dir/$name" "$dir/main.c" 2>/dev/null
}

! built address gcc -fsanitize=address || expect address libasan.so AddressSanitizer
! built thread gcc -fsanitize=thread || expect thread libtsan.so ThreadSanitizer
! built leak gcc -fsanitize=leak || expect leak liblsan.so LeakSanitizer
if runtime=$(clang -print-file-name=libclang_rt.asan-x86_64.so 2>/dev/null) && [ -e "$runtime" ]; then
	where="-Wl,-rpath,$(dirname "$runtime")"
	! built clang-address clang -fsanitize=address -shared-libsan "$where" || expect clang-address libclang_rt.asan AddressSanitizer
fi
[ $made -gt 0 ] || {
	echo "no compiler here has a shared run-time of a sanitizer"
	exit 77
}

# Such a run-time must be first in LD_PRELOAD, too.
if runtime=$(gcc -print-file-name=libasan.so) && [ -e "$runtime" ]; then
	runtime=$(readlink -f "$runtime")
	LD_PRELOAD=$runtime "$build/memagent-run" /bin/true 2>"$dir/err" || fail "LD_PRELOAD: status $?: $(cat "$dir/err")"
	grep -q 'cannot meter /bin/true: LD_PRELOAD has libasan' "$dir/err" || fail "LD_PRELOAD: it said: $(cat "$dir/err")"
fi

# UndefinedBehaviorSanitizer's need not be first.
if built undefined gcc -fsanitize=undefined; then
	"$build/memagent-run" "$dir/undefined" 2>"$dir/err" && fail "undefined: it did not run"
	[ ! -s "$dir/err" ] || fail "undefined: it said: $(cat "$dir/err")"
fi
