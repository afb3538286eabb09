#!/bin/sh
# The server begins to require authentication in the middle of a run.  A process with user and
# password continues.  One without is refused, and its points wait until it may write again.  Every
# point is stored once.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
influxd_query '' "CREATE USER admin WITH PASSWORD 'pw' WITH ALL PRIVILEGES" >/dev/null
begin_endless known MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_USERNAME=admin MEMAGENT_PASSWORD=pw
begin_endless unknown MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms

# await_new NAME: wait for a point of it that was taken from now on.
await_new()
{
	now=$(date +%s%N)
	await_points memagent "time > $now AND pid = '$(cat "$runs/$1.pid")'"
}

await_new known
await_new unknown
influxd_stop
INFLUXD_USER='admin'
INFLUXD_PASSWORD='pw'
influxd_start "$work/influxdb" INFLUXDB_HTTP_AUTH_ENABLED=true
await_new known
# Wait until the process without a user was refused.
wait_until "no request was refused" grep -q 'POST /write.* 401 ' "$work/influxdb/influxd.log"
end known
expect_every_point memagent 50000000
influxd_stop
influxd_start "$work/influxdb"
await_new unknown
end unknown
expect_every_point memagent 50000000
