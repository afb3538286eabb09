#!/bin/sh
# Each call of the agent fails in turn while it keeps its points in a spool, and while it delivers
# them from there.
# limit: 300

. "$(dirname "$0")/lib/faults.sh"

influxd_start "$work/influxdb"
influxd_stop
for kind in error interrupt short; do
	sweep --who agent --kind $kind MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms \
		MEMAGENT_SPOOL=%d/spool
done
sweep --who own --kind memory MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms MEMAGENT_SPOOL=%d/spool
mkdir "$work/spool"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms MEMAGENT_SPOOL="$work/spool" \
	"$scripted" -w 100
set -- "$work"/spool/memagent-*.lp
[ -f "$1" ] || fail "the spool is empty"
influxd_start "$work/influxdb"
for kind in error interrupt short; do
	sweep --who agent --kind $kind --influx --spooled "$1" --ms 120 MEMAGENT_URL="$INFLUXD_URL" \
		MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL=%d/spool
done
sweep --who own --kind memory --influx --spooled "$1" --ms 120 MEMAGENT_URL="$INFLUXD_URL" \
	MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL=%d/spool
end_of_sweeps
