#!/bin/sh
# InfluxDB 2 and 3: the request has the right path, organization, bucket and token, also where
# MEMAGENT_API forces the version.  The token is never shown.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

names='v2 file bucket v3 forced-v1 forced-v2 v1'
for name in $names; do
	script "$name" 204
done
script wrong-token '401 | {"code":"unauthorized","message":"unauthorized access"}'
# shellcheck disable=SC2086 # several
start_server $names wrong-token

echo 'from a file==' >"$work/token"
start v2 300 MEMAGENT_TOKEN='s3cret-_==' MEMAGENT_ORG='my org & co' MEMAGENT_BUCKET='a/b=c'
start file 300 MEMAGENT_TOKEN_FILE="$work/token" MEMAGENT_TOKEN=other MEMAGENT_ORG=o MEMAGENT_BUCKET=b
start bucket 300 MEMAGENT_TOKEN=t MEMAGENT_DATABASE=d
start v3 300 MEMAGENT_API=v3 MEMAGENT_TOKEN=t MEMAGENT_DATABASE=d
start forced-v1 300 MEMAGENT_API=v1 MEMAGENT_TOKEN=t MEMAGENT_BUCKET=b
start forced-v2 300 MEMAGENT_API=v2 MEMAGENT_BUCKET=b
start v1 300 MEMAGENT_ORG=o MEMAGENT_BUCKET=b MEMAGENT_RETENTION_POLICY='two hours'
start wrong-token 300 MEMAGENT_TOKEN=wr0ng MEMAGENT_BUCKET=b
await_all

# asked NAME TARGET [TOKEN]
asked()
{
	expect_quiet "$1"
	expect_complete "$1"
	expect_equal "$1: target" "$2" "$(cut -d ' ' -f 3 "$cases/$1.log" | sort -u)"
	expect_equal "$1: token" "${3:+Authorization: Token $3}" \
		"$(tr -d '\r' <"$cases/$1.heads" | grep -i '^authorization' | sort -u)"
}
asked v2 '/api/v2/write?org=my+org+%26+co&bucket=a%2fb%3dc&precision=ns' 's3cret-_=='
asked file '/api/v2/write?org=o&bucket=b&precision=ns' 'from a file=='
asked bucket '/api/v2/write?bucket=d&precision=ns' t
asked v3 '/api/v2/write?bucket=d&precision=ns' t
asked forced-v1 '/write?db=memagent&precision=ns' t
asked forced-v2 '/api/v2/write?bucket=b&precision=ns'
asked v1 '/write?db=memagent&rp=two+hours&precision=ns'

# InfluxDB 2 creates no database.  A refused token is reported, but not shown.
grep -q 'the server answers 401 .*unauthorized access' "$cases/wrong-token.err" || fail "the wrong token is not reported"
! grep -q wr0ng "$cases/wrong-token.err" || fail "the token is shown"
