#!/bin/sh
# The library with jemalloc inside: counts are exact, bytes are from jemalloc's own counters, its
# API and settings work, and real programs run.
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

embedded=$build/libmemagent-jemalloc.so
[ -e "$embedded" ] || skip "libmemagent-jemalloc.so is not built: there is no libjemalloc_pic.a"

# expect_counts WHAT: the last point has what the program printed.
expect_counts()
{
	expect_equal "$1: status" 0 "$status"
	expect_silence "$1"
	expect_equal "$1: allocator" jemalloc "$(tag allocator)"
	while read -r name value; do
		expect_equal "$1: $name" "$value" "$(field "$name")"
	done <"$work/out"
}

metered "$embedded" "$scripted"
expect_counts "a script"
metered "$embedded" MEMAGENT_INTERVAL=10ms "$scripted" -w 300
expect_counts "a script that is looked at"

# same FIELDS COMMAND...: both libraries count the same.  Their names have one length, because awk
# keeps its environment.  A run without either comes first, so that every file's access time has a
# fraction of a second: for a fraction of 0 python makes no object.
cp "$library" "$work/p.so"
cp "$embedded" "$work/j.so"
calls='mallocs frees reallocs failed_allocs'
all="$calls total_requested_bytes"
same()
{
	fields=$1
	shift
	"$@" </dev/null >"$work/out" 2>&1
	for which in p j; do
		metered "$work/$which.so" "$@"
		expect_equal "$1: status" 0 "$status"
		for name in $fields; do
			echo "$name $(field "$name")"
		done >"$work/$which.counts"
	done
	diff "$work/p.counts" "$work/j.counts" >"$work/difference" ||
		fail "$*: the libraries differ: $(cat "$work/difference")"
}

# Not sort -R: it may load libcrypto, and the dynamic linker's allocations depend on the number of
# libraries.
same "$all" sort -k 2 /etc/services
# shellcheck disable=SC2016 # variables of awk
same "$all" awk '{x[$1]=$0}' /etc/services
# Hashes of addresses and random hashes differ from run to run, and the first run must not keep
# compiled files for the second.  Python makes numbers from addresses: glibc's may be short where
# jemalloc's are long.
same "$calls" env PYTHONHASHSEED=0 PYTHONMALLOC=malloc python3 -B -S -c 'import json; print(json.loads(json.dumps({str(i): [i] * 9 for i in range(5000)}))["7"])'
# shellcheck disable=SC2016 # variables of perl
same "$all" env PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 perl -e 'my %h; push @{$h{$_ % 1000}}, $_ for 1..20000; print scalar(keys %h), "\n"'
same "$all" sqlite3 :memory: 'create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
	insert into t select i, hex(i * 7919) from n; create index x on t(b); select count(*) from t where b > 5;'
echo '[1, {"a": [2, 3, {"b": "text"}]}, 4.5]' >"$work/json"
same "$all" jq '[range(2000)] + [.. | numbers] | map(. * 2) | add' "$work/json"

# crowd WHAT LIVE [KEPT]: counts are exact except for libc's objects for threads.  Libraries may keep
# KEPT bytes and at most LIVE more.
crowd()
{
	[ "$status" -eq 0 ] || fail "$1: status $status"
	while read -r name value; do
		case $name in
		reallocs) expect_equal "$1: $name" "$value" "$(field "$name")" ;;
		mallocs) extra=$(($(field mallocs) - value)) ;;
		esac
	done <"$work/out"
	expect_between "$1: objects of libraries" 0 "$extra" 200
	live=$(($(field total_alloc_bytes) - $(field total_freed_bytes)))
	expect_equal "$1: live bytes" "$live" "$(field heap_alloc_bytes)"
	told=$(awk '$1 == "total_alloc_bytes" { a = $2 } $1 == "total_freed_bytes" { f = $2 }
		END { print a - f }' "$work/out")
	expect_between "$1: live bytes beside the program's own" 0 $((live - told)) $(($2 + ${3-0}))
	expect_between "$1: bytes of libraries" 0 \
		$(($(field total_requested_bytes) - $(sed -n 's/^total_requested_bytes //p' "$work/out"))) $((29000 + ${3-0}))
}

