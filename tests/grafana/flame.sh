#!/bin/sh
# limit: 240
# The flame graph in a real browser: a click zooms, a click on the root or "Reset zoom" goes back, a search marks and sums,
# by itself as on the page; hostile names are text.
. "$(dirname "$0")/../e2e/lib/influx.sh"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "Chromium is not installed"
command -v gnuplot >/dev/null || skip "gnuplot is not installed"

# look FILE [OPTION...]: run a page; print the text of its element "found".
look()
{
	file=$1
	shift
	"$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$work/browser" --window-size=1040,2000 \
		--virtual-time-budget=5000 "$@" --dump-dom "file://$file" 2>"$work/err" |
		awk 'sub(/.*id="found">/, "") { inside = 1 }
			inside && sub(/<\/(desc|pre)>.*/, "") { print; exit }
			inside'
}

awk -v now=1764330000 -v service=shop -v pid=7 -f "$root/tests/grafana/lib/sites.awk" >"$work/shop.lp"
"$build/memagent-report" -o "$work/shop" "$work/shop.lp" >/dev/null || fail "no report"

# ---- by itself ----

cat >"$work/script" <<'SCRIPT'
<desc id="found"></desc><script><![CDATA[
const svg = document.documentElement, found = [];
const frames = [...svg.querySelectorAll("g.f")];
const name = g => g.querySelector("title").textContent.split("\n")[0];
const one = n => frames.filter(g => name(g) === n)[0];
const use = e => e.dispatchEvent(new MouseEvent("click", {bubbles: true}));
const button = c => svg.querySelector("." + c);
const width = g => Math.round(g.querySelector("rect").getAttribute("width"));
const label = g => g.querySelector("text") ? g.querySelector("text").textContent : "";
const shown = () => frames.filter(g => g.style.display !== "none");
const state = what => found.push(what + ": " + shown().map(g => name(g) + " " + width(g) + (g.classList.contains("above") ? " above" : "")).join(", ")
	+ "; " + (button("reset").style.display === "none" ? "whole" : "zoomed"));
const before = frames.map(g => width(g) + label(g)).join();
const hostile = frames.filter(g => name(g).indexOf("script") > 0)[0];
use(one("fill_cache")); state("fill_cache");
use(one("handle")); state("handle");
use(hostile); state("hostile"); found.push("label: " + label(hostile));
use(button("reset"));
found.push("the same as before: " + (before === frames.map(g => width(g) + label(g)).join()));
use(one("push_global")); use(one("all"));
found.push("by the root too: " + (before === frames.map(g => width(g) + label(g)).join()));
hostile.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
found.push("details: " + button("details").textContent);
const search = w => { window.prompt = () => w; use(button("search"));
	found.push("search " + w + ": " + frames.filter(g => g.classList.contains("match")).map(name).join() + "; " + button("matched").textContent);
	if (button("search").textContent !== "Search") use(button("search")); };
search("MAIN"); search("push"); search("</script>"); search("none of them"); search(""); search(null);
found.push("marked: " + frames.filter(g => g.classList.contains("match")).length + ", elements from names: " + svg.querySelectorAll("i").length);
document.getElementById("found").textContent = found.join("\n");
]]></script>
SCRIPT
sed -e "/^<\/svg>/{r $work/script" -e 'd}' "$work/shop/flame.svg" >"$work/shop/alone.svg"
echo '</svg>' >>"$work/shop/alone.svg"
expect_equal "by itself" 'fill_cache: all 1000 above, _start 1000 above, __libc_start_main 1000 above, main 1000 above, fill_cache 1000; zoomed
handle: all 1000 above, _start 1000 above, __libc_start_main 1000 above, main 1000 above, handle 1000, push_global 1000; zoomed
hostile: all 1000 above, [truncated] 1000 above, [jit] 1000 above, &lt;/script&gt;&lt;i&gt;&amp;"'\''\x??é 1000; zoomed
label: &lt;/script&gt;&lt;i&gt;&amp;"'\''\x??é
the same as before: true
by the root too: true
details: &lt;/script&gt;&lt;i&gt;&amp;"'\''\x??é: 97.7 KiB, 1.1 %
search MAIN: __libc_start_main,main; Found: 98.8 %
search push: push_global; Found: 43.3 %
search &lt;/script&gt;: &lt;/script&gt;&lt;i&gt;&amp;"'\''\x??é; Found: 1.1 %
search none of them: ; Found: 0.0 %
search : ; 
search null: ; 
marked: 0, elements from names: 0' "$(look "$work/shop/alone.svg")"

# ---- on the page: the script runs there, and the picture is as wide as the others ----

sed 's|</body>|<pre id="found"></pre><script>addEventListener("load", () => {\
	const objects = [...document.querySelectorAll("object")];\
	const width = e => Math.round(e.getBoundingClientRect().width);\
	document.getElementById("found").textContent = objects.map(o => o.getAttribute("data") + ": " + (o.contentDocument ?\
		o.contentDocument.querySelector(".search").style.display === "" : "not loaded") + ", " +\
		(width(o) === width(document.images[0]))).join("; ") + "; " + (document.documentElement.scrollWidth <= innerWidth); });</script></body>|' \
	"$work/shop/index.html" >"$work/shop/looked.html"
expect_equal "on the page" 'flame.svg: true, true; flame-growth.svg: true, true; true' \
	"$(look "$work/shop/looked.html" --allow-file-access-from-files)"
