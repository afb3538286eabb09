#!/bin/sh
# memagent-report asks the server of the agent's settings, with the token from a file, for the
# bucket and the retention policy.  It prints the message of a server that refuses.
. "$(dirname "$0")/../e2e/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

command -v gnuplot >/dev/null || skip "gnuplot is not installed"

script v2 '200 | {"results":[{"statement_id":0}]}'
script v1 '200 | {"results":[{"statement_id":0}]}'
script refuses '401 | {"code":"unauthorized","message":"unauthorized access"}'
script page '404 | <html>not here</html>'
script empty 204
start_server v2 v1 refuses page empty

# ask NAME TEXT VARIABLE=VALUE...: the report exits with 1 and prints the text.
ask()
{
	name=$1 text=$2 status=0
	shift 2
	env "$@" MEMAGENT_URL="$(url_of "$name")/" "$build/memagent-report" -o "$work/none" >"$work/out" 2>"$work/err" || status=$?
	expect_equal "$name: status" 1 $status
	grep -qF -e "$text" "$work/err" || fail "$name: no \"$text\""
	[ ! -e "$work/none" ] || fail "$name: something was written"
}

# asked NAME TEXT...: the requests for points contain these texts.
asked()
{
	name=$1
	shift
	for text; do
		grep -qF -e "$text" "$cases/$name.log" "$cases/$name.heads" || fail "$name: no \"$text\" in: $(cat "$cases/$name.log")"
	done
}

echo 's3cret==' >"$work/token"
ask v2 'in the last 10m of database a/b=c at' MEMAGENT_TOKEN_FILE="$work/token" MEMAGENT_BUCKET='a/b=c' MEMAGENT_USERNAME=ignored
asked v2 ' /query?db=' 'Authorization: Token s3cret==' 'db=a%2Fb%3Dc&' 'GROUP%20BY%20%2A'
ask v1 'there are no points' INFLUX_DATABASE=other MEMAGENT_BUCKET=b MEMAGENT_USERNAME=me MEMAGENT_PASSWORD=pw \
	MEMAGENT_RETENTION_POLICY='two hours' MEMAGENT_MEASUREMENT='a"b'
asked v1 'Authorization: Basic bWU6cHc=' 'db=other&' 'FROM%20%22two%20hours%22.%22a%5C%22b%22'
ask refuses 'unauthorized access' MEMAGENT_TOKEN=wr0ng
! grep -q wr0ng "$work/err" || fail "the token is shown"
ask page 'not an answer of InfluxDB: <html>not here</html>' A=b
ask empty 'answers 204' A=b