for i in 1 2 3; do
	metered "$embedded" MEMAGENT_INTERVAL=10ms "$programs/crowd"
	crowd "threads, run $i" 2000
done

# Settings from the environment and in the program.
cat >"$work/conf.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
#ifdef CONF
const char *malloc_conf = CONF;
#endif
int main(void)
{
	int (*ctl)(const char *, void *, size_t *, void *, size_t) =
		(int (*)(const char *, void *, size_t *, void *, size_t))dlsym(RTLD_DEFAULT, "mallctl");
	unsigned arenas;
	size_t size = sizeof(arenas);
	if (ctl("opt.narenas", &arenas, &size, NULL, 0))
		return 1;
	return printf("%u\n", arenas) < 0;
}
END
gcc -D_GNU_SOURCE -o "$work/plain" "$work/conf.c"
gcc -D_GNU_SOURCE -rdynamic '-DCONF="narenas:7"' -o "$work/conf" "$work/conf.c"
metered "$embedded" MALLOC_CONF=narenas:3 "$work/plain"
expect_equal "MALLOC_CONF=narenas:3" 3 "$(cat "$work/out")"
metered "$embedded" "$work/conf"
expect_equal "malloc_conf of the program, narenas:7" 7 "$(cat "$work/out")"

if echo 'int main(void){return 0;}' | gcc -x c - -o "$work/linked" -Wl,--no-as-needed -ljemalloc 2>/dev/null; then
	gcc -O1 -fno-builtin -D_GNU_SOURCE -o "$work/crowd" "$root/tests/alloc/crowd.c" -ljemalloc -pthread
	# This jemalloc needs libstdc++, which keeps 72,704 bytes for exceptions, or 73,728 from gcc 13 on.
	metered "$embedded" "$work/linked"
	kept=$(field total_requested_bytes)
	expect_between "what libstdc++ keeps" 1 "$kept" 80000
	metered "$embedded" MEMAGENT_INTERVAL=10ms "$work/crowd" api
	crowd "jemalloc's own API" 11000 "$kept"
fi

# real WHAT COMMAND...: the command does what it does without the library.
real()
{
	what=$1
	shift
	"$@" >"$work/bare" 2>&1
	metered "$embedded" "$@"
	expect_equal "$what: status" 0 "$status"
	cmp -s "$work/bare" "$work/out" || fail "$what: its output has changed"
	expect_equal "$what: allocator" jemalloc "$(tag allocator)"
}

real "python3" env PYTHONMALLOC=malloc python3 -c '
import json, threading
d = {str(i): [i] * 10 for i in range(20000)}
t = [threading.Thread(target=lambda: json.loads(json.dumps(d))) for i in range(4)]
[x.start() for x in t]; [x.join() for x in t]; print(len(d))'
# shellcheck disable=SC2016 # variables of perl
real "perl" perl -e 'my %h; push @{$h{$_ % 1000}}, $_ for 1..100000; print scalar(keys %h), "\n"'
printf '%s\n' '#include <map>' '#include <string>' '#include <cstdio>' \
	'int main() { std::map<int, std::string> m;' \
	'for (int i = 0; i < 1000; i++) m[i] = std::string(i, 120);' \
	'printf("%zu\n", m.size()); }' >"$work/map.cc"
g++ -O1 -o "$work/map" "$work/map.cc"
real "a C++ program" "$work/map"
expect_between "a C++ program: mallocs" 1980 "$(field mallocs)" 2100

"$build/memagent-run" --url "file://$work/run" --allocator jemalloc "$work/map" >"$work/out"
grep -q ',allocator=jemalloc,' "$work/run" || fail "memagent-run --allocator jemalloc: wrong allocator"
"$build/memagent-run" --url "file://$work/run2" --allocator own "$work/map" >"$work/out"
grep -q ',allocator=glibc,' "$work/run2" || fail "memagent-run --allocator own: wrong allocator"
status=0
"$build/memagent-run" --allocator best "$work/map" 2>"$work/err" || status=$?
expect_equal "memagent-run --allocator best" 2 "$status"
grep -q "expected own or jemalloc" "$work/err" || fail "memagent-run does not print what it accepts"
