#!/bin/sh
# For a bad value of each variable, one line names the variable, the value and what is accepted.
# The default is used, and the program is not affected.
. "$(dirname "$0")/lib/influx.sh"

long=$(printf '%0300d' 0)
newline='a
b'
file=$work/points

# bad VARIABLE VALUE ACCEPTED...
bad()
{
	variable=$1
	value=$2
	shift 2
	rm -f "$file"
	# A long interval: the only point is the last one, however long the program takes.
	run_metered MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=24h "MEMAGENT_$variable=$value" "$scripted" -x 4
	expect_unchanged "$variable=$value"
	expect_line "$variable=$value" "MEMAGENT_$variable" "expected" "$@"
	# With the default value the point is written.
	if [ "$variable" != URL ]; then
		[ "$(grep -vcE '^[a-z]*_(event|site|flame),' "$file")" -eq 1 ] || fail "$variable=$value: expected one point"
	fi
}

run_bare "$scripted" -x 4
bad ENABLED yes yes "0 or 1"
bad DATABASE "$long" "1 to 255 bytes"
bad DATABASE "$newline" "1 to 255 bytes"
bad RETENTION_POLICY "$long" "1 to 255 bytes"
for value in 1 0s -1s 1.5 9ms 25h 'soon' '1 s' 99999999999999999999s 1d; do
	bad INTERVAL "$value" "$value" "from 10ms to 24h"
	bad EXIT_TIMEOUT "$value" "$value" "from 10ms to 24h"
done
bad MEASUREMENT "$newline" "1 to 255 bytes"
grep -q '^memagent,' "$file" || fail "the default measurement was not used"
bad SERVICE "$newline" "1 to 255 bytes"
grep -q ',service=scripted[ ,]' "$file" || fail "the default service was not used"
for value in env '=prod' 'env=' 'env=prod,' host=me pid=1 pid_ns=1 service=a time=1 'env=a,env=b'; do
	bad TAGS "$value" "$value" "KEY=VALUE"
	grep -q "^memagent,host=[^,]*,pid=$pid,\(pid_ns=[0-9]*,\)\{0,1\}service=scripted,allocator=glibc,allocator_version=[^,]* " "$file" ||
		fail "TAGS=$value: a tag was used"
done
bad USERNAME "$newline" "1 to 255 bytes"
bad PASSWORD "$long" "1 to 255 bytes"
if grep -q 0000 "$work/err"; then
	fail "PASSWORD: it is in the line"
fi
bad PASSWORD_FILE "$work/missing" "$work/missing" "readable file"
bad CA_FILE "$newline" "readable file"
bad LOG here here "off, stderr or the absolute path"

echo 'memagent,pid=1 mallocs=1i 1' >"$work/lines"
# Nothing is sent to the default URL, so no line reports a missing server.
for value in points localhost localhost:8086 ftp://localhost/ http:// file://relative file: 'http://a b/' ; do
	run_metered MEMAGENT_URL="$value" MEMAGENT_INTERVAL=10ms "$scripted" -x 4 -w 100
	expect_unchanged "URL=$value"
	expect_line "URL=$value" "MEMAGENT_URL=$value is not valid: expected http://HOST" "nothing is sent"
	expect_equal "URL=$value: lines" 1 "$(wc -l <"$work/err")"
	status=0
	MEMAGENT_URL="$value" "$build/memagent-send" "$work/lines" >"$work/sent" 2>&1 || status=$?
	expect_equal "memagent-send, URL=$value" 2 "$status"
	grep -qF "MEMAGENT_URL=$value is not valid: expected http://HOST" "$work/sent" ||
		fail "memagent-send, URL=$value: it said $(cat "$work/sent")"
done

# Several bad values make several lines, which go where LOG says.
run_metered MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=x MEMAGENT_TAGS=x "$scripted" -x 4
expect_unchanged "two bad values"
expect_equal "lines for two bad values" 2 "$(wc -l <"$work/err")"
run_metered MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=x MEMAGENT_LOG=off "$scripted" -x 4
expect_unchanged "LOG=off"
expect_silence "LOG=off"
run_metered MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=x MEMAGENT_LOG="$work/log" "$scripted" -x 4
expect_unchanged "LOG is a file"
expect_silence "LOG is a file"
grep -q 'MEMAGENT_INTERVAL=x' "$work/log" || fail "LOG is a file: nothing in it"
