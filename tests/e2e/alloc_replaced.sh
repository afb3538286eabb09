#!/bin/bash
# A program may replace any of C++'s operators.  Each call ends in the same operator as without the
# agent: replaced in the executable, in a library, or in a library loaded later, with each
# allocator.
#
# limit: 300
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

embedded=$build/libmemagent-jemalloc.so
source=$root/tests/alloc/replaced.cc
operators=$(sed -n 's/^OPERATOR(.*, \(.*\))/\1/p' "$root/shim/operators.def")

# forms SYMBOL...: print the value of -DREPLACED.
forms()
{
	local symbol
	for symbol; do
		case $symbol in
		_Zn*) printf 'FORM(NEW, %s) ' "$symbol" ;;
		*) printf 'FORM(DELETE, %s) ' "$symbol" ;;
		esac
	done
}

# compile OUT [OPTION...]
compile()
{
	local out=$1
	shift
	g++ -O1 -std=c++17 -fno-builtin -fPIC -w "$@" -o "$out" || fail "$out does not compile"
}

# same WHAT PRELOADED OURS COMMAND...: the output with OURS in front is as with PRELOADED alone.
same()
{
	local what=$1 preloaded=$2 ours=$3 bare
	shift 3
	bare=$(LD_PRELOAD=$preloaded "$@" 2>&1) || fail "$what: fails without us: $bare"
	[ "$bare" != "" ] || fail "$what: prints nothing"
	metered "$ours" MEMAGENT_INTERVAL=10ms "$@"
	expect_equal "$what: status" 0 "$status"
	expect_silence "$what"
	expect_equal "$what: calls" "$bare" "$(cat "$work/out")"
	expect_equal "$what: agent_coverage" 1 "$(field agent_coverage)"
}

# both WHAT COMMAND...: as same, with each of our libraries.
both()
{
	local what=$1
	shift
	same "$what" '' "$library" "$@"
	[ ! -e "$embedded" ] || same "$what, jemalloc inside" '' "$embedded" "$@"
}

cat >"$work/host.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
/* host MODE LIBRARY...: load them in turn, run them, and unload the last. */
int main(int argc, char **argv)
{
	void *library = NULL;
	for (int i = 2; i < argc; i++) {
		library = dlopen(argv[i], RTLD_LAZY | (argv[1][0] == 'g' ? RTLD_GLOBAL : RTLD_LOCAL));
		void (*run)(void) = library ? (void (*)(void))dlsym(library, "replaced_run") : NULL;
		if (run == NULL) {
			puts(dlerror());
			return 1;
		}
		printf("%d\n", i);
		fflush(stdout);
		run();
	}
	return dlclose(library);
}
END
gcc -o "$work/host" "$work/host.c" || fail "the host does not compile"
g++ -Wl,--no-as-needed -x c++ -w -fpermissive -o "$work/host-cxx" "$work/host.c" || fail "the host does not compile"
compile "$work/plain.so" -shared -DNO_MAIN "$source"
compile "$work/run.o" -c -DNO_MAIN "$source"

# everywhere NAME [-DHEADER=64] SYMBOL...: replace these in every possible place.
everywhere()
{
	local name=$1 header=() mode
	shift
	if [ "$1" = -DHEADER=64 ]; then
		header=("$1")
		shift
	fi
	compile "$work/program" "${header[@]}" "-DREPLACED=$(forms "$@")" "$source"
	both "$name, in the program" "$work/program"
	compile "$work/libreplaced.so" -shared "${header[@]}" -DNO_MAIN -DNO_CALLS "-DREPLACED=$(forms "$@")" "$source"
	echo 'extern "C" void replaced_run(), replaced_report(); int main() { replaced_run(); replaced_report(); }' |
		compile "$work/linked" -x c++ - -x none "$work/run.o" "$work/libreplaced.so" "-Wl,-rpath,$work"
	both "$name, in a library" "$work/linked"
	compile "$work/plugin.so" -shared "${header[@]}" -DNO_MAIN "-DREPLACED=$(forms "$@")" "$source"
	for mode in local global; do
		both "$name, in a library loaded later, $mode" "$work/host" $mode "$work/plugin.so"
	done
	both "$name, in a library loaded later by a program in C++" "$work/host-cxx" local "$work/plugin.so"
}

everywhere "the two basic ones" -DHEADER=64 _Znwm _ZdlPv
everywhere "the two basic ones, and sized" -DHEADER=64 _Znwm _ZdlPv _ZdlPvm
everywhere "the two of arrays" -DHEADER=64 _Znam _ZdaPv
everywhere "all but aligned ones" -DHEADER=64 _Znwm _ZdlPv _ZdlPvm _Znam _ZdaPv _ZdaPvm \
	_ZnwmRKSt9nothrow_t _ZdlPvRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZdaPvRKSt9nothrow_t
everywhere "aligned ones" -DHEADER=64 _ZnwmSt11align_val_t _ZdlPvSt11align_val_t
# shellcheck disable=SC2086 # a list of them
everywhere "all" -DHEADER=64 $operators
for operator in $operators; do
	everywhere "$operator" "$operator"
done

# A program that has loaded C++ libraries before.
compile "$work/plugin.so" -shared -DNO_MAIN -DREPLACED="$(forms _Znwm _ZdlPv _ZdlPvm _Znam _ZdaPv)" "$source"
both "after another library" "$work/host" local "$work/plain.so" "$work/plugin.so"
both "before another library" "$work/host" local "$work/plugin.so" "$work/plain.so"

# With another allocator.
compile "$work/program" -DHEADER=64 -DREPLACED="$(forms _Znwm _ZdlPv _ZdlPvm _Znam _ZdaPv _ZdaPvm \
	_ZnwmRKSt9nothrow_t _ZdlPvRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZdaPvRKSt9nothrow_t)" "$source"
for name in jemalloc tcmalloc tcmalloc-debug mimalloc; do
	other=$(library_of $name) || continue
	same "on $name" "$other" "$library:$other" "$work/program"
	[ ! -e "$embedded" ] || same "$name behind jemalloc inside" '' "$embedded:$other" "$work/program"
done
