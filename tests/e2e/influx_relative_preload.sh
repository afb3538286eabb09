#!/bin/sh
# LD_PRELOAD has a relative name, and a child changes its directory.  The HTTP transport is still
# found beside the library.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
run_bare "$scripted" -x 3
cd "$build"
run_metered LD_PRELOAD=./libmemagent.so MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms \
	MEMAGENT_MIN_UPTIME=10ms "$scripted" -f 65534 -w 300 -x 3
expect_unchanged "a relative name"
expect_silence "a relative name"
parent=$pid
pid=$(influxd_query memagent 'SELECT last(mallocs) FROM memagent GROUP BY pid' |
	jq -r '.results[0].series[]?.tags.pid' | grep -vx "$parent")
expect_exact memagent
