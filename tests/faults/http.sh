#!/bin/sh
# Each call of the agent, of libcurl and of its libraries fails in turn while the agent writes to an
# InfluxDB.  Of the libraries' own allocations at their start one in forty fails (FAULT_STEP=1 for
# all); of those that the agent's calls cause, each.
# limit: 300

. "$(dirname "$0")/lib/faults.sh"

influxd_start "$work/influxdb"
for kind in error interrupt short; do
	sweep --who agent --kind $kind --influx MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms
done
sweep --who own --kind memory --influx MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms
if [ -e "$build/libmemagent-jemalloc.so" ]; then
	sweep --who own --kind error --library libmemagent-jemalloc.so --influx MEMAGENT_URL="$INFLUXD_URL" \
		MEMAGENT_INTERVAL=10ms
fi
sweep --who agent --kind memory --step 40 --influx MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms
end_of_sweeps
