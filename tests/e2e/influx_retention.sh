#!/bin/sh
# Points are stored in the retention policy that the option names.  If it does not exist, a line
# says so.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
influxd_query '' 'CREATE RETENTION POLICY "two hours" ON memagent DURATION 2h REPLICATION 1' >/dev/null
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_RETENTION_POLICY='two hours' "$scripted"
expect_silence "a policy that exists"
expect_exact memagent '"two hours".memagent'
expect_equal "points of the default policy" 0 "$(count_points memagent autogen.memagent)"

run_metered MEMAGENT_URL="$INFLUXD_URL" "$scripted"
expect_exact memagent autogen.memagent
expect_equal "points of the policy" 1 "$(count_points memagent '"two hours".memagent')"

run_bare "$scripted" -x 9
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_RETENTION_POLICY=none "$scripted" -x 9
expect_unchanged "a policy that does not exist"
expect_line "a policy that does not exist" 'retention policy not found'
