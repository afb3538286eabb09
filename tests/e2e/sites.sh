#!/bin/bash
# Call sites have the same identity after every restart, with names and stacks.  They can be turned
# off, and limited in number.  A process that ends early reports its call sites, too.
#
# limit: 200
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "sites.sh: $*"
	exit 1
}

# shares VARIABLE=VALUE...: run the program with a hundred call sites; the points are in $work/points.
shares()
{
	rm -f "$work/points"
	env "$@" LD_PRELOAD="$library" MEMAGENT_URL="file://$work/points" MEMAGENT_INTERVAL=1h \
		"$build/tests/alloc/shares" "$work/truth" || fail "$*: the program failed"
}

# sites PATTERN: the site and function of every call site whose function matches.
sites()
{
	sed -n "s/^memagent_site,.*,site=\([0-9a-f]*\),function=\($1\) .*/\1 \2/p" "$work/points" | sort
}

for library in "$build"/tests/often/libmemagent*.so; do
	shares MEMAGENT_SITES_TOP=200
	sites 'site_[0-9]*' >"$work/sites"
	[ "$(cut -d ' ' -f 2 "$work/sites" | sort -u | grep -c .)" -ge 95 ] ||
		fail "only $(wc -l <"$work/sites") of 100 functions are named"
	grep -q '^memagent_site,.*stack="_start;[^"]*;main;use_site;site_10",frames="[^"]*/shares@[0-9a-f]\{40\}+0x' "$work/points" ||
		fail "no stack leads from _start to site_10: $(grep 'function=site_10 ' "$work/points")"

	# Restarts: the same numbers, however the address space is laid out.
	for _ in 1 2 3; do
		shares MEMAGENT_SITES_TOP=200
		sites 'site_[0-9]*' >"$work/again"
		[ -z "$(comm -13 "$work/sites" "$work/again")" ] ||
			fail "a restart gives sites new numbers: $(comm -13 "$work/sites" "$work/again" | head -3)"
		# Sites with few samples may be missing in either.
		[ "$(comm -12 "$work/sites" "$work/again" | grep -c .)" -ge 95 ] || fail "sites are missing after a restart"
	done

	# Of each kind of largest sites only so many, the rest together.
	shares MEMAGENT_SITES_TOP=3
	count=$(grep -c '^memagent_site,' "$work/points")
	[ "$count" -le 10 ] || fail "$count call sites with MEMAGENT_SITES_TOP=3"
	grep -q '^memagent_site,.*,site=other,function=other live_bytes=[1-9]' "$work/points" || fail "nothing is in other"
	total=$(sed -n 's/^memagent,.*[ ,]sites_live_bytes=\([0-9]*\)i.*/\1/p' "$work/points")
	sum=$(sed -n 's/^memagent_site,.* live_bytes=\([0-9]*\)i.*/\1/p' "$work/points" | awk '{ n += $1 } END { printf "%d", n }')
	# Each is rounded down.
	if [ $((total - sum)) -lt 0 ] || [ $((total - sum)) -gt "$count" ]; then
		fail "the sites add up to $sum bytes, sites_live_bytes is $total"
	fi

	# Off.
	shares MEMAGENT_SITES=0
	grep -q '^memagent_site\|^memagent_flame\|sites_' "$work/points" && fail "MEMAGENT_SITES=0 reports call sites"

	rm -f "$work/points"
	LD_PRELOAD=$library MEMAGENT_URL=file://$work/points MEMAGENT_INTERVAL=50ms MEMAGENT_SITES_INTERVAL=100ms \
		"$build/tests/alloc/kinds" 2 >/dev/null || fail "kinds failed"
	awk '
		/^memagent_flame,/ {
			match($0, /level=[0-9]+/); level = substr($0, RSTART + 6, RLENGTH - 6) + 0
			match($0, /value=[0-9]+/); value = substr($0, RSTART + 6, RLENGTH - 6) + 0
			match($0, /self=[0-9]+/); self = substr($0, RSTART + 5, RLENGTH - 5) + 0
			nodes++
			if (level > last + 1)
				bad = bad " level " level " after " last
			for (; last >= level && nodes > 1; last--)
				if (sum[last] != want[last])
					bad = bad " " want[last] " bytes at level " last " of which its children have " sum[last]
			if (level == 0)
				graphs++
			else
				sum[level - 1] += value
			last = level
			sum[level] = self
			want[level] = value
		}
		END { print graphs + 0, bad; exit graphs < 2 || bad != "" }' "$work/points" >"$work/flame" ||
		fail "flame graphs: $(cut -c 1-300 "$work/flame")"
	rm -f "$work/points"
	LD_PRELOAD=$library MEMAGENT_URL=file://$work/points MEMAGENT_INTERVAL=50ms MEMAGENT_SITES_INTERVAL=100ms MEMAGENT_FLAME=0 \
		"$build/tests/alloc/kinds" 1 >/dev/null || fail "kinds failed"
	grep -q '^memagent_flame' "$work/points" && fail "MEMAGENT_FLAME=0 sends flame graphs"
done

# A process that ends before its first interval, with few samples.
rm -f "$work/points"
LD_PRELOAD=$build/libmemagent.so MEMAGENT_URL=file://$work/points MEMAGENT_INTERVAL=1h "$build/tests/alloc/leaky" leak 3 || fail "leaky failed"
grep -q '^memagent_site,.*,function=keep_for_ever live_bytes=[1-9]' "$work/points" ||
	fail "a process of three seconds reports no call site: $(grep -o 'sites_sampled=[0-9]*' "$work/points" | tail -n 1)"
exit 0
