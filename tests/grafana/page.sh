#!/bin/sh
# limit: 240
# memagent-report's page in a real browser, with one process and with several: all pictures load,
# nothing is wider than the window, and no two texts of a picture overlap.
. "$(dirname "$0")/../e2e/lib/influx.sh"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "Chromium is not installed"
command -v gnuplot >/dev/null || skip "gnuplot is not installed"

# points SERVICE PID: forty points of a process that grows.
points()
{
	awk -v now="$(date +%s)" -v service="$1" -v pid="$2" 'BEGIN {
		for (t = 0; t < 40; t++)
			printf "memagent,host=h,service=%s,pid=%d mallocs=%di,frees=%di,heap_objects=%di,heap_alloc_bytes=%di," \
			    "total_alloc_bytes=%di,rss_bytes=%di,heap_sys_bytes=%di,heap_inuse_bytes=%di,sys_bytes=2147483648i,stack_bytes=135168i,threads=%di,trims=%di,trim_pause_ns=%di,trim_pause_total_ns=%di," \
			    "sizes_0=1i,sizes_le_16=%di,sizes_le_68719476736=%di %d000000000\n", service, pid, t * 50000, t * 40000, t * 10000, t * pid * 1e5,
			    t * 2e6, 4e6 + t * pid * 2e5, 5e6 + t * pid * 2e5, 1e5 + t * pid * 1e5, 50 + t % 3, t / 4, t * 1e5, t * t * 5e4, t * 30000, t * 20000, now - 45 + t
	}'
}

# look PAGE: run the page with a script that inspects it.  Print its findings, one line each, then
# "looked at N texts".
look()
{
	"$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$work/browser" --window-size=1040,2000 \
		--virtual-time-budget=5000 --dump-dom "file://$1" 2>"$work/err" |
		awk 'sub(/.*<pre id="found">/, "") { inside = 1 }
			inside && sub(/<\/pre>.*/, "") { print; exit }
			inside'
}

# The pictures are inlined, so that a script may measure their texts.
with_script()
{
	awk -v dir="$1" '
		match($0, /<img src="[a-z]+\.svg"/) {
			file = dir "/" substr($0, RSTART + 10, RLENGTH - 11)
			print "<section>"
			inside = 0
			while ((getline line < file) > 0) {
				if (line ~ /<svg/)
					inside = 1
				if (inside)
					print line
			}
			print "</section>"
		}
		/<\/body>/ {
			print "<pre id=\"found\"></pre><script>addEventListener(\"load\", () => {"
			print "const out = []; let texts = 0;"
			print "for (const i of document.images) if (!i.complete || !i.naturalWidth) out.push(i.getAttribute(\"src\") + \" does not load\");"
			print "if (document.documentElement.scrollWidth > innerWidth) out.push(\"wider than the window\");"
			print "for (const s of document.querySelectorAll(\"section\")) {"
			print "const t = [...s.querySelectorAll(\"text\")].filter(x => x.textContent.trim()).map(x => [x.textContent.trim(), x.getBoundingClientRect()]);"
			print "if (!s.querySelector(\"svg\")) continue;"
			print "const all = s.querySelector(\"svg\").getBoundingClientRect(); texts += t.length;"
			print "for (const [n, r] of t) if (r.left < all.left - 1 || r.right > all.right + 1 || r.top < all.top - 1 || r.bottom > all.bottom + 1) out.push(n + \" is cut off\");"
			print "t.forEach(([n, a], i) => t.slice(i + 1).forEach(([m, b]) => {"
			print "if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4) out.push(n + \" lies over \" + m); })); }"
			print "out.push(\"looked at \" + texts + \" texts\"); document.getElementById(\"found\").textContent = out.join(\"\\n\"); });</script>"
		}
		{ print }' "$1/index.html" >"$1/looked.html"
}

# found DIRECTORY: print what is wrong with its page.
found()
{
	with_script "$1"
	look "$1/looked.html" >"$work/found"
	grep -q '^looked at [1-9][0-9]* texts$' "$work/found" || fail "the browser did not run the script: $(cat "$work/found")"
	[ "$(sed -n 's/^looked at \([0-9]*\) texts$/\1/p' "$work/found")" -gt 80 ] || fail "only $(cat "$work/found")"
	sed '/^looked at/d' "$work/found"
}

points shop 3 >"$work/one.lp"
for pid in 1 2 3 4 5 6 7 8; do
	points "a-service-with-a-name-$pid" $pid
done >"$work/many.lp"
for name in one many; do
	"$build/memagent-report" -o "$work/$name" "$work/$name.lp" >/dev/null || fail "$name: no report"
	[ -s "$work/$name/allocator.svg" ] || fail "$name: no allocator.svg"
	wrong=$(found "$work/$name")
	[ -z "$wrong" ] || fail "$name: $wrong"
done

# This can fail.
rm "$work/one/growth.svg"
found "$work/one" | grep -q 'growth.svg does not load' || fail "a picture that is not there was not found"
sed -i 's/>MiB</>MiB of memory that are live at this time, in this process, or resident in it</' "$work/many/heap.svg"
found "$work/many" | grep -q 'is cut off' || fail "a text that is cut off was not detected"
sed -i 's|</svg>|<text x="100" y="100">one</text><text x="105" y="102">other</text></svg>|' "$work/many/objects.svg"
found "$work/many" | grep -q 'one lies over other' || fail "overlapping texts were not found"
