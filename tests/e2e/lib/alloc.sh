# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # shared with influx.sh and the tests
# alloc.sh: shared by the alloc_* tests: runs that write points to a file.  Source it after influx.sh.

programs=$build/tests/alloc
library=$build/libmemagent.so

# library_of ALLOCATOR: print its library, or "" for libc's own; return 1 if it is not installed.
library_of()
{
	case $1 in
	glibc) return 0 ;;
	jemalloc) soname=libjemalloc.so.2 ;;
	tcmalloc) soname=libtcmalloc_minimal.so.4 ;;
	tcmalloc-debug) soname=libtcmalloc_minimal_debug.so.4 ;;
	mimalloc) soname=libmimalloc.so.2 ;;
	esac
	ldconfig -p | sed -n "s/^[[:space:]]*$soname .* => //p" | head -n 1 | grep .
}

# metered PRELOAD VARIABLE=VALUE... COMMAND...: run it with the agent.  Its output is in $work/out and
# $work/err, its exit status in $status, its points are in $work/points.
metered()
{
	preload=$1
	shift
	rm -f "$work/points"
	status=0
	timeout -s KILL 60 env "LD_PRELOAD=$preload" "MEMAGENT_URL=file://$work/points" \
		"$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
}

# figure NAME: print the field's value from the last point that has it.
figure()
{
	sed 's/[, ]/\n/g' "$work/points" | sed -n "s/^$1=\([0-9.]*\)i\{0,1\}$/\1/p" | tail -n 1
}

# expect_between WHAT LEAST VALUE MOST, in integers
expect_between()
{
	[ -n "$3" ] || fail "$1 is missing"
	if [ "$3" -lt "$2" ] || [ "$3" -gt "$4" ]; then
		fail "$1 is $3: expected $2 to $4"
	fi
}

# tag NAME, field NAME: print its value in the last point, or nothing.  Integers lose their i.
tag()
{
	tail -n 1 "$work/points" | cut -d ' ' -f 1 | tr , '\n' | sed -n "s/^$1=//p"
}

field()
{
	tail -n 1 "$work/points" | cut -d ' ' -f 2 | tr , '\n' | sed -n "s/^$1=\([0-9.]*\)i\{0,1\}$/\1/p"
}
