# shellcheck shell=sh disable=SC2154 # work, build, scripted and so on are influx.sh's
# server.sh: a server that answers by a script (server.py), and programs that write to it at the same
# time.  Source it after influx.sh.

cases=$runs
command -v python3 >/dev/null || skip "python3 is not installed"

# script NAME STEP...: set what the server does for NAME from now on.
script()
{
	name=$1
	shift
	printf '%s\n' "$@" >"$cases/$name.new"
	mv "$cases/$name.new" "$cases/$name"
}

# start_server NAME...: start it for these names, which have scripts.
start_server()
{
	python3 "$root/tests/e2e/lib/server.py" "$cases" "$@" &
	children="$children $!"
	for name; do
		wait_until "the scripted server did not start" [ -e "$cases/$name.port" ]
	done
}

url_of()
{
	echo "http://127.0.0.1:$(cat "$cases/$1.port")"
}

# start NAME MS VARIABLE=VALUE...: run the program in the background for MS, with NAME as its server.
start()
{
	name=$1
	ms=$2
	shift 2
	begin "$name" MEMAGENT_URL="$(url_of "$name")" MEMAGENT_INTERVAL=50ms "$@" "$scripted" -w "$ms"
}

# seen NAME, stored NAME, unstored NAME: print these lines, each once, in order.
seen()
{
	sort -u "$cases/$1.seen"
}

stored()
{
	sort -u "$cases/$1.stored"
}

unstored()
{
	stored "$1" >"$work/stored"
	seen "$1" | comm -23 - "$work/stored"
}

# requests NAME: print how many write requests it had.
requests()
{
	grep -c '/write' "$cases/$1.log"
}

# last_of NAME FIELD: print the value in the last stored point.
last_of()
{
	grep '^memagent,' "$cases/$1.stored" | tail -n 1 | sed -n "s/.*[ ,]$2=\([0-9]*\)i.*/\1/p"
}

# The last point is taken at the program's end, so nothing follows it.
expect_complete()
{
	for field in mallocs frees reallocs total_requested_bytes; do
		expect_equal "$1: $field" "$(sed -n "s/^$field //p" "$cases/$1.out")" "$(last_of "$1" $field)"
	done
}

# expect_said NAME TEXT...: one line on stderr, with the texts.
expect_said()
{
	name=$1
	shift
	expect_equal "$name: lines on stderr" 1 "$(wc -l <"$cases/$name.err")"
	for text; do
		grep -qF -e "$text" "$cases/$name.err" ||
			fail "$name: nothing of \"$text\" in: $(cat "$cases/$name.err")"
	done
}

expect_quiet()
{
	[ ! -s "$cases/$1.err" ] || fail "$1: said: $(cat "$cases/$1.err")"
}
