#!/bin/sh
# limit: 240
# waits
# memagent-report shows source lines and inlined functions, by each of the programs that can tell them; only of a file with
# the same build-id; and a program that does not answer does not hang it.
. "$(dirname "$0")/../e2e/lib/influx.sh"

report=$build/memagent-report
for program in gnuplot readelf objdump cc; do
	command -v $program >/dev/null || skip "there is no $program"
done

# push_global has two inlined functions at its call of malloc.
cat >"$work/server.c" <<'C'
#include <stdlib.h>

void *kept;

static inline __attribute__((always_inline)) void *allocate(size_t n)
{
	return malloc(n);
}

static inline __attribute__((always_inline)) void make(size_t n)
{
	kept = allocate(n);
}

__attribute__((noinline)) int push_global(size_t n)
{
	make(n + 1);
	return kept != NULL;
}

int main(int argc, char **argv)
{
	(void)argv;
	return push_global((size_t)argc);
}
C
server="$work/a server"
cc -O2 -g -Wl,--build-id -o "$server" "$work/server.c" || fail "the program is not built"
id=$(readelf -n "$server" | sed -n 's/ *Build ID: //p')
# The last byte of the call.
call=$(objdump -d "$server" | sed -n '/<push_global>:/,/^$/{/call.*malloc/{n;s/^ *\([0-9a-f]*\):.*/\1/p}}')
address=$(printf '%#x' $((0x$call - 1)))

# stack_of PATH BUILD_ID: print the stack down to push_global.  The frames below have made-up addresses.
stack_of()
{
	path=$1
	awk -v now=1764330000 -v service=shop -v pid=7 -v path="$server" -v build_id="$2" -v address="$address" \
		-f "$root/tests/grafana/lib/sites.awk" >"$work/points"
	PATH=$path "$report" -o "$work/report" "$work/points" >"$work/words" 2>"$work/err" || fail "status $?: $(cat "$work/err")"
	expect_silence "$path"
	sed -n '/ in push_global, called by:$/,/^$/s/^    //p' "$work/words" | sed '/^push_global/q' | paste -sd , -
}

# only NAME: make a directory whose programs are gnuplot and NAME.
only()
{
	mkdir "$work/$1"
	ln -s "$(command -v gnuplot)" "$work/$1/gnuplot"
	[ "$1" = none ] || ln -s "$(command -v "$1")" "$work/$1/$1"
}

plain=push_global
lines='allocate (server.c:7),make (server.c:12),push_global (server.c:17)'
only none
expect_equal "without a program" "$plain" "$(stack_of "$work/none" "$id")"
tried=0
for program in eu-addr2line llvm-symbolizer addr2line; do
	command -v $program >/dev/null || continue
	only $program
	expect_equal "by $program" "$lines" "$(stack_of "$work/$program" "$id")"
	grep -q ' push_global (server.c:17)$' "$work/words" || fail "$program: no place in the table"
	grep -qF '<li><code>allocate</code> <span class="about">(server.c:7)</span></li>' "$work/report/index.html" ||
		fail "$program: no place on the page"
	tried=$((tried + 1))
done
[ $tried -gt 0 ] || skip "there is no program for source lines"

# ---- another file at the same path ----

last=$(printf '%s' "$id" | tail -c 1 | tr 0-9a-f 1-9a-f0)
expect_equal "another build-id" "$plain" "$(stack_of "$PATH" "${id%?}$last")"
expect_equal "no build-id" "$plain" "$(stack_of "$PATH" "")"
server=/nonexistent/server
expect_equal "no file" "$plain" "$(stack_of "$PATH" "$id")"

# ---- a program that never ends, and holds its output open in a child ----

server="$work/a server"
only sleep
mkdir "$work/stuck"
cp -a "$work/sleep/." "$work/stuck"
printf '#!/bin/sh\necho $$ >%s/pid\nsleep 1000 &\nsleep 1000\n' "$work" >"$work/stuck/eu-addr2line"
chmod +x "$work/stuck/eu-addr2line"
expect_equal "a stuck program" "$plain" "$(stack_of "$work/stuck" "$id")"
! pgrep -r D,R,S -g "$(cat "$work/pid")" >/dev/null || fail "the stuck program, or its child, is still there"
