#!/bin/sh
# No secret of the settings (user and password in a URL or proxy, password, token) is ever shown: on
# stderr, in the log, in points, events, file names or command lines.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

export MEMAGENT_INTERVAL=20ms MEMAGENT_PASSWORD=hush1 MEMAGENT_TOKEN=hush2 MEMAGENT_EXIT_TIMEOUT=10s

hidden()
{
	! grep -rl hush "$work" >"$work.found" || fail "$1: the secret is in $(cat "$work.found"): $(grep -rh hush "$work" | head -n 3)"
	! find "$work" -name '*hush*' | grep . || fail "$1: the secret is in the name of a file"
}

clean_up_more()
{
	rm -f "$work.found"
}

# Nothing listens on port 1; the last URLs are invalid.
mkdir "$work/spool"
echo 'm f=1 1' >"$work/lines"
for url in http://me:hush@127.0.0.1:1 'http://127.0.0.1:1/path?p=hush' https://hush@127.0.0.1:1 udp://me:hush@127.0.0.1:1 \
	htp://me:hush@127.0.0.1:1 http://me:hush@127.0.0.1:99999 'http://me:hush@' me:hush@127.0.0.1; do
	run_metered MEMAGENT_URL="$url" MEMAGENT_SPOOL="$work/spool" "$scripted" -w 100
	expect_equal "$url: status" 0 "$status"
	[ -s "$work/err" ] || fail "$url: it is not reported"
	hidden "$url"
	run_metered MEMAGENT_URL="$url" MEMAGENT_LOG="$work/log" "$scripted" -w 100
	hidden "$url, in the log"
	MEMAGENT_URL=$url timeout -s KILL 60 "$build/memagent-run" --check >"$work/checked" 2>&1 || :
	hidden "$url, with --check"
	# Limit the retries.
	MEMAGENT_URL=$url timeout 1 "$build/memagent-send" "$work/lines" >"$work/sent" 2>&1 || :
	hidden "$url, of memagent-send"
done
[ -n "$(ls "$work/spool")" ] || fail "the spool is empty"
[ -s "$work/log" ] || fail "the log is empty"
for proxy in http://me:hush@127.0.0.1:1 me:hush@127.0.0.1:1 'nonsense://me:hush@:'; do
	run_metered MEMAGENT_URL=http://127.0.0.1:1 MEMAGENT_PROXY="$proxy" "$scripted" -w 100
	hidden "proxy $proxy"
	MEMAGENT_URL=http://127.0.0.1:1 MEMAGENT_PROXY=$proxy timeout -s KILL 60 "$build/memagent-run" --check >"$work/checked" 2>&1 || :
	hidden "proxy $proxy, with --check"
done

metered "$library" MEMAGENT_USERNAME=me "$scripted" -w 100
[ -s "$work/points" ] || fail "no points"
hidden "points"

MEMAGENT_URL=http://me:hush@127.0.0.1:1 "$build/memagent-run" --help >"$work/help"
hidden "--help"

# While the program and its children run, with a variable that a shell cannot pass on.
# Not set by env, because they would be on env's command line.
MEMAGENT_URL=http://me:hush@127.0.0.1:1 MEMAGENT_LOG=off env "dotted.name=x" \
	"$build/memagent-run" "$scripted" -u "$work/end" >"$work/out" &
child=$!
children="$children $child"
until grep -qs scripted "/proc/$child/comm"; do
	! influxd_process_ended "$child" || fail "memagent-run ended before its command began"
	cat "/proc/$child/cmdline" /proc/[0-9]*/cmdline >>"$work/command-lines" 2>/dev/null || :
done
cat "/proc/$child/cmdline" >>"$work/command-lines"
touch "$work/end"
! tr '\0' '\n' <"$work/command-lines" | grep -q 'me:hush@\|hush[12]' || fail "the secret is on a command line"
