#!/bin/sh
# Where our variables are missing, those of InfluxDB's own clients are used, and a line at the start
# says so.  Where ours are set, theirs are ignored.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

names='theirs ours ours-in-a-file elsewhere'
for name in $names; do
	script "$name" 204
done
# shellcheck disable=SC2086 # several
start_server $names
echo from-a-file >"$work/token"

start theirs 300 MEMAGENT_URL= INFLUX_HOST="$(url_of theirs)" INFLUX_TOKEN=their-token INFLUX_ORG=their-org \
	INFLUX_DATABASE=their-database
their="INFLUX_HOST=$(url_of elsewhere) INFLUX_TOKEN=their-token INFLUX_ORG=their-org INFLUX_DATABASE=their-database"
# shellcheck disable=SC2086 # several
start ours 300 $their MEMAGENT_TOKEN=our-token MEMAGENT_ORG=our-org MEMAGENT_DATABASE=our-database
# shellcheck disable=SC2086 # several
start ours-in-a-file 300 $their MEMAGENT_TOKEN_FILE="$work/token" MEMAGENT_ORG=our-org MEMAGENT_DATABASE=our-database
await_all

# asked NAME ORG DATABASE TOKEN
asked()
{
	expect_complete "$1"
	expect_equal "$1: target" "/api/v2/write?org=$2&bucket=$3&precision=ns" \
		"$(cut -d ' ' -f 3 "$cases/$1.log" | sort -u)"
	grep -q "^Authorization: Token $4" "$cases/$1.heads" || fail "$1: another token, or none"
}
asked theirs their-org their-database their-token
asked ours our-org our-database our-token
asked ours-in-a-file our-org our-database from-a-file
[ ! -e "$cases/elsewhere.log" ] || fail "INFLUX_HOST was used beside MEMAGENT_URL"
expect_quiet ours
expect_quiet ours-in-a-file

for pair in URL:HOST TOKEN:TOKEN ORG:ORG DATABASE:DATABASE; do
	grep -qx "memagent\[[0-9]*\]: MEMAGENT_${pair%:*} is not set; using INFLUX_${pair#*:}" "$cases/theirs.err" ||
		fail "it does not report that INFLUX_${pair#*:} is used"
done
expect_equal "lines on stderr" 4 "$(wc -l <"$cases/theirs.err")"
! grep -q their-token "$cases/theirs.err" || fail "the token is shown"

# memagent-send uses them too, and does not report them as an error.
script sent 204
start_server sent
printf 'memagent,host=h mallocs=1i 1000000000000000000\n' >"$work/points"
env -u MEMAGENT_URL INFLUX_HOST="$(url_of sent)" INFLUX_TOKEN=their-token INFLUX_ORG=their-org \
	"$build/memagent-send" "$work/points" >"$work/sent.out" 2>&1 || fail "memagent-send: $(cat "$work/sent.out")"
grep -q "^$work/points: 1 points delivered" "$work/sent.out" || fail "memagent-send: $(cat "$work/sent.out")"
