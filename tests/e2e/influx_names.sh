#!/bin/sh
# Names of databases and measurements may contain quotes and spaces.
. "$(dirname "$0")/lib/influx.sh"

# As InfluxQL writes an identifier.
quoted()
{
	printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

try()
{
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_DATABASE="$1" MEMAGENT_MEASUREMENT="$2" "$scripted"
	expect_silence "$1, $2"
	influxd_query '' 'SHOW DATABASES' | jq -e --arg name "$1" \
		'.results[0].series[0].values | any(.[0] == $name)' >/dev/null || fail "there is no database $1"
	expect_exact "$1" "$(quoted "$2")"
}

influxd_start "$work/influxdb"
try 'my database' 'a measurement'
try 'say "hello"; DROP DATABASE "x' 'heap, of "all"'
try "it's 100%&more=?#" 'a=b'
try 'größe' 'größe'
