#!/bin/sh
# Many processes have left files in MEMAGENT_SPOOL, and two processes with the same destination
# deliver them at once.  That takes much less than one interval per file, and nothing is sent twice.
. "$(dirname "$0")/lib/influx.sh"

spool=$work/spool
mkdir "$spool"
influxd_start "$work/influxdb"
influxd_stop
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	begin "left-$n" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms MEMAGENT_SPOOL="$spool" "$scripted" -w 1000
done
await_all
expect_equal "files in the spool" 12 "$(find "$spool" -name 'memagent-*.lp' | wc -l)"
cat "$spool"/memagent-*.lp >"$work/left"

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
begin_endless one MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=1s MEMAGENT_SPOOL="$spool"
begin_endless other MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=1s MEMAGENT_SPOOL="$spool"
is_delivered()
{
	[ -z "$(ls -A "$spool")" ]
}

wait_until "files are left in the spool" is_delivered
end one
expect_silence "one"
end other
expect_silence "the other"

# all MEASUREMENT FIELD: points in the database
all()
{
	influxd_query memagent "SELECT count($2) FROM $1" | jq -r '.results[0].series[0].values[0][1] // 0'
}
points=$(all memagent mallocs)
events=$(all memagent_event event)
sites=$(all memagent_site live_bytes)
own=$(influxd_query memagent "SELECT count(mallocs) FROM memagent
	WHERE pid = '$(cat "$runs/one.pid")' OR pid = '$(cat "$runs/other.pid")'" |
	jq -r '.results[0].series[0].values[0][1]')
expect_equal "points of the spool" "$(grep -c '^memagent,' "$work/left")" $((points - own))
received=$(influxd_query '' 'SHOW STATS' | jq '[.results[0].series[] | select(.name == "httpd") |
	.values[0][.columns | index("pointsWrittenOK")]] | add')
expect_equal "points that influxd was sent, and has" $((points + events + sites)) "$received"
