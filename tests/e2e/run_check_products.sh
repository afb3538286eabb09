#!/bin/sh
# memagent-run: --check distinguishes InfluxDB 2 and 3, and really tests the token, the bucket and
# the organization.  It uses the variables of InfluxDB's own clients, as the agent does.
set -eu

. "$(dirname "$0")/lib/run.sh"

command -v python3 >/dev/null || {
	echo "there is no python3"
	exit 77
}

# shellcheck disable=SC2034 # ping.sh uses it
program=products.py
. "$(dirname "$0")/lib/ping.sh"

# expect STATUS TEXT VARIABLE=VALUE...: the whole of what it prints
expect()
{
	wanted=$1 text=$2
	shift 2
	status=0
	env "$@" "$build/memagent-run" --check >"$dir/out" 2>"$dir/err" || status=$?
	[ "$(cat "$dir/out" "$dir/err")" = "$text" ] || fail "$*: it said
$(cat "$dir/out" "$dir/err")
instead of
$text"
	[ "$status" -eq "$wanted" ] || fail "$*: exit status $status"
}

# shellcheck disable=SC2119 # without a certificate
start
unset MEMAGENT_URL
v2=http://127.0.0.1:$port/v2
v3=http://127.0.0.1:$port/v3
answers2="server  ok  $v2 answers: InfluxDB 2.7.6"
answers3="server  ok  $v3 answers: InfluxDB 3.2.1"
cannot='cannot be written to:'

expect 0 "$answers2
bucket  ok  b can be written to" MEMAGENT_URL="$v2" MEMAGENT_TOKEN=right MEMAGENT_ORG=o MEMAGENT_BUCKET=b
expect 1 "$answers2
bucket  FAIL  b $cannot the server answers 401 ({\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}): see --token-file" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=wrong MEMAGENT_ORG=o MEMAGENT_BUCKET=b
expect 1 "$answers2
bucket  FAIL  b $cannot the server answers 403 ({\"code\":\"forbidden\",\"message\":\"insufficient permissions for write\"}): see --token-file" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=reader MEMAGENT_ORG=o MEMAGENT_BUCKET=b
expect 1 "$answers2
bucket  FAIL  other $cannot {\"code\":\"not found\",\"message\":\"bucket not found\"}; see --org and --bucket, and create it" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=right MEMAGENT_ORG=o MEMAGENT_BUCKET=other
expect 1 "$answers2
bucket  FAIL  b $cannot {\"code\":\"not found\",\"message\":\"organization name not found\"}; see --org and --bucket, and create it" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=right MEMAGENT_ORG=p MEMAGENT_BUCKET=b
expect 1 "$answers2
database  FAIL  memagent $cannot the server does not know the interface v1 (404); see --api and --url" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=right MEMAGENT_API=v1

expect 0 "$answers3
bucket  ok  d can be written to" MEMAGENT_URL="$v3" MEMAGENT_API=v3 MEMAGENT_TOKEN=right MEMAGENT_DATABASE=d
expect 1 "server  FAIL  $v3/ping answers 401: see --token-file" MEMAGENT_URL="$v3" MEMAGENT_TOKEN=wrong
expect 1 "server  FAIL  $v3/ping answers 401: see --token-file (InfluxDB 2 and 3) or --username and --password-file (InfluxDB 1)" \
	MEMAGENT_URL="$v3"

expect 0 "settings  ok  MEMAGENT_URL is not set; using INFLUX_HOST
settings  ok  MEMAGENT_DATABASE is not set; using INFLUX_DATABASE
settings  ok  MEMAGENT_TOKEN is not set; using INFLUX_TOKEN
settings  ok  MEMAGENT_ORG is not set; using INFLUX_ORG
$answers2
bucket  ok  b can be written to" INFLUX_HOST="$v2" INFLUX_TOKEN=right INFLUX_ORG=o INFLUX_DATABASE=b

echo right >"$dir/token"
expect 0 "$answers2
bucket  ok  b can be written to" MEMAGENT_URL="$v2" MEMAGENT_TOKEN_FILE="$dir/token" MEMAGENT_ORG=o MEMAGENT_BUCKET=b
expect 1 "token  FAIL  $dir/none cannot be read: No such file or directory; name a readable file whose first line is the token" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN_FILE="$dir/none"
expect 1 "settings  FAIL  MEMAGENT_INTERVAL=soon is not valid: expected a number and a unit (ms, s, m, h), from 10ms to 24h, like 250ms, 3s or 1m; using 1s
$answers2
bucket  ok  b can be written to" \
	MEMAGENT_URL="$v2" MEMAGENT_TOKEN=right MEMAGENT_ORG=o MEMAGENT_BUCKET=b MEMAGENT_INTERVAL=soon
